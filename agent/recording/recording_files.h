// The files of one recording: opened one after the other, numbered, the oldest removed. Knows no thread and no format.
// Example: /var/lib/marlin-agent/recordings/mk3s-000017.jsonl
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

#include "transport/file_descriptor.h"

namespace agent::recording {

class RecordingFiles {
 public:
  /// A file is a quarter of `max_bytes`: the oldest quarter is dropped in one step.
  static constexpr std::uint64_t kFiles = 4;

  RecordingFiles(std::filesystem::path dir, std::string name, std::uint64_t max_bytes)
      : dir_(std::move(dir)), name_(std::move(name)), max_file_bytes_(max_bytes / kFiles) {}

  /// There is no file, or `bytes` more would make it too long: call begin() first.
  [[nodiscard]] bool is_full(std::size_t bytes) const { return !file_ || size_ + bytes > max_file_bytes_; }
  /// Starts the next file and removes the oldest ones. 0 or errno.
  [[nodiscard]] int begin();
  /// Appends all of `text` or nothing. 0 or errno.
  [[nodiscard]] int append(std::string_view text);

  [[nodiscard]] const std::string& name() const { return name_; }
  [[nodiscard]] const std::filesystem::path& dir() const { return dir_; }

 private:
  std::filesystem::path dir_;
  std::string name_;
  std::uint64_t max_file_bytes_;
  transport::FileDescriptor file_;
  std::uint64_t size_ = 0;
};

/// The number in "NAME-000017.jsonl", or 0 if `file` is not a recording of `name`.
[[nodiscard]] std::uint64_t recording_number(std::string_view file, std::string_view name);

}  // namespace agent::recording
