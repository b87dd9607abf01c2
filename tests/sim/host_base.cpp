#include "tests/sim/host_base.h"

#include <charconv>
#include <stdexcept>
#include <utility>

#include "tests/sim/host_makers.h"

namespace sim {
namespace {

char lowered(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

}  // namespace

std::string numbered(std::int64_t number, std::string_view text, NumberStyle style) {
  std::array<char, 24> digits;
  auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr;
  std::string line;
  line.reserve(text.size() + 16);
  line += 'N';
  line.append(digits.data(), end);
  if (style != NumberStyle::kNoSpace) line += ' ';
  line += text;
  if (style == NumberStyle::kSpaceBeforeStar) line += ' ';
  unsigned char sum = 0;
  for (char c : line) sum ^= static_cast<unsigned char>(c);
  end = std::to_chars(digits.data(), digits.data() + digits.size(), static_cast<int>(sum)).ptr;
  line += '*';
  line.append(digits.data(), end);
  return line;
}

std::string_view trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(" \t\r\n");
  if (first == std::string_view::npos) return {};
  const auto last = text.find_last_not_of(" \t\r\n");
  return text.substr(first, last - first + 1);
}

std::string_view without_comment(std::string_view text) { return trimmed(text.substr(0, text.find(';'))); }

bool contains(std::string_view text, std::string_view part) { return text.find(part) != std::string_view::npos; }

bool contains_lower(std::string_view text, std::string_view part) {
  for (std::size_t start = 0; start + part.size() <= text.size(); ++start) {
    std::size_t same = 0;
    while (same < part.size() && lowered(text[start + same]) == part[same]) ++same;
    if (same == part.size()) return true;
  }
  return false;
}

bool is_code(std::string_view text, std::string_view code) {
  if (!text.starts_with(code)) return false;
  return text.size() == code.size() || text[code.size()] == ' ';
}

std::int64_t requested_line(std::string_view line) {
  const bool is_request = contains_lower(line.substr(0, 6), "resend") || line.starts_with("rs");
  if (!is_request) return -1;
  const auto digit = line.find_first_of("0123456789");
  if (digit == std::string_view::npos) return -1;
  std::int64_t number = -1;
  std::from_chars(line.data() + digit, line.data() + line.size(), number);
  return number;
}

std::uint64_t Dice::next() {
  std::uint64_t z = (state_ += 0x9e3779b97f4a7c15ULL);
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
  return z ^ (z >> 31);
}

Time Dice::between(Time low, Time high) {
  const auto span = static_cast<std::uint64_t>((high - low).count()) + 1;
  return low + Time(static_cast<Time::rep>(next() % span));
}

int Dice::between(int low, int high) {
  return low + static_cast<int>(next() % static_cast<std::uint64_t>(high - low + 1));
}

HostBase::HostBase(HostOptions options) : options_(std::move(options)), dice_(options_.seed) {}

void HostBase::receive(std::string_view bytes, Time now) {
  while (!bytes.empty() && open_) {
    const auto end = bytes.find('\n');
    const auto piece = bytes.substr(0, end);
    const auto room = kMaxLine - partial_.size();
    if (end == std::string_view::npos || !partial_.empty()) partial_.append(piece.substr(0, room));
    if (end == std::string_view::npos) break;
    std::string_view line = partial_.empty() ? piece : std::string_view(partial_);
    if (line.ends_with('\r')) line.remove_suffix(1);
    on_line(line, now);
    partial_.clear();
    bytes.remove_prefix(end + 1);
  }
  if (open_) after_lines(now);
}

std::string HostBase::take_output() { return std::exchange(output_, {}); }

void HostBase::leave(Time) { close_port(); }

void HostBase::hang_up(Time) { give_up("the port hung up"); }

void HostBase::count_sent() {
  ++in_flight_;
  if (in_flight_ > most_in_flight_) most_in_flight_ = in_flight_;
}

void HostBase::write_line(std::string_view line, bool owes_ok) {
  output_ += line;
  output_ += '\n';
  if (owes_ok) count_sent();
}

void HostBase::write_numbered(std::int64_t number, std::string_view text, NumberStyle style) {
  write_line(numbered(number, text, style));
}

void HostBase::count_ok() {
  ++oks_;
  if (in_flight_ > 0) --in_flight_;
}

void HostBase::give_up(std::string_view reason) {
  if (failure_.empty()) failure_ = reason;
  close_port();
}

std::unique_ptr<VirtualHost> make_host(std::string_view name, HostOptions options) {
  if (name == "octoprint") return make_octoprint_host(std::move(options));
  if (name == "printrun") return make_printrun_host(std::move(options));
  if (name == "prusalink") return make_prusalink_host(std::move(options));
  if (name == "cura") return make_cura_host(std::move(options));
  if (name == "terminal") return make_terminal_host(std::move(options));
  throw std::invalid_argument("no virtual host is called \"" + std::string(name) + "\"");
}

std::vector<std::string> host_names() { return {"octoprint", "printrun", "prusalink", "cura", "terminal"}; }

}  // namespace sim
