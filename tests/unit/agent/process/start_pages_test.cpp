#include "agent/process/start_pages.h"

#include <link.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <fstream>
#include <string>

namespace {

/// Resident pages of files, in kB.
long resident_of_files() {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with("RssFile:")) return std::stol(line.substr(8));
  }
  return -1;
}

/// Reads a byte of each page that nobody may write to, the gaps between variables included.
[[gnu::no_sanitize_address]] int read_library(dl_phdr_info* library, std::size_t, void* sum) {
  for (int i = 0; i < library->dlpi_phnum; ++i) {
    const auto& segment = library->dlpi_phdr[i];
    if (segment.p_type != PT_LOAD || (segment.p_flags & PF_W) != 0) continue;
    const auto* bytes = reinterpret_cast<const volatile unsigned char*>(library->dlpi_addr + segment.p_vaddr);
    for (std::size_t at = 0; at < segment.p_filesz; at += 4096) *static_cast<unsigned*>(sum) += bytes[at];
  }
  return 0;
}

unsigned sum_of_all_pages() {
  unsigned sum = 0;
  ::dl_iterate_phdr(read_library, &sum);
  return sum;
}

}  // namespace

TEST_CASE("what the start touched is resident no more, and comes back as it was when it is read") {
  const unsigned sum = sum_of_all_pages();
  const long before = resident_of_files();
  agent::give_back_start_pages();
  const long after = resident_of_files();
  REQUIRE(before > 0);
  CHECK(after < before / 2);
  CHECK(sum_of_all_pages() == sum);
  CHECK(resident_of_files() > after);
}
