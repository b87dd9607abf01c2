#include "transport/device_lock.h"

#include <catch2/catch.hpp>

#include <fstream>

#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "tests/scratch_dir.h"

namespace {

// /dev/null in place of the printer's node: every machine has it, and nothing opens it here.
struct Rig {
  test::ScratchDir dir;
  transport::UdevPlaces places{dir.path() / "run", dir.path() / "sys"};
  std::string number;

  Rig() {
    struct stat node {};
    REQUIRE(::stat("/dev/null", &node) == 0);
    number = std::to_string(major(node.st_rdev)) + ':' + std::to_string(minor(node.st_rdev));
    std::filesystem::create_directories(places.run / "data");
    std::filesystem::create_directories(places.sys / "dev/char" / number);
    std::ofstream(places.run / "control");
  }
};

TEST_CASE("a device node is awaited until udev has written its database entry") {
  const Rig rig;
  CHECK_FALSE(transport::udev_is_done("/dev/null", rig.places));
  std::ofstream(rig.places.run / "data" / ('c' + rig.number));
  CHECK(transport::udev_is_done("/dev/null", rig.places));
}

TEST_CASE("without udev no one waits") {
  const Rig rig;
  CHECK(transport::udev_is_done(rig.dir.path() / "nothing", rig.places));
  CHECK(transport::udev_is_done(rig.places.run / "control", rig.places));  // no device
  std::filesystem::remove_all(rig.places.sys);                             // no device in the kernel's tree
  CHECK(transport::udev_is_done("/dev/null", rig.places));
  const Rig without;
  std::filesystem::remove(without.places.run / "control");  // no udevd
  CHECK(transport::udev_is_done("/dev/null", without.places));
}

}  // namespace
