#include "transport/host_link.h"

#include <catch2/catch.hpp>
#include <fstream>

#include <unistd.h>

#include "tests/scratch_dir.h"

using namespace transport;
using test::ScratchDir;

TEST_CASE("a link's name is checked") {
  CHECK_FALSE(check_link_name("mk3"));
  CHECK_FALSE(check_link_name("ttyUSB-mk3 left"));
  CHECK(check_link_name(""));
  CHECK(check_link_name("a/b"));
  CHECK(check_link_name(".."));
  CHECK(check_link_name("a\nb"));
  CHECK(check_link_name(std::string(201, 'a')));
  CHECK(check_link_name("a/b")->sentence == "the name \"a/b\" is not valid for a host port: it contains a '/'");
}

TEST_CASE("a link of a previous process is replaced, a file is not") {
  test::ScratchDir directory;
  std::filesystem::create_symlink("/dev/pts/999", directory.path() / "mk3");
  HostLink link;
  REQUIRE_FALSE(link.create(directory.path(), "mk3", "/dev/null"));
  CHECK(std::filesystem::read_symlink(directory.path() / "mk3") == "/dev/null");

  std::ofstream(directory.path() / "file") << "precious";
  HostLink other;
  CHECK(other.create(directory.path(), "file", "/dev/null"));
  CHECK(std::filesystem::is_regular_file(directory.path() / "file"));
}

TEST_CASE("a link that is right already is not made again, and is removed at the end") {
  test::ScratchDir directory;
  std::filesystem::create_symlink("/dev/null", directory.path() / "mk3");
  std::filesystem::create_directory(directory.path() / (".mk3." + std::to_string(::getpid())));  // no other can be made
  {
    HostLink link;
    REQUIRE_FALSE(link.create(directory.path(), "mk3", "/dev/null"));
  }
  CHECK_FALSE(std::filesystem::is_symlink(directory.path() / "mk3"));
}

TEST_CASE("the link is removed at the end, but not if it was redirected meanwhile") {
  test::ScratchDir directory;
  const auto path = directory.path() / "mk3";
  {
    HostLink link;
    REQUIRE_FALSE(link.create(directory.path(), "mk3", "/dev/null"));
  }
  CHECK_FALSE(std::filesystem::is_symlink(path));
  {
    HostLink mine, next_instances;
    REQUIRE_FALSE(mine.create(directory.path(), "mk3", "/dev/null"));
    REQUIRE_FALSE(next_instances.create(directory.path(), "mk3", "/dev/zero"));
    mine.remove();
    CHECK(std::filesystem::read_symlink(path) == "/dev/zero");
  }
  CHECK(std::filesystem::is_empty(directory.path()));
}
