// Recordings of printers' lines on the disk, in the format of tests/data/recordings (JSON lines), bounded in size:
// files DIR/NAME-000001.jsonl and so on, each a quarter of the bound; the fifth file replaces the oldest.
// The I/O thread copies bytes into a bounded buffer; a separate thread formats and writes them, so that a slow card
// blocks no line. Bytes that did not fit or could not be written are counted and noted in the file.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "agent/config/configuration.h"
#include "agent/log/fault_throttle.h"
#include "agent/log/log.h"
#include "agent/recording/piece_queue.h"
#include "transport/file_descriptor.h"

namespace agent::recording {

// The files of one recording: opened one after the other, numbered, the oldest removed. Knows no thread and no format.
// Example: /var/lib/marlin-agent/recordings/mk3s-000017.jsonl

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

/// One printer's recording. Made by Recorder::open(); the recorder writes its rest once the caller has released it.
class Recording {
 public:
  /// Bytes waiting for the disk: 12 s of a full line at 115200 baud in one direction, twice the longest pause of a bad
  /// SD card.
  static constexpr std::size_t kMaxWaiting = std::size_t{128} << 10U;

  explicit Recording(RecordingFiles files) : files_(std::move(files)) {}

  /// Copied. For the I/O thread: does not block.
  void add(const LinePiece& piece) { waiting_.add(piece); }
  /// Bytes of the printer's line that were written to the disk.
  [[nodiscard]] std::uint64_t recorded_bytes() const { return recorded_.load(std::memory_order_relaxed); }
  /// Writes the waiting bytes. Only on the recorder's thread.
  void flush(log::Log& log);

 private:
  void write(const LinePiece& piece, log::Log& log);
  [[nodiscard]] int begin_file(gcode::line::Time now);
  void note_loss(gcode::line::Time now);

  PieceQueue waiting_{kMaxWaiting};

  // used only on the recorder's thread
  std::string writing_;
  RecordingFiles files_;
  gcode::line::Time file_begin_{};
  std::uint64_t lost_ = 0;  ///< bytes that are in no file, not noted yet
  log::FaultThrottle faults_;
  std::string line_;
  std::atomic<std::uint64_t> recorded_{0};
};

/// The thread that writes; it starts with the first recording.
class Recorder {
 public:
  /// `log` is not owned and outlives the recorder.
  explicit Recorder(log::Log& log) : log_(log) {}
  ~Recorder();  ///< writes the waiting bytes

  /// A recording of the printer `name`; the directory is made if it is missing. It may outlive the recorder, but then nothing is
  /// written.
  [[nodiscard]] std::shared_ptr<Recording> open(const std::string& name,
                                                const config::RecordConfiguration& configuration);

 private:
  void run();
  void flush_all();

  log::Log& log_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::vector<std::shared_ptr<Recording>> recordings_;
  bool ending_ = false;
  std::thread thread_;
};

}  // namespace agent::recording
