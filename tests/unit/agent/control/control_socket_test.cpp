#include "agent/control/control_server.h"

#include <catch2/catch.hpp>

#include <filesystem>
#include <fstream>

#include <sys/stat.h>
#include <unistd.h>

#include "tests/scratch_dir.h"
#include "tests/unit/agent/fixtures/control_rig.h"

namespace {

using agent::control::ControlSocket;

struct Place {
  test::ScratchDir dir;
  std::string path = dir.path() / "control.sock";
};

std::size_t files_in(const std::filesystem::path& dir) {
  return static_cast<std::size_t>(
      std::distance(std::filesystem::directory_iterator(dir), std::filesystem::directory_iterator()));
}

TEST_CASE("the socket is accessible for its owner and group alone, for any umask, and is removed at the end") {
  Place place;
  for (const mode_t mask : {mode_t{0}, mode_t{022}, mode_t{077}}) {
    const mode_t before = ::umask(mask);
    ControlSocket socket;
    CHECK_FALSE(socket.listen_at(place.path));
    ::umask(before);
    struct stat status {};
    REQUIRE(::stat(place.path.c_str(), &status) == 0);
    CHECK((status.st_mode & 0777U) == 0660U);
    CHECK(status.st_gid == ::getegid());
    CHECK(files_in(place.dir.path()) == 1);
    control_test::Client client(place.path);
  }
  CHECK(files_in(place.dir.path()) == 0);
}

TEST_CASE("the socket of a killed agent is replaced, and the late end of that agent does not remove the new one") {
  Place place;
  auto killed = std::make_unique<ControlSocket>();
  REQUIRE_FALSE(killed->listen_at(place.path));
  ::close(killed->release());  // nothing listens any more, the file remains
  ControlSocket next_instance;
  REQUIRE_FALSE(next_instance.listen_at(place.path));
  killed.reset();
  control_test::Client client(place.path);
}

TEST_CASE("a socket that another agent answers is not replaced") {
  Place place;
  ControlSocket first, second;
  REQUIRE_FALSE(first.listen_at(place.path));
  const auto fault = second.listen_at(place.path);
  REQUIRE(fault);
  CHECK(*fault == "cannot make the control socket " + place.path + ": another agent answers there");
  CHECK(files_in(place.dir.path()) == 1);
}

TEST_CASE("a file that is not a socket is never replaced") {
  Place place;
  std::ofstream(place.path) << "mine";
  ControlSocket socket;
  CHECK(socket.listen_at(place.path).value().find("not a socket") != std::string::npos);
  CHECK(std::filesystem::file_size(place.path) == 4);
}

TEST_CASE("a path that is too long for a socket is refused in one sentence") {
  ControlSocket socket;
  CHECK(socket.listen_at("/tmp/" + std::string(120, 'x') + "/control.sock").value().find("longer than") !=
        std::string::npos);
  CHECK(socket.listen_at("/nonexistent/control.sock").value() ==
        "cannot make the control socket /nonexistent/control.sock: No such file or directory");
}

}  // namespace
