#include "agent/incident/incident_files.h"

#include <algorithm>
#include <cerrno>
#include <fstream>
#include <numeric>

#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include <nlohmann/json.hpp>

#include "agent/process/directories.h"
#include "agent/process/write_all.h"
#include "agent/text/text_scan.h"
#include "transport/file_descriptor.h"

namespace agent::incident {
namespace {

namespace fs = std::filesystem;
using nlohmann::ordered_json;

// Ten times the longest head.
constexpr std::size_t kLongestHead = 64 << 10;
constexpr std::string_view kEnding = ".jsonl";
// Only one agent writes there; a file that a killed one left behind is replaced.
constexpr const char* kUnfinished = ".unfinished";

// "000017-mk3-restart.jsonl" is 17; 0: another file.
std::uint64_t number_of(std::string_view name) {
  const std::size_t dash = name.find('-');
  if (dash == std::string_view::npos || dash < 6 || !name.ends_with(kEnding)) return 0;
  return text::parse_number<std::uint64_t>(name.substr(0, dash)).value_or(0);
}

int write_file(const fs::path& path, std::string_view text) {
  // A new file: a link in its place is removed, not followed.
  ::unlink(path.c_str());
  // 0640: a print's G-code belongs to its owner and the agent's group.
  const transport::FileDescriptor file(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0640));
  if (!file) return errno;
  if (const int error = process::write_all(file.get(), text)) return error;
  return ::fdatasync(file.get()) == 0 ? 0 : errno;
}

/// The head of a file without the keys of a recording; nothing if it has none.
ordered_json head_of(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::string line(kLongestHead, '\0');
  file.getline(line.data(), static_cast<std::streamsize>(line.size()));
  ordered_json head = ordered_json::parse(line.c_str(), nullptr, false);
  const auto has_text = [&head](const char* key) { return head.contains(key) && head[key].is_string(); };
  if (!has_text("incident") || !has_text("printer") || !has_text("sentence") || !head.contains("at_unix_seconds") ||
      !head["at_unix_seconds"].is_number())
    return nullptr;
  for (const char* key : {"t_us", "dir", "data"}) head.erase(key);
  return head;
}

}  // namespace

std::string IncidentFiles::text_of(const Incident& incident, const BlackBox::Contents& contents) {
  gcode::line::Time begin = incident.at;
  bool is_first = true;
  contents.for_each([&](const recording::LinePiece& piece) {
    if (std::exchange(is_first, false)) begin = piece.at;
  });
  std::string out = head_line(incident, begin);
  contents.for_each([&](const recording::LinePiece& piece) {
    gcode::decode::append_trace_line(piece.at - begin, piece.direction, piece.first, out, piece.of_agent);
  });
  return out;
}

std::vector<IncidentFiles::File> IncidentFiles::list(std::error_code& error) const {
  std::vector<File> files;
  for (fs::directory_iterator it(dir_, error), end; !error && it != end; it.increment(error)) {
    const std::string name = it->path().filename().string();
    std::error_code gone;
    const std::uint64_t bytes = it->file_size(gone);
    if (const std::uint64_t number = number_of(name); number > 0 && !gone) files.push_back({number, name, bytes});
  }
  std::sort(files.begin(), files.end(), [](const File& a, const File& b) { return a.number < b.number; });
  return files;
}

ordered_json IncidentFiles::heads(std::error_code& error) const {
  auto out = ordered_json::array();
  for (const File& file : list(error)) {
    const fs::path path = dir_ / file.name;
    const ordered_json head = head_of(path);
    if (head.is_null()) continue;
    ordered_json& item =
        out.emplace_back(ordered_json{{"id", file.number}, {"file", path.string()}, {"bytes", file.bytes}});
    item.update(head);
  }
  return out;
}

int IncidentFiles::add(const std::string& printer, Kind kind, std::string_view text) const {
  (void)process::make_directory(dir_.string(), 0750, "", "");  // the next step tells why not
  const fs::path unfinished = dir_ / kUnfinished;
  std::error_code ignored;
  if (const int error = write_file(unfinished, text)) {
    fs::remove(unfinished, ignored);
    return error;
  }
  const auto files = list(ignored);
  std::string digits = std::to_string(files.empty() ? 1 : files.back().number + 1);
  if (digits.size() < 6) digits.insert(0, 6 - digits.size(), '0');
  const fs::path path = dir_ / (digits + '-' + printer + '-' + std::string(word_of(kind)) + std::string(kEnding));
  if (::rename(unfinished.c_str(), path.c_str()) != 0) return errno;
  remove_beyond_bounds();
  return 0;
}

void IncidentFiles::remove_beyond_bounds() const {
  std::error_code ignored;
  const auto files = list(ignored);
  std::uint64_t bytes = std::accumulate(files.begin(), files.end(), std::uint64_t{0},
                                        [](std::uint64_t sum, const File& file) { return sum + file.bytes; });
  std::size_t count = files.size();
  for (const File& file : files) {
    if (count <= 1 || (count <= most_files_ && bytes <= most_bytes_)) return;  // the newest always stays
    fs::remove(dir_ / file.name, ignored);
    --count;
    bytes -= file.bytes;
  }
}

}  // namespace agent::incident
