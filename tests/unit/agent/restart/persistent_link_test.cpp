#include "agent/restart/persistent_link.h"

#include <catch2/catch.hpp>

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <thread>

#include "tests/unit/agent/fixtures/pty_device.h"
#include "tests/unit/agent/fixtures/service_manager.h"
#include "transport/staging_pipe.h"

namespace {

using agent::restart::LinkMemory;
using agent::restart::PersistentLink;
using agent_test::DescriptorStore;
using agent_test::Listener;
using agent_test::PtyDevice;
using agent_test::started_with;
using transport::FileDescriptor;

std::optional<LinkMemory> left_by(PersistentLink& persistent_link) {
  return LinkMemory::adopt(FileDescriptor(::dup(persistent_link.memory().descriptor())));
}

TEST_CASE("without a descriptor store there is memory alone") {
  PersistentLink persistent_link(nullptr, {"mk3", "/dev/ttyACM0", 115200});
  CHECK_FALSE(persistent_link.survives());
  CHECK(persistent_link.printer_pipe() == nullptr);
  CHECK(persistent_link.memory().descriptor() == -1);
}

TEST_CASE("the bytes that the staging pipes move to and from the line are in the checkpoint") {
  Listener systemd;
  test::ScratchDir dir;
  const PtyDevice device(dir.path() / "tty");
  CHECK(started_with(systemd.path, {}, [&](DescriptorStore& store) {
          std::thread([&systemd] {  // the queue is shorter than a link's messages; ends with the process
            for (pollfd ready{systemd.socket.get(), POLLIN, 0}; ::poll(&ready, 1, -1) > 0;) (void)systemd.messages();
          })
              .detach();
          const FileDescriptor tty(::open((dir.path() / "tty").c_str(), O_RDWR | O_NOCTTY | O_NONBLOCK));
          PersistentLink persistent_link(&store, {"mk3", "/dev/ttyACM0", 115200});
          if (!persistent_link.survives() || ::write(device.master(), "ok\n", 3) != 3) return false;
          char bytes[16];
          if (persistent_link.printer_pipe()->read(tty.get(), {std::span<char>(bytes), {}}).bytes != 3) return false;
          if (left_by(persistent_link)->printer_counts().in != 3) return false;
          if (persistent_link.printer_pipe()->write(tty.get(), {"M105\n", ""}).bytes != 5) return false;
          persistent_link.memory().commit();
          if (left_by(persistent_link)->printer_counts().out != 5) return false;
          if (persistent_link.printer_pipe()->flush(tty.get()).status != transport::IoStatus::kMoved) return false;
          return left_by(persistent_link)->printer_counts().out == 0;
        }) == 0);
}

}  // namespace
