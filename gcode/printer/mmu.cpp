#include "gcode/printer/mmu.h"

#include <algorithm>

#include "gcode/line/scan.h"

namespace gcode::printer {
namespace {

constexpr int kNoTool = 99;

bool take_hex(std::string_view& rest, std::uint16_t& value) {
  unsigned sum = 0, digits = 0;
  for (; !rest.empty() && digits < 5; ++digits, rest.remove_prefix(1)) {
    const char c = line::to_lower(rest.front());
    if (line::is_digit(c)) sum = sum * 16 + static_cast<unsigned>(c - '0');
    else if (c >= 'a' && c <= 'f') sum = sum * 16 + static_cast<unsigned>(c - 'a' + 10);
    else break;
  }
  value = static_cast<std::uint16_t>(sum);
  return digits > 0 && digits < 5;
}

}  // namespace

void Mmu::printer_restarted() {
  known = slot_known = false;
  state = MmuState::kOff;
  slot = -1;
  error = 0;
  version = {-1, -1, -1, -1};
}

void Mmu::raise(std::uint16_t code) {
  state = MmuState::kError;
  if (code == error) return;  // the printer repeats it each second until a user acts
  error = code;
  const auto it = std::find(kMmuErrorCodes.begin(), kMmuErrorCodes.end(), code);
  ++errors[static_cast<std::size_t>(it - kMmuErrorCodes.begin())];
}

void Mmu::load(int tool) {
  const auto now = static_cast<std::int8_t>(tool == kNoTool ? -1 : tool);
  if (now >= 0 && !(slot_known && now == slot)) ++tool_changes;
  slot = now;
  slot_known = true;
}

// "T1 P5*3e.": the request that it answers, then the status: Accepted, Rejected, Processing, Error, Finished.
void Mmu::response(std::string_view text) {
  if (text.size() < 2) return;
  const char request = text.front();
  text.remove_prefix(1);
  std::int64_t item = 0;
  std::uint16_t value = 0;
  if (!line::take_integer(text, item) || !line::take(text, " ") || text.empty()) return;
  const char verdict = text.front();
  text.remove_prefix(1);
  const bool has_value = take_hex(text, value);
  if (verdict == 'E' && has_value) return raise(value);
  if (request == 'S' && verdict == 'A' && has_value && item >= 0 && item < 4)
    version[static_cast<std::size_t>(item)] = static_cast<std::int16_t>(value);
  if (request == 'R' || request == 'S' || verdict == 'R') return;
  error = 0;
  state = verdict == 'F' ? MmuState::kIdle : verdict == 'P' || request != 'Q' ? MmuState::kBusy : MmuState::kIdle;
}

void Mmu::printer_line(const reply::Reply& reply, std::string_view line) {
  if (reply.kind == reply::ReplyKind::kStart) return printer_restarted();
  if (reply.kind != reply::ReplyKind::kMmu) return;
  if (line.find("not responding") != std::string_view::npos) {
    known = true;
    state = MmuState::kOff;
    return;
  }
  if (!known) {
    known = true;
    state = MmuState::kIdle;
  }
  if (const auto at = line.find("MMU2:<"); at != std::string_view::npos) return response(line.substr(at + 6));
  std::int64_t tool = 0;
  if (const auto at = line.find("MMU2tool="); at != std::string_view::npos) {
    auto rest = line.substr(at + 9);
    if (line::take_integer(rest, tool) && ((tool >= 0 && tool <= 4) || tool == kNoTool)) load(static_cast<int>(tool));
    return;
  }
  if (const auto at = line.find("MMU <= 'T"); at != std::string_view::npos) {
    auto rest = line.substr(at + 9);
    if (line::take_integer(rest, tool) && tool >= 0 && tool <= 4) load(static_cast<int>(tool));
    state = MmuState::kBusy;
  } else if (line.starts_with("MMU => 'ok'")) {
    state = MmuState::kIdle;
  }
}

}  // namespace gcode::printer
