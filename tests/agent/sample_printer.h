// A printer of which everything is known, for tests of pages: an MK3S in mid-print at `kSampleNow`.
#pragma once

#include "agent/snapshot.h"

namespace sample {

using namespace std::chrono_literals;

inline constexpr gcode::Time kSampleNow = 5000s;  ///< monotonic
inline constexpr gcode::Time kWallOffset = 1'700'000'000s;
inline constexpr gcode::Dialect kPrusaDialect{.name = "prusa-3.13", .family = gcode::FirmwareFamily::kPrusa};
inline constexpr gcode::Dialect kMarlinDialect{.name = "marlin-2.1", .family = gcode::FirmwareFamily::kMarlin};

inline void set_readings(gcode::PrinterState& p, gcode::Time now) {
  const auto sensor = [&](gcode::Sensor s) -> auto& { return p.temperatures[s]; };
  sensor(gcode::Sensor::kTool0).actual.set(215.1F, now);
  sensor(gcode::Sensor::kTool0).target.set(215.0F, now);
  sensor(gcode::Sensor::kTool0).duty.set(0.25F, now);
  sensor(gcode::Sensor::kBed).actual.set(60.3F, now);
  sensor(gcode::Sensor::kBed).target.set(60.0F, now);
  sensor(gcode::Sensor::kBed).duty.set(0.1F, now);
  sensor(gcode::Sensor::kProbe).actual.set(34.1F, now);
  sensor(gcode::Sensor::kAmbient).actual.set(37.1F, now);
  p.temperature_report.set(now, now);
  p.fans.set({.rpm = {4200, 3100}, .duty = {1, 0.5F}}, now);
  p.position.set({.axis = {100.5F, 80.25F, 0.15F, 12.7F}}, now);
  p.progress.set({.percent = 12, .remaining_minutes = 61, .change_minutes = 30}, now);
  p.sd.set({.byte = 775, .size = 50426}, now);
  p.feedrate.set(1.1F, now);
  p.flow.set(0.95F, now);
  p.nozzle_diameter.set(0.4F, now);
  p.busy.set(gcode::BusyReason::kProcessing, now);
}

inline void set_identity(gcode::PrinterState& p, gcode::Time now) {
  p.firmware.set(gcode::FixedText<127>("Prusa-Firmware 3.13.3 based on Marlin"), now);
  p.machine_type.set(gcode::FixedText<63>("Prusa i3 MK3S"), now);
  p.protocol.set(gcode::FixedText<15>("1.0"), now);
  p.serial_number.set(gcode::FixedText<31>("CZPX0917X003XC13518"), now);
  p.capabilities[0] = {.name = gcode::FixedText<31>("AUTOREPORT_TEMP"), .on = true};
  p.capabilities[1] = {.name = gcode::FixedText<31>("PRUSA_MMU2"), .on = false};
  p.capability_count = 2;
}

/// Up, printing from a host, every reading fresh at `now`.
inline agent::LinkSnapshot printing_mk3s(const std::string& name = "mk3", gcode::Time now = kSampleNow) {
  agent::LinkSnapshot link;
  link.name = name;
  link.device = "/dev/ttyACM0";
  link.host_port = "/run/marlin-agent/";
  link.host_port += name;
  link.usb_id = "2c99:0002";
  link.baud = 115200;
  link.taken_at = now;
  link.wall_offset = kWallOffset;
  link.dialect = &kPrusaDialect;
  link.serial_open = true;
  link.host_connected = true;
  link.commands_in_flight = 3;
  link.serial_connects = 1;
  link.last_receive = now;
  auto& p = link.printer;
  p.open = true;
  p.opened_at = now - 1h;
  p.any_line = true;
  p.last_line = now;
  p.answered = true;
  p.last_numbered = now;
  p.numbered_in_stream = 1000;
  p.stream_prints = true;
  set_readings(p, now);
  set_identity(p, now);
  return link;
}

}  // namespace sample
