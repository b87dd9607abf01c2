#include "agent/link/release_mark.h"

#include <cstdint>
#include <fstream>

#include <unistd.h>

#include "agent/text/text_scan.h"

namespace agent::link {
namespace {

std::string path_of(const std::string& directory, const std::string& printer) {
  return directory + "/." + printer + ".released";  // no host port begins with a dot
}

std::string boot_id() {
  std::ifstream file("/proc/sys/kernel/random/boot_id");
  std::string id;
  file >> id;
  return id.empty() ? "unknown" : id;
}

}  // namespace

std::optional<ReleaseMark> read_release_mark(const std::string& directory, const std::string& printer) {
  std::ifstream file(path_of(directory, printer));
  std::string boot, until;
  if (!(file >> boot >> until) || boot != boot_id()) return std::nullopt;
  if (until == "-") return ReleaseMark{};
  const auto us = text::parse_number<std::int64_t>(until);
  return us ? std::optional(ReleaseMark{gcode::line::Time(*us)}) : std::nullopt;
}

bool write_release_mark(const std::string& directory, const std::string& printer, const ReleaseMark& mark) {
  const std::string path = path_of(directory, printer);
  std::ofstream file(path, std::ios::trunc);
  file << boot_id() << ' ' << (mark.until ? std::to_string(mark.until->count()) : "-") << '\n';
  file.close();
  return file.good();
}

void remove_release_mark(const std::string& directory, const std::string& printer) {
  ::unlink(path_of(directory, printer).c_str());
}

}  // namespace agent::link
