#include "tests/bench/fake_printer.h"

#include <fcntl.h>
#include <stdlib.h>
#include <termios.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <stdexcept>

namespace bench {
namespace {

constexpr Nanoseconds kByteOnTheWire{86806};
constexpr std::uint64_t kLinesPerEcho = 50;

constexpr std::string_view kTemperatures = "ok T:210.00 /210.00 B:60.00 /60.00 @:64 B@:32\n";
constexpr std::string_view kFirmware =
    "FIRMWARE_NAME:Marlin 1.1.9 (Github) SOURCE_CODE_URL:https://github.com/MarlinFirmware/Marlin PROTOCOL_VERSION:1.0 "
    "MACHINE_TYPE:3D Printer EXTRUDER_COUNT:1 UUID:cede2a2f-41a2-4748-9b12-c55c62f367ff\nok\n";

}  // namespace

Nanoseconds now() { return std::chrono::steady_clock::now().time_since_epoch(); }

std::string print_line(std::uint64_t n) {
  char text[96];
  const unsigned step = static_cast<unsigned>(n % 200000);
  const int size = std::snprintf(text, sizeof text, "N%llu G1 X%.3f Y%.3f E%.5f", static_cast<unsigned long long>(n),
                                 10 + step * 0.001, 20 + step * 0.0007, step * 0.01);
  unsigned checksum = 0;
  for (int i = 0; i < size; ++i) checksum ^= static_cast<unsigned char>(text[i]);
  return std::string(text, static_cast<std::size_t>(size)) + "*" + std::to_string(checksum) + "\n";
}

FakePrinter::FakePrinter() : master_(::posix_openpt(O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC)) {
  if (!master_ || ::grantpt(master_.get()) != 0 || ::unlockpt(master_.get()) != 0)
    throw std::runtime_error("no pseudo-terminal");
  device_ = ::ptsname(master_.get());
  slave_.reset(::open(device_.c_str(), O_RDWR | O_NOCTTY | O_CLOEXEC));
  termios settings{};
  if (::tcgetattr(slave_.get(), &settings) != 0) throw std::runtime_error("no pseudo-terminal");
  ::cfmakeraw(&settings);
  ::tcsetattr(slave_.get(), TCSANOW, &settings);
}

void FakePrinter::begin_print() {
  next_line_ = 1;
  queries_ = 0;
}

void FakePrinter::serve() {
  char bytes[8192];
  for (ssize_t n; (n = ::read(master_.get(), bytes, sizeof bytes)) > 0;) {
    receive({bytes, static_cast<std::size_t>(n)}, now());
    if (static_cast<std::size_t>(n) < sizeof bytes) break;
  }
  send_due();
}

void FakePrinter::receive(std::string_view bytes, Nanoseconds at) {
  wire_in_ = std::max(wire_in_, at);
  for (std::size_t end; (end = bytes.find('\n')) != std::string_view::npos; bytes.remove_prefix(end + 1)) {
    if (paced_) wire_in_ += kByteOnTheWire * static_cast<std::int64_t>(end + 1);
    if (partial_.empty()) {
      answer(bytes.substr(0, end + 1), wire_in_);
      continue;
    }
    partial_.append(bytes.substr(0, end + 1));
    answer(partial_, wire_in_);
    partial_.clear();
  }
  if (paced_) wire_in_ += kByteOnTheWire * static_cast<std::int64_t>(bytes.size());
  partial_.append(bytes);
}

void FakePrinter::answer(std::string_view line, Nanoseconds at) {
  if (line == "\n") return;  // the separator of a query without an answer: Marlin ignores an empty line
  if (line.front() != 'N') return answer_query(line, at);
  if (line != print_line(next_line_)) {
    if (wrong_lines_++ == 0) first_wrong_line_ = line;
  }
  std::string text;
  if (next_line_ % kLinesPerEcho == 0) text = "echo:seen line " + std::to_string(next_line_) + "\n";
  ++next_line_;
  if (at >= interruption_.at) {
    text += interruption_.text;
    interruption_.at = at + interruption_.period;
  }
  text += "ok\n";
  expected_at_host_ += text;
  send(std::move(text), at + delay_);
}

void FakePrinter::answer_query(std::string_view line, Nanoseconds at) {
  ++queries_;
  if (line == "M105\n") return send(std::string(kTemperatures), at + delay_);
  if (line == "M115\n") return send(std::string(kFirmware), at + delay_);
  if (line.starts_with("M155"))
    return send("echo:Unknown command: \"" + std::string(line.substr(0, line.size() - 1)) + "\"\nok\n", at + delay_);
  send("ok\n", at + delay_);
}

void FakePrinter::send(std::string text, Nanoseconds at) {
  if (paced_) {
    wire_out_ = std::max(wire_out_, at) + kByteOnTheWire * static_cast<std::int64_t>(text.size());
    at = wire_out_;
  }
  answers_.push_back({at, std::move(text)});
}

void FakePrinter::send_due() {
  if (!answers_.empty()) {
    const Nanoseconds at = now();
    for (; !answers_.empty() && answers_.front().at <= at; answers_.pop_front()) unwritten_ += answers_.front().text;
  }
  if (unwritten_.empty()) return;
  const ssize_t n = ::write(master_.get(), unwritten_.data(), unwritten_.size());
  if (n > 0) unwritten_.erase(0, static_cast<std::size_t>(n));
}

}  // namespace bench
