// Recordings of printers' lines on the disk, in the format of tests/data/recordings (JSON lines), bounded in size:
// files DIR/NAME-000001.jsonl and so on, each a quarter of the bound; the fifth file replaces the oldest.
// The I/O thread copies bytes into a bounded buffer; a separate thread formats and writes them, so that a slow card
// blocks no line. Bytes that did not fit or could not be written are counted and noted in the file.
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

/// One printer's recording. Made by Recorder::open(); the recorder writes its rest once the caller has released it.
class Recording final : public ByteRecorder {
 public:
  /// Bytes waiting for the disk: 12 s of a full line at 115200 baud in one direction, twice the longest pause of a bad
  /// SD card.
  static constexpr std::size_t kMaxWaiting = std::size_t{128} << 10U;

  explicit Recording(RecordingFiles files) : files_(std::move(files)) {}

  void add(gcode::decode::TraceDirection direction, std::string_view first, std::string_view second,
           gcode::line::Time now) override;
  /// Bytes of the printer's line that were written to the disk.
  [[nodiscard]] std::uint64_t recorded_bytes() const { return recorded_.load(std::memory_order_relaxed); }
  /// Writes the waiting bytes. Only on the recorder's thread.
  void flush(log::Log& log);

 private:
  struct Entry;  ///< header of one piece in the buffers, followed by its bytes

  void write_entry(const Entry& entry, std::string_view bytes, log::Log& log);
  [[nodiscard]] int begin_file(gcode::line::Time now);
  void note_loss(gcode::line::Time now);

  std::mutex mutex_;  // protects waiting_ and dropped_: held for a copy or a swap only
  std::string waiting_;
  std::uint64_t dropped_ = 0;  ///< bytes that did not fit into waiting_

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

  /// A recording of the printer `name`; the directory must exist. It may outlive the recorder, but then nothing is
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
