#include "agent/restart/descriptor_store.h"

#include <catch2/catch.hpp>

#include <string>
#include <vector>

#include <fcntl.h>

#include "tests/unit/agent/fixtures/service_manager.h"

namespace {

using agent::restart::DescriptorStore;
using agent_test::content;
using agent_test::Listener;
using agent_test::started_with;
using transport::FileDescriptor;

TEST_CASE("without a service manager there is no store, and calls do nothing") {
  CHECK(started_with("", {}, [](DescriptorStore& store) {
          store.keep("mk3", "tty", 0);
          store.drop("mk3", "tty");
          return !store.is_there() && !store.take("mk3", "tty") && store.left_over().empty();
        }) == 0);
}

FileDescriptor file(const std::string& text) {
  FileDescriptor fd(::memfd_create("kept", MFD_CLOEXEC));
  REQUIRE(::write(fd.get(), text.data(), text.size()) == static_cast<ssize_t>(text.size()));
  return fd;
}

TEST_CASE("a descriptor is stored under its printer's and its part's name, unwatched, and replaces an older one") {
  Listener systemd;
  REQUIRE(started_with(systemd.path, {}, [](DescriptorStore& store) {
            store.keep("my-printer", "tty", file("kept").get());
            return store.is_there();
          }) == 0);
  const auto messages = systemd.messages();
  REQUIRE(messages.size() == 2);
  CHECK(messages[0].text == "FDSTOREREMOVE=1\nFDNAME=marlin-my-printer-tty");
  CHECK(messages[1].text == "FDSTORE=1\nFDPOLL=0\nFDNAME=marlin-my-printer-tty");
  CHECK(content(messages[1].fd) == "kept");
}

TEST_CASE(
    "a manager that reads no more is waited for only once, and gets the last state, in order, when it reads again") {
  Listener systemd;
  REQUIRE(started_with(systemd.path, {}, [&](DescriptorStore& store) {
            ::alarm(20);  // ends the process if it waits
            while (store.send_waiting()) store.drop("full", "queue");
            store.keep("mk3", "tty", file("first").get());
            store.keep("mk3", "memory", file("memory").get());
            store.drop("mk3", "tty");
            store.keep("mk3", "tty", file("second").get());
            store.drop("mk3", "pty");
            (void)systemd.messages();
            return store.send_waiting();
          }) == 0);
  const auto messages = systemd.messages();
  std::vector<std::string> texts;
  for (const auto& message : messages) texts.push_back(message.text);
  CHECK(texts == std::vector<std::string>{
                     "FDSTOREREMOVE=1\nFDNAME=marlin-full-queue", "FDSTOREREMOVE=1\nFDNAME=marlin-mk3-tty",
                     "FDSTOREREMOVE=1\nFDNAME=marlin-mk3-memory", "FDSTORE=1\nFDPOLL=0\nFDNAME=marlin-mk3-memory",
                     "FDSTORE=1\nFDPOLL=0\nFDNAME=marlin-mk3-tty", "FDSTOREREMOVE=1\nFDNAME=marlin-mk3-pty"});
  REQUIRE(messages.size() == 6);
  CHECK(content(messages[3].fd) == "memory");
  CHECK(content(messages[4].fd) == "second");
}

TEST_CASE("descriptors of the previous instance are found by name, in any order") {
  Listener systemd;
  CHECK(started_with(systemd.path, {"marlin-b-tty", "marlin-my-printer-pty", "marlin-my-printer-tty"},
                     [](DescriptorStore& store) {
                       return content(store.take("my-printer", "tty")) == "marlin-my-printer-tty" &&
                              content(store.take("my-printer", "pty")) == "marlin-my-printer-pty" &&
                              !store.take("my-printer", "memory") && store.left_over() == std::vector<std::string>{"b"};
                     }) == 0);
  CHECK(systemd.messages().empty());
  CHECK(started_with(systemd.path, {"marlin-a-memory", "marlin-my-printer-tty"}, [](DescriptorStore& store) {
          if (!store.has_left("tty") || store.has_left("pty")) return false;
          return store.take("my-printer", "tty") && !store.has_left("tty") && store.has_left("memory");
        }) == 0);
}

TEST_CASE("descriptors that were not taken are removed, printer by printer") {
  Listener systemd;
  CHECK(
      started_with(systemd.path, {"marlin-a-tty", "marlin-b-pty", "marlin-b-tty", "other"}, [](DescriptorStore& store) {
        if (store.left_over() != std::vector<std::string>{"a", "b"}) return false;
        store.drop_left_over("b");
        return store.left_over() == std::vector<std::string>{"a"} &&
               ::fcntl(6, F_GETFD) >= 0;  // foreign descriptors remain
      }) == 0);
  const auto messages = systemd.messages();
  REQUIRE(messages.size() == 2);
  CHECK(messages[0].text == "FDSTOREREMOVE=1\nFDNAME=marlin-b-pty");
  CHECK(messages[1].text == "FDSTOREREMOVE=1\nFDNAME=marlin-b-tty");
}

}  // namespace
