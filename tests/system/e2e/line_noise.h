// Bytes that a bad cable corrupts, drops or doubles, one third each, at a rate per byte. The seed repeats a run
// exactly. Within lines: at most one byte of a line is hit, never its end, and no hit creates an end or a comment. A
// host without timeouts survives no more: a line that never ends, or that the printer takes for a comment, is never
// answered.
#pragma once

#include <cstdint>
#include <random>
#include <string>
#include <string_view>

namespace e2e {

class LineNoise {
 public:
  LineNoise(double rate, std::uint64_t seed, bool within_lines = false)
      : rate_(rate), within_lines_(within_lines), random_(seed) {}

  void set_rate(double rate) { rate_ = rate; }

  [[nodiscard]] std::string pass(std::string_view bytes) {
    if (rate_ <= 0 && !within_lines_) return std::string(bytes);
    std::string out;
    out.reserve(bytes.size() + 8);
    for (const char byte : bytes) pass(byte, out);
    return out;
  }

  std::uint64_t corrupted = 0;
  std::uint64_t dropped = 0;
  std::uint64_t doubled = 0;

 private:
  static bool ends_or_hides(char byte) { return byte == '\n' || byte == '\r' || byte == ';'; }

  [[nodiscard]] bool unassigned_devices(char byte) {
    if (!within_lines_) return false;
    if (ends_or_hides(byte)) line_was_hit_ = false;
    return line_was_hit_ || ends_or_hides(byte);
  }

  void pass(char byte, std::string& out) {
    if (unassigned_devices(byte) || chance_(random_) >= rate_) {
      out.push_back(byte);
      return;
    }
    line_was_hit_ = true;
    switch (random_() % 3) {
      case 0: {
        ++corrupted;
        char flipped = static_cast<char>(byte ^ (1 << (random_() % 8)));  // one flipped bit: never the same byte
        if (within_lines_ && ends_or_hides(flipped)) flipped = static_cast<char>(byte ^ 0x40);
        out.push_back(flipped);
        return;
      }
      case 1: ++dropped; return;
      default: ++doubled; out.append(2, byte);
    }
  }

  double rate_;
  bool within_lines_;
  bool line_was_hit_ = false;
  std::mt19937_64 random_;
  std::uniform_real_distribution<double> chance_{0.0, 1.0};
};

}  // namespace e2e
