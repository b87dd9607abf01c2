// Recordings of printers' lines on the disk, in the format of tests/data/recordings (JSON lines), bounded in size: files
// DIR/NAME-000001.jsonl and so on, of a quarter of the bound each; with the fifth the oldest goes.
// The I/O thread copies bytes into a bounded buffer; a thread of its own formats and writes, so that a slow card stops no
// line. What did not fit, or could not be written, is counted and noted in the file.
#pragma once

#include <atomic>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "agent/config/configuration.h"
#include "agent/log/fault_throttle.h"
#include "agent/log/log.h"
#include "agent/recording/byte_recorder.h"
#include "agent/recording/recording_files.h"

namespace agent::recording {

/// One printer's recording. Made by Recorder::open(), which writes out its rest when the caller has given it up.
class Recording final : public ByteRecorder {
 public:
  /// Bytes waiting for the disk: 12 s of a full line at 115200 baud in one direction, twice what a bad SD card sleeps.
  static constexpr std::size_t kMaxWaiting = std::size_t{128} << 10U;

  explicit Recording(RecordingFiles files) : files_(std::move(files)) {}

  void add(gcode::decode::TraceDirection direction, std::string_view first, std::string_view second,
           gcode::line::Time now) override;
  /// Bytes of the line that were written to the disk.
  [[nodiscard]] std::uint64_t recorded_bytes() const { return recorded_.load(std::memory_order_relaxed); }
  /// Writes out what waits. Only on the recorder's thread.
  void flush(log::Log& log);

 private:
  struct Entry;  ///< head of one piece in the buffers, followed by its bytes

  void write_entry(const Entry& entry, std::string_view bytes, log::Log& log);
  [[nodiscard]] int begin_file(gcode::line::Time now);
  void note_loss(gcode::line::Time now);

  std::mutex mutex_;  // guards the two below: held for a copy or a swap only
  std::string waiting_;
  std::uint64_t dropped_ = 0;  ///< bytes that found no room in waiting_

  // on the recorder's thread
  std::string writing_;
  RecordingFiles files_;
  gcode::line::Time file_begin_{};
  std::uint64_t lost_ = 0;  ///< bytes that no file has, not noted yet
  log::FaultThrottle faults_;
  std::string line_;
  std::atomic<std::uint64_t> recorded_{0};
};

/// The thread that writes; it begins with the first recording.
class Recorder {
 public:
  /// `log` is not owned and outlives the recorder.
  explicit Recorder(log::Log& log) : log_(log) {}
  ~Recorder();  ///< writes out what waits

  /// A recording of the printer `name`; the directory must exist. It may outlive the recorder, but writes nothing then.
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
