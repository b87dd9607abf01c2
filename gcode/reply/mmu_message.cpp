#include "gcode/reply/mmu_message.h"

#include "gcode/line/scan.h"

namespace gcode::reply {
namespace {

constexpr int kNoTool = 99;

/// One to four hexadecimal digits.
std::optional<std::uint16_t> take_hex(std::string_view& rest) {
  unsigned sum = 0, digits = 0;
  for (; !rest.empty() && digits < 5 && line::hex_value(rest.front()) >= 0; ++digits, rest.remove_prefix(1))
    sum = sum * 16 + static_cast<unsigned>(line::hex_value(rest.front()));
  if (digits == 0 || digits == 5) return std::nullopt;
  return static_cast<std::uint16_t>(sum);
}

std::int8_t slot_in(std::string_view text) {
  std::int64_t tool = 0;
  if (!line::take_integer(text, tool)) return MmuMessage::kUnknownSlot;
  if (tool == kNoTool) return MmuMessage::kNoSlot;
  return tool >= 0 && tool <= 4 ? static_cast<std::int8_t>(tool) : MmuMessage::kUnknownSlot;
}

// "T1 P5*3e."
MmuMessage response_in(std::string_view text) {
  MmuMessage message;
  if (text.size() < 2) return message;
  message.request = text.front();
  text.remove_prefix(1);
  if (!line::take_integer(text, message.item) || !line::take(text, " ") || text.empty()) return message;
  message.form = MmuForm::kResponse;
  message.status = text.front();
  text.remove_prefix(1);
  message.value = take_hex(text);
  return message;
}

}  // namespace

MmuMessage mmu_message_of(std::string_view line) {
  MmuMessage message;
  const auto behind = [line](std::string_view mark) {
    const auto at = line.find(mark);
    return at == std::string_view::npos ? std::string_view() : line.substr(at + mark.size());
  };
  if (line.find("not responding") != std::string_view::npos) {
    message.form = MmuForm::kNotResponding;
  } else if (const auto response = behind("MMU2:<"); !response.empty()) {
    return response_in(response);
  } else if (const auto tool = behind("MMU2tool="); !tool.empty()) {
    message.form = MmuForm::kTool;
    message.slot = slot_in(tool);
  } else if (const auto request = behind("MMU <= 'T"); !request.empty()) {
    message.form = MmuForm::kToolRequest;
    message.slot = slot_in(request);
  } else if (line.starts_with("MMU => 'ok'")) {
    message.form = MmuForm::kOk;
  }
  return message;
}

}  // namespace gcode::reply
