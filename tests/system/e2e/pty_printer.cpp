#include "tests/system/e2e/pty_printer.h"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <utility>

namespace e2e {
namespace {

using std::chrono::microseconds;

/// 115200 baud, ten bits a byte; nanoseconds because 86.8 us does not round.
constexpr std::int64_t kByteNanoseconds = 86806;
/// What a USB serial chip holds before it stops taking bytes; the kernel's pseudo-terminal holds the rest back.
constexpr std::size_t kChipBuffer = 512;
/// A blocked reader loses what is beyond this, as with a chip without flow control.
constexpr std::size_t kUnsentLimit = 65536;
/// USB delivers once a millisecond at best, so no program can distinguish this from the exact instant of the byte.
constexpr microseconds kTick{300};

std::string latin1_json(std::string_view bytes) {
  std::string utf8;
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x80) {
      utf8.push_back(c);
    } else {
      utf8.push_back(static_cast<char>(0xc0 | (byte >> 6)));
      utf8.push_back(static_cast<char>(0x80 | (byte & 0x3f)));
    }
  }
  return nlohmann::json(utf8).dump();
}

void open_for_writing(std::ofstream& file, const std::string& path) {
  if (path.empty()) return;
  file.open(path, std::ios::trunc);
  if (!file) throw std::runtime_error("cannot write " + path);
}

}  // namespace

PtyPrinter::PtyPrinter(boost::asio::io_context& io, PtyPrinterOptions options)
    : options_(std::move(options)),
      pty_(io),
      timer_(io),
      began_(std::chrono::steady_clock::now()),
      printer_(options_.firmware, options_.printer),
      noise_(options_.noise, options_.noise_seed, options_.noise_within_lines) {
  open_for_writing(executed_, options_.executed_file);
  open_for_writing(transcript_, options_.transcript_file);
  printer_.on_executed([this](const sim::Executed& line) { write_down(line); });
  pty_.on_readable([this] { receive(); });
  pty_.on_writable([this] { send(); });
  pty_.on_host_opened([this] {
    ++opens_;
    if (options_.reset_on_open) change([](sim::VirtualPrinter& printer, sim::Time at) { printer.reset(at); });
  });
  publish();
  change([](sim::VirtualPrinter& printer, sim::Time at) { printer.power_on(at); });
}

sim::Time PtyPrinter::now() const {
  return std::chrono::duration_cast<microseconds>(std::chrono::steady_clock::now() - began_);
}

void PtyPrinter::publish() {
  const auto directory = options_.link.has_parent_path() ? options_.link.parent_path() : std::filesystem::path(".");
  if (auto failure = pty_.publish(directory, options_.link.filename().string()))
    throw std::runtime_error(failure->sentence);
  pty_.wait_readable();
}

void PtyPrinter::unplug() {
  pty_.hang_up();
  write_down("tx", std::exchange(heard_, {}), now());
  write_down("note", "unplugged", now());
  on_the_wire_.clear();
  unsent_.clear();
}

void PtyPrinter::replug() {
  if (!is_plugged()) publish();
}

void PtyPrinter::receive() {
  std::array<char, kChipBuffer> buffer;
  const std::size_t room = kChipBuffer - std::min(kChipBuffer, on_the_wire_.size());
  const auto result = pty_.read({std::span<char>(buffer.data(), room), std::span<char>()});
  if (result.status == transport::IoStatus::kEnd || result.status == transport::IoStatus::kError) return;
  const sim::Time at = now();
  const std::string bytes = noise_.pass(std::string_view(buffer.data(), result.bytes));
  bytes_in_ += result.bytes;
  wire_free_ = std::max(wire_free_, at);
  std::int64_t nanoseconds = 0;
  for (const char byte : bytes) {
    if (options_.paced) nanoseconds += kByteNanoseconds;
    on_the_wire_.push_back({byte, wire_free_ + microseconds(nanoseconds / 1000)});
  }
  wire_free_ += microseconds(nanoseconds / 1000);
  run_to(now());
  wake_at_next();
  if (on_the_wire_.size() < kChipBuffer) pty_.wait_readable();
}

void PtyPrinter::run_to(sim::Time now) {
  deliver_arrived(now);
  printer_.advance(now);
  unsent_ += printer_.take_output();
  send();
}

void PtyPrinter::deliver_arrived(sim::Time now) {
  while (!on_the_wire_.empty() && on_the_wire_.front().at <= now) {
    // Bytes of one instant are written together; each paced byte has its own instant.
    const sim::Time at = on_the_wire_.front().at;
    std::string bytes;
    while (!on_the_wire_.empty() && on_the_wire_.front().at == at) {
      bytes.push_back(on_the_wire_.front().byte);
      on_the_wire_.pop_front();
    }
    printer_.advance(at);
    printer_.receive(bytes, at);
    if (transcript_.is_open()) write_down_heard(bytes, at);
  }
}

void PtyPrinter::send() {
  if (unsent_.empty()) return;
  if (!pty_.host_is_attached()) {
    bytes_unheard_ += unsent_.size();
    unsent_.clear();
    return;
  }
  const auto result = pty_.write({std::string_view(unsent_), std::string_view()});
  write_down("rx", std::string_view(unsent_).substr(0, result.bytes), now());
  bytes_out_ += result.bytes;
  unsent_.erase(0, result.bytes);
  if (unsent_.size() > kUnsentLimit) {
    bytes_unheard_ += unsent_.size() - kUnsentLimit;
    unsent_.resize(kUnsentLimit);
  }
  if (!unsent_.empty()) pty_.wait_writable();
}

void PtyPrinter::wake_at_next() {
  sim::Time next = printer_.deadline();
  if (!on_the_wire_.empty()) {
    // Only a line's end makes the printer act: the instants of the other bytes are added afterwards.
    const auto is_end = [](const Arrival& arrival) { return arrival.byte == '\n' || arrival.byte == '\r'; };
    const auto end = std::find_if(on_the_wire_.begin(), on_the_wire_.end(), is_end);
    next = std::min(next, end != on_the_wire_.end() ? end->at : on_the_wire_.back().at);
  }
  if (next == sim::kNever) return;
  next = std::max(next, now() + kTick);
  if (wakes_at_ && *wakes_at_ <= next) return;
  wakes_at_ = next;
  timer_.expires_at(began_ + next);
  timer_.async_wait([this](const boost::system::error_code& error) {
    if (error) return;
    wakes_at_.reset();
    run_to(now());
    wake_at_next();
    if (on_the_wire_.size() < kChipBuffer) pty_.wait_readable();
  });
}

void PtyPrinter::write_down(const sim::Executed& line) {
  ++lines_executed_;
  // Flushed line by line: a test reads the file while the printer runs.
  if (executed_.is_open()) executed_ << line.number << ' ' << line.text << std::endl;
}

// One entry for each line, not for each byte. A line is complete before its answer, though the next one has begun.
void PtyPrinter::write_down_heard(std::string_view bytes, sim::Time at) {
  heard_ += bytes;
  const std::size_t end = heard_.size() < kChipBuffer ? heard_.find_last_of("\r\n") + 1 : heard_.size();
  write_down("tx", std::string_view(heard_).substr(0, end), at);
  heard_.erase(0, end);
}

void PtyPrinter::write_down(const char* direction, std::string_view bytes, sim::Time at) {
  if (bytes.empty() || !transcript_.is_open()) return;
  transcript_ << "{\"t_us\": " << at.count() << ", \"dir\": \"" << direction << "\", \"data\": " << latin1_json(bytes)
              << "}" << std::endl;
}

std::string PtyPrinter::stats() const {
  const nlohmann::json stats{
      {"executed", lines_executed_},
      {"last_line_number", printer_.last_line_number()},
      {"bytes_in", bytes_in_},
      {"bytes_out", bytes_out_},
      {"bytes_unheard", bytes_unheard_},
      {"noise", {{"corrupted", noise_.corrupted}, {"dropped", noise_.dropped}, {"doubled", noise_.doubled}}},
      {"ring_bytes_lost", printer_.bytes_lost()},
      {"commands_flushed", printer_.commands_flushed()},
      {"hotend_celsius", printer_.hotend_celsius()},
      {"bed_celsius", printer_.bed_celsius()},
      {"stopped", printer_.is_stopped()},
      {"opens", opens_},
      {"plugged", is_plugged()},
      {"attached", pty_.host_is_attached()}};
  return stats.dump();
}

}  // namespace e2e
