// Which fields of a reply or a command are meaningful for its kind, and their names in a decoded line.
// Example: "echo:busy: processing" gives "kind":"busy","values":{"reason":"processing"}.
#include "gcode/decode/decode.h"

#include <array>

#include "gcode/decode/json_object.h"
#include "gcode/decode/names.h"

namespace gcode::decode {
namespace {

void add_temperatures(const reply::Temperatures& temperatures, std::string& out, JsonObject& values) {
  for (const reply::TemperatureReading& reading : temperatures) {
    values.key(name_of(reading.sensor));
    JsonObject sensor(out);
    sensor.number("actual", reading.actual);
    sensor.number("target", reading.target);
    sensor.number("duty", reading.duty);
    sensor.close();
  }
}

void add_advanced_ok(const reply::Reply& reply, JsonObject& values) {
  if (reply.ok_number) values.integer("line_number", *reply.ok_number);
  if (reply.planner_free >= 0) values.integer("planner_free", reply.planner_free);
  if (reply.slots_free >= 0) values.integer("slots_free", reply.slots_free);
  if (reply.ok_count > 1) values.integer("oks", reply.ok_count);
}

void add_position(const reply::Position& position, JsonObject& values) {
  constexpr std::array<std::string_view, 4> kNames{"x", "y", "z", "e"};
  for (std::size_t i = 0; i < kNames.size(); ++i) values.number(kNames[i], position.axis[i]);
}

void add_fans(const reply::Fans& fans, std::string& out, JsonObject& values) {
  constexpr std::array<std::string_view, 2> kNames{"hotend", "print"};
  for (std::size_t i = 0; i < kNames.size(); ++i) {
    if (!reply::is_known(fans.rpm[i]) && !reply::is_known(fans.duty[i])) continue;
    values.key(kNames[i]);
    JsonObject fan(out);
    fan.number("rpm", fans.rpm[i]);
    fan.number("duty", fans.duty[i]);
    fan.close();
  }
}

void add_progress(const reply::Progress& progress, JsonObject& values) {
  values.text("mode", progress.silent_mode ? "silent" : "normal");
  values.number("percent", progress.percent);
  values.number("remaining_minutes", progress.remaining_minutes);
  values.number("change_minutes", progress.change_minutes);
}

void add_error(const reply::Reply& reply, JsonObject& values) {
  if (reply.is_number_error) {
    values.text("reason", name_of(reply.resend_reason));
    if (reply.number >= 0) values.integer("last_line", reply.number);
  } else {
    values.text("error", name_of(reply.error));
  }
  if (reply.stops_printer) values.truth("stops_printer", true);
  values.text("text", reply.text);
}

void add_firmware(const reply::Reply& reply, JsonObject& values) {
  const reply::FirmwareFields fields = reply::parse_firmware(reply.text);
  values.text("name", fields.name);
  if (!fields.version.empty()) values.text("version", fields.version);
  if (!fields.machine_type.empty()) values.text("machine_type", fields.machine_type);
  if (!fields.protocol.empty()) values.text("protocol", fields.protocol);
  if (!fields.glued_capability.empty()) values.text("glued_capability", fields.glued_capability);
}

void add_ok(const reply::Reply& reply, JsonObject& values) {
  add_advanced_ok(reply, values);
  const bool has_fields = reply.ok_number || reply.planner_free >= 0 || reply.slots_free >= 0;
  add_position(reply.position, values);
  if (reply.has_firmware) return add_firmware(reply, values);
  if (!has_fields && !reply.text.empty()) values.text("text", reply.text);
}

void add_file(const reply::Reply& reply, JsonObject& values) {
  if (!reply.text.empty()) values.text("file", reply.text);
  if (reply.sd.size > 0) values.integer("size", static_cast<std::int64_t>(reply.sd.size));
}

void add_percent(const reply::Reply& reply, JsonObject& values) {
  values.number("percent", reply.percent);
  if (reply.percent_of == 'F') values.text("of", "feedrate");
  if (reply.percent_of == 'E') values.text("of", "flow");
}

void add_boot(const reply::Reply& reply, JsonObject& values) {
  if (reply.has_reset_cause) values.text("cause", name_of(reply.reset_cause));
  values.text("text", reply.text);
}

void add_values(const reply::Reply& reply, std::string& out, JsonObject& values) {
  switch (reply.kind) {
    case reply::ReplyKind::kOk: return add_ok(reply, values);
    case reply::ReplyKind::kOkTemperature: add_advanced_ok(reply, values); [[fallthrough]];
    case reply::ReplyKind::kTemperature:
    case reply::ReplyKind::kHeating: return add_temperatures(reply.temperatures, out, values);
    case reply::ReplyKind::kPosition: return add_position(reply.position, values);
    case reply::ReplyKind::kFans: return add_fans(reply.fans, out, values);
    case reply::ReplyKind::kProgress: return add_progress(reply.progress, values);
    case reply::ReplyKind::kSdPosition:
      values.integer("byte", static_cast<std::int64_t>(reply.sd.byte));
      return values.integer("size", static_cast<std::int64_t>(reply.sd.size));
    case reply::ReplyKind::kSdFile:
    case reply::ReplyKind::kUploadBegin: return add_file(reply, values);
    case reply::ReplyKind::kPercent: return add_percent(reply, values);
    case reply::ReplyKind::kFirmware: return add_firmware(reply, values);
    case reply::ReplyKind::kCapability: values.text("name", reply.text); return values.truth("on", reply.capability_on);
    case reply::ReplyKind::kSerialNumber: return values.text("serial_number", reply.text);
    case reply::ReplyKind::kPrinterState: return values.integer("state", reply.number);
    case reply::ReplyKind::kStatistics:
      values.integer("minutes", static_cast<std::int64_t>(reply.statistics_minutes));
      return values.integer("centimetres", static_cast<std::int64_t>(reply.statistics_centimetres));
    case reply::ReplyKind::kMeatPack: return values.truth("on", reply.meatpack_on);
    case reply::ReplyKind::kBusy: return values.text("reason", name_of(reply.busy));
    case reply::ReplyKind::kResend:
      if (reply.number >= 0) values.integer("line_number", reply.number);
      return;
    case reply::ReplyKind::kError: return add_error(reply, values);
    case reply::ReplyKind::kAction:
      values.text("action", name_of(reply.action));
      if (!reply.text.empty()) values.text("text", reply.text);
      return;
    case reply::ReplyKind::kOverflow: return values.text("what", reply.overflow_was_timeout ? "timeout" : "buffer");
    case reply::ReplyKind::kCrash: return values.text("axis", name_of(reply.crash_axis));
    case reply::ReplyKind::kBoot: return add_boot(reply, values);
    case reply::ReplyKind::kUnknownCommand:
    case reply::ReplyKind::kMmu:
    case reply::ReplyKind::kRunout:
    case reply::ReplyKind::kSdCard:
    case reply::ReplyKind::kSdTime:
    case reply::ReplyKind::kListEntry:
    case reply::ReplyKind::kAnswer:
    case reply::ReplyKind::kEcho: return values.text("text", reply.text);
    case reply::ReplyKind::kBlank:
    case reply::ReplyKind::kSdIdle:
    case reply::ReplyKind::kSdPaused:
    case reply::ReplyKind::kListBegin:
    case reply::ReplyKind::kListEnd:
    case reply::ReplyKind::kUploadEnd:
    case reply::ReplyKind::kPrintDone:
    case reply::ReplyKind::kPowerPanic:
    case reply::ReplyKind::kStart:
    case reply::ReplyKind::kWait:
    case reply::ReplyKind::kUnknown: return;
  }
}

void add_values(const command::Command& command, JsonObject& values) {
  if (command.number) values.integer("number", *command.number);
  if (command.checksum == command::ChecksumVerdict::kGood) values.text("checksum", "good");
  if (command.checksum == command::ChecksumVerdict::kBad) values.text("checksum", "bad");
  if (command.letter != 0) {
    std::string code(1, command.letter);
    if (command.code >= 0) code += std::to_string(command.code);
    if (command.subcode >= 0) code.append(1, '.').append(std::to_string(command.subcode));
    values.text("code", code);
    if (!command.parameters.empty()) values.text("parameters", command.parameters);
  } else if (!command.text.empty()) {
    values.text("text", command.text);
  }
  if (command.has_trailing_comment) values.truth("trailing_comment", true);
}

void begin(const LineNote& note, std::string_view direction, std::string_view kind, JsonObject& object) {
  if (note.at) object.integer("t_us", note.at->count());
  object.text("direction", direction);
  object.text("line", note.line);
  if (note.is_unfinished) object.truth("unfinished", true);
  object.text("kind", kind);
}

}  // namespace

void append_decoded(const LineNote& note, const reply::Reply& reply, std::string& out) {
  JsonObject object(out);
  begin(note, "from_printer", name_of(reply.kind), object);
  if (reply.carries_ok) object.truth("acknowledges", true);
  object.key("values");
  JsonObject values(out);
  add_values(reply, out, values);
  values.close();
  object.close();
}

void append_decoded(const LineNote& note, const command::Command& command, std::string& out) {
  JsonObject object(out);
  begin(note, "to_printer", name_of(command.kind), object);
  object.key("values");
  JsonObject values(out);
  add_values(command, values);
  values.close();
  object.close();
}

}  // namespace gcode::decode
