// The files of incidents in STATE_DIR/incidents: 000017-mk3-restart.jsonl. Bounded in number and in bytes of all
// together, the oldest is removed first. A file appears complete or not at all: it is written under another name and
// renamed. Knows no thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "agent/incident/incident.h"

namespace agent::incident {

class IncidentFiles {
 public:
  static constexpr std::size_t kMostFiles = 20;
  /// 20 files of a black box of 256 KiB take a half of it.
  static constexpr std::uint64_t kMostBytes = std::uint64_t{32} << 20U;

  explicit IncidentFiles(std::filesystem::path dir, std::size_t most_files = kMostFiles,
                         std::uint64_t most_bytes = kMostBytes)
      : dir_(std::move(dir)), most_files_(most_files), most_bytes_(most_bytes) {}

  /// The complete text of an incident's file.
  [[nodiscard]] static std::string text_of(const Incident& incident, const BlackBox::Contents& contents);
  /// Writes `text` as the next file, then removes the oldest files beyond the bounds. 0 or errno.
  [[nodiscard]] int add(const std::string& printer, Kind kind, std::string_view text) const;

  [[nodiscard]] const std::filesystem::path& dir() const { return dir_; }

  struct File {
    std::uint64_t number = 0;
    std::string name;
    std::uint64_t bytes = 0;
  };
  /// Oldest first; empty if the directory cannot be read, with the reason in `error`.
  [[nodiscard]] std::vector<File> list(std::error_code& error) const;
  /// An array of the head lines (head_line()) of those files that have one, without the keys of a recording, each after
  /// "id", "file" (its path) and "bytes".
  [[nodiscard]] nlohmann::ordered_json heads(std::error_code& error) const;

 private:
  void remove_beyond_bounds() const;

  std::filesystem::path dir_;
  std::size_t most_files_;
  std::uint64_t most_bytes_;
};

/// "incidents" in the state directory.
inline constexpr const char* kIncidentFolder = "incidents";

}  // namespace agent::incident
