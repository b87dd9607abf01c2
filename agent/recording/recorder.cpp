#include "agent/recording/recorder.h"

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstring>

#include <fcntl.h>
#include <unistd.h>

#include "agent/process/clock.h"
#include "agent/process/directories.h"
#include "agent/process/write_all.h"
#include "agent/text/text_scan.h"
#include "agent/text/time_text.h"

namespace agent::recording {
namespace {

namespace fs = std::filesystem;
constexpr std::string_view kEnding = ".jsonl";

std::string file_name(const std::string& name, std::uint64_t number) {
  std::string digits = std::to_string(number);
  if (digits.size() < 6) digits.insert(0, 6 - digits.size(), '0');
  return name + '-' + digits + std::string(kEnding);
}

// Numbers of the existing recordings of `name`, ascending.
std::vector<std::uint64_t> numbers_in(const fs::path& dir, const std::string& name) {
  std::vector<std::uint64_t> numbers;
  std::error_code error;
  for (fs::directory_iterator it(dir, error), end; !error && it != end; it.increment(error)) {
    if (const auto number = recording_number(it->path().filename().string(), name); number > 0)
      numbers.push_back(number);
  }
  std::sort(numbers.begin(), numbers.end());
  return numbers;
}

}  // namespace

void Recording::flush(log::Log& log) {
  const PieceQueue::Lost lost = waiting_.take(writing_);
  for (std::string_view rest = writing_; !rest.empty();) write(PieceQueue::pop(rest), log);
  lost_ += lost.bytes;
  if (lost.bytes > 0) write({gcode::decode::TraceDirection::kNote, {}, {}, process::monotonic_now()}, log);
}

void Recording::write(const LinePiece& piece, log::Log& log) {
  line_.clear();
  int error = 0;
  // Six characters for a byte that has to be escaped, plus the keys of the line.
  if (files_.is_full(piece.first.size() * 6 + 256)) error = begin_file(piece.at);
  if (error == 0) {
    if (lost_ > 0) note_loss(piece.at);
    if (piece.size() > 0)
      gcode::decode::append_trace_line(piece.at - file_begin_, piece.direction, piece.first, line_, piece.of_agent);
    error = files_.append(line_);
  }
  if (error == 0) {
    lost_ = 0;
    recorded_.fetch_add(piece.first.size(), std::memory_order_relaxed);
    return faults_.over();
  }
  lost_ += piece.first.size();
  if (const auto count = faults_.occurred(process::monotonic_now()); count > 0) {
    log.error(files_.name(), "cannot record to " + files_.dir().string() + ": " + std::strerror(error) + " (" +
                                 std::to_string(count) + " pieces)");
  }
}

int Recording::begin_file(gcode::line::Time now) {
  if (const int error = files_.begin()) return error;
  file_begin_ = now;
  const std::string note = "recording of " + files_.name() + ", begun " +
                           text::utc_time_text(gcode::line::in_seconds(now + process::wall_offset()));
  gcode::decode::append_trace_line(gcode::line::Time::zero(), gcode::decode::TraceDirection::kNote, note, line_);
  return 0;
}

void Recording::note_loss(gcode::line::Time now) {
  gcode::decode::append_trace_line(now - file_begin_, gcode::decode::TraceDirection::kNote,
                                   std::to_string(lost_) + " bytes are missing here", line_);
}

Recorder::~Recorder() {
  if (!thread_.joinable()) return;
  {
    const std::lock_guard lock(mutex_);
    ending_ = true;
  }
  wake_.notify_one();
  thread_.join();
}

std::shared_ptr<Recording> Recorder::open(const std::string& name, const config::RecordConfiguration& configuration) {
  auto recording = std::make_shared<Recording>(RecordingFiles(configuration.dir, name, configuration.max_bytes));
  const std::lock_guard lock(mutex_);
  recordings_.push_back(recording);
  if (!thread_.joinable()) thread_ = std::thread([this] { run(); });
  return recording;
}

void Recorder::run() {
  // The part of a recording that a sudden power cut loses; the card is written at most four times a second.
  constexpr std::chrono::milliseconds kFlushPeriod{250};
  std::unique_lock lock(mutex_);
  while (!ending_) {
    wake_.wait_for(lock, kFlushPeriod);
    lock.unlock();
    flush_all();
    lock.lock();
  }
  lock.unlock();
  flush_all();  // bytes that came after the last round
}

void Recorder::flush_all() {
  std::vector<std::shared_ptr<Recording>> all, released;
  {
    const std::lock_guard lock(mutex_);
    // Only this list still owns it: no more bytes come, and this round writes the rest.
    const auto rest = std::stable_partition(recordings_.begin(), recordings_.end(),
                                            [](const auto& recording) { return recording.use_count() > 1; });
    released.assign(rest, recordings_.end());
    recordings_.erase(rest, recordings_.end());
    all = recordings_;
  }
  for (const auto& recording : released) recording->flush(log_);
  for (const auto& recording : all) recording->flush(log_);
}

std::uint64_t recording_number(std::string_view file, std::string_view name) {
  if (!file.starts_with(name) || !file.ends_with(kEnding)) return 0;
  file.remove_prefix(name.size());
  if (file.size() <= 1 + kEnding.size() || file.front() != '-') return 0;
  const std::string_view digits = file.substr(1, file.size() - 1 - kEnding.size());
  return digits.size() >= 6 ? text::parse_number<std::uint64_t>(digits).value_or(0) : 0;
}

int RecordingFiles::begin() {
  file_.reset();
  size_ = 0;
  (void)process::make_directory(dir_, 0750, "",
                                "");  // its card may have been absent at the start; open() tells why not
  const auto numbers = numbers_in(dir_, name_);
  std::error_code ignored;
  for (std::size_t i = 0; i + (kFiles - 1) < numbers.size(); ++i)
    fs::remove(dir_ / file_name(name_, numbers[i]), ignored);
  const fs::path path = dir_ / file_name(name_, numbers.empty() ? 1 : numbers.back() + 1);
  // 0640: a print's G-code belongs to its owner and the agent's group.
  file_.reset(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0640));
  return file_ ? 0 : errno;
}

int RecordingFiles::append(std::string_view text) {
  std::string_view rest = text;
  if (const int error = process::write_all(file_.get(), rest)) {
    // Half a line would make the file unreadable from here on.
    if (rest.size() < text.size() &&
        (::ftruncate(file_.get(), static_cast<off_t>(size_)) != 0 || ::lseek(file_.get(), 0, SEEK_END) < 0)) {
      file_.reset();
    }
    return error;
  }
  size_ += text.size();
  return 0;
}

}  // namespace agent::recording
