#include "agent/text/fault.h"

#include <catch2/catch.hpp>
#include <cstddef>
#include <fstream>
#include <string>
#include <variant>

#include "tests/scratch_dir.h"

namespace text = agent::text;

namespace {

constexpr std::size_t kMostBytes = std::size_t{1} << 20U;

/// read_file() of a file with this text.
text::Result<std::string> written_and_read(const std::string& written) {
  const test::ScratchDir dir;
  const auto path = dir.path() / "file";
  std::ofstream(path) << written;
  return text::read_file(path);
}

std::string fault_of(const text::Result<std::string>& result) { return std::get<text::Fault>(result).sentence; }

}  // namespace

TEST_CASE("a file is read whole, and its text takes no more memory than it needs") {
  const std::string written(10000, 'x');
  const auto read = std::get<std::string>(written_and_read(written));
  CHECK(read == written);
  CHECK(read.capacity() < 4 * written.size());
}

TEST_CASE("an empty file is an empty text") { CHECK(std::get<std::string>(written_and_read("")).empty()); }

TEST_CASE("a file of 1 MiB is read, a larger one is a fault") {
  CHECK(std::get<std::string>(written_and_read(std::string(kMostBytes, 'x'))).size() == kMostBytes);
  CHECK(fault_of(written_and_read(std::string(kMostBytes + 1, 'x'))) == "is larger than 1 MiB");
}

TEST_CASE("a file that cannot be read is a fault with the reason") {
  const test::ScratchDir dir;
  CHECK(fault_of(text::read_file(dir.path() / "none")) == "cannot be read: No such file or directory");
  CHECK(fault_of(text::read_file(dir.path())) == "cannot be read: Is a directory");
}
