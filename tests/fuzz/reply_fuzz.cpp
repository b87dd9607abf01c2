// Any bytes as a printer line, in every dialect: nothing is read outside it, no sensor occurs twice, no value is
// invented. The first byte selects the dialect.
#include <cmath>
#include <cstdint>
#include <string>
#include <string_view>

#include "gcode/decode/decode.h"
#include "gcode/dialect/dialect.h"
#include "gcode/reply/reply.h"
#include "tests/fuzz/claim.h"

namespace {

using fuzz::claim;

bool is_plausible(float value) { return std::isnan(value) || std::isfinite(value); }
bool is_ratio(float value) { return std::isnan(value) || (value >= 0 && value <= 1); }

void check_temperatures(const gcode::reply::Temperatures& temperatures) {
  claim(temperatures.count <= temperatures.items.size(), "temperatures fit");
  unsigned seen = 0;
  for (const gcode::reply::TemperatureReading& reading : temperatures) {
    const unsigned bit = 1u << static_cast<unsigned>(reading.sensor);
    claim(reading.sensor < gcode::reply::Sensor::kCount, "a sensor is valid");
    claim((seen & bit) == 0, "no sensor occurs twice");
    seen |= bit;
    claim(is_plausible(reading.actual) && is_plausible(reading.target) && is_ratio(reading.duty),
          "readings are numbers");
  }
}

void check(const gcode::reply::Reply& r, std::string_view line) {
  using gcode::reply::ReplyKind;
  claim(fuzz::is_inside(r.text, line), "the text is inside the line");
  claim(r.carries_ok == (r.kind == ReplyKind::kOk || r.kind == ReplyKind::kOkTemperature),
        "carries_ok matches the kind");
  const bool reports_temperatures_itself =
      r.kind == ReplyKind::kOkTemperature || r.kind == ReplyKind::kTemperature || r.kind == ReplyKind::kHeating;
  claim(reports_temperatures_itself || r.temperatures.count == 0, "only temperature lines have temperatures");
  check_temperatures(r.temperatures);
  claim(!r.stops_printer || r.kind == ReplyKind::kError, "only an error stops the printer");
  claim(!r.is_number_error || r.kind == ReplyKind::kError, "a numbering error is an error");
  claim(r.carries_ok || (!r.ok_number && r.planner_free < 0 && r.slots_free < 0), "only an ok has slots");
  claim(r.carries_ok == (r.ok_count > 0) && r.carries_ok == (r.ok_form != gcode::reply::OkForm::kNone),
        "each ok has a form and is counted");
  claim(!r.is_whole_report || r.kind == ReplyKind::kTemperature || r.kind == ReplyKind::kHeating ||
            r.kind == ReplyKind::kPosition || r.kind == ReplyKind::kFans || r.carries_ok,
        "only a report is a whole report");
  claim(r.named_command.empty() || r.kind == ReplyKind::kUnknownCommand, "only a refusal names a command");
  claim(fuzz::is_inside(r.named_command, line), "the refused command is inside the line");
  claim(!r.has_firmware || r.kind == ReplyKind::kFirmware || r.kind == ReplyKind::kOk, "an M115 answer has a kind");
  claim(r.memory.size <= gcode::reply::MemoryDump::kMostBytes, "a dump fits");
  claim(!std::isinf(r.answer_number), "an answered number is one");
  for (const float value : r.position.axis) claim(is_plausible(value), "a position is a number");
  for (const float value : r.fans.duty) claim(is_ratio(value), "a duty is a ratio");
  const gcode::reply::FirmwareFields fields = gcode::reply::parse_firmware(line);
  claim(fuzz::is_inside(fields.name, line) && fuzz::is_inside(fields.glued_capability, line),
        "fields are inside the line");
  claim(fuzz::is_inside(fields.version, line) && fuzz::is_inside(fields.machine_type, line),
        "fields are inside the line");
  (void)gcode::dialect::choose_dialect(fields.name);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string line(reinterpret_cast<const char*>(data + 1), size - 1);
  const gcode::reply::Reply r = gcode::reply::parse_reply(line, gcode::dialect::dialect_by_id(data[0] % 40));
  check(r, line);
  std::string decoded;
  gcode::decode::append_decoded({line, std::nullopt, false}, r, decoded);
  for (const char byte : decoded) claim(byte >= ' ' && byte < 0x7F, "decoded text is printable ASCII");
  const std::string ended = line + "\r\n";
  claim(gcode::reply::parse_reply(ended, gcode::dialect::dialect_by_id(data[0] % 40)).kind == r.kind,
        "a line end changes no meaning");
  return 0;
}
