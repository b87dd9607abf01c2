// Commands that answer with text: identity, position, progress, checks.
// Wire example: "M73" to Prusa: "NORMAL MODE: Percent done: 12; print time remaining in mins: 34; Change in mins: -1".
#include "tests/sim/firmware_core.h"

namespace sim {

void FirmwareCore::m110_line_number() {
  if (seen('N')) last_n = static_cast<std::int64_t>(value('N'));
}

void FirmwareCore::m113_keepalive() {
  if (!traits.keepalive) return unknown_command();
  if (seen('S')) {
    busy_period_ = std::chrono::seconds(static_cast<int>(value('S')));
    return;
  }
  linef("echo:M113 S%d", static_cast<int>(std::chrono::duration_cast<std::chrono::seconds>(busy_period_).count()));
}

void FirmwareCore::m114_position() {
  print_position();
  if (!traits.host_actions || !seen('D')) return;
  line("");
  line("Logical: X: 0.000 Y: 0.000 Z: 0.000");
  line("Raw:     X: 0.000 Y: 0.000 Z: 0.000");
  line("Stepper: X:0 Y:0 Z:0 E:0");
  line("FromStp: X: 0.000 Y: 0.000 Z: 0.000 E: 0.000");
  line("Diff:    X: 0.000 Y: 0.000 Z: 0.000 E: 0.000");
}

void FirmwareCore::m76_pause_timer() { action("pause"); }

void FirmwareCore::m115_identity() {
  if (is_prusa() && seen('V')) return line(traits.fir.substr(0, traits.fir.find('-')));
  const PrinterHabits& habits = options.habits;
  if (habits.ok_before_identity) {
    ok();
    unresponsive_ = true;
  }
  std::string text(habits.identity.empty() ? traits.identity : habits.identity);
  if (!habits.firmware_name.empty()) {  // up to the next key
    const std::size_t from = text.find(':') + 1;
    text.replace(from, text.find(" SOURCE_CODE_URL") - from, habits.firmware_name);
  }
  print(text);
}

void FirmwareCore::m117_message() {
  message_shown_ = true;
  status_changed();
}

void FirmwareCore::m118_echo() {
  std::string_view text = argument();
  std::string prefix;
  const char* const action_mark = traits.family == Family::kMarlin11 ? "// " : "//";
  const bool has_port = traits.family == Family::kMarlin21;
  const auto is_option = [&] {
    if (text.size() < 2 || text[1] < '0' || text[1] > '9') return false;
    return text[0] == 'E' || text[0] == 'A' || (text[0] == 'P' && has_port);
  };
  while (is_option()) {
    if (text[1] == '1' && text[0] != 'P') prefix += text[0] == 'E' ? "echo:" : action_mark;
    text.remove_prefix(2);
    while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  }
  print(prefix);
  print(text);
  print(traits.family == Family::kMarlin21 ? "\r\n" : traits.eol);
}

void FirmwareCore::m119_endstops() {
  line("Reporting endstop status");
  if (!is_prusa()) {
    for (const char* end : {"x_min: open", "y_min: open", "z_min: open"}) line(end);
    if (traits.host_actions) line("filament: TRIGGERED");
    return;
  }
  const char* max = traits.version >= 310 ? "TRIGGERED" : "open";
  for (const char* axis : {"x", "y"}) {
    linef("%s_min: open", axis);
    linef("%s_max: %s", axis, max);
  }
  line("z_min: open");
  line("z_max: TRIGGERED");
}

void FirmwareCore::m123_fans() {
  if (!is_prusa() && !traits.two_hotends) return unknown_command();
  if (!is_prusa() && seen('S')) {
    fans_period_ = std::chrono::seconds(static_cast<int>(value('S')));
    fans_next_ = fans_period_ > Time{} ? cpu_ + fans_period_ : kNever;
    return;
  }
  line(fan_line());
}

void FirmwareCore::m31_time() {
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(cpu_ - booted_at_).count();
  if (traits.host_actions) print("//action:notification 0s\r\n");
  if (!is_prusa()) return line("echo:Print time: 0s");
  linef("echo:%d min, %d sec", static_cast<int>(seconds / 60), static_cast<int>(seconds % 60));
  status_changed();
}

void FirmwareCore::m73_progress() {
  constexpr char kLetters[] = "PRCQSD";
  if (!is_prusa() && !traits.two_hotends) return unknown_command();
  for (std::size_t i = 0; i < progress_.size(); ++i) {
    if (seen(kLetters[i])) progress_[i] = static_cast<int>(value(kLetters[i]));
  }
  if (!is_prusa()) {
    return linef("echo: M73 Progress: %d%%; Time left: %dm; Change: %dm;", std::max(0, progress_[0]),
                 std::max(0, progress_[1]), std::max(0, progress_[2]));
  }
  for (const std::size_t mode : {std::size_t{0}, std::size_t{3}}) {
    const char* name = mode == 0 ? "NORMAL" : "SILENT";
    if (traits.version >= 310) {
      lff("%s MODE: Percent done: %d; print time remaining in mins: %d; Change in mins: %d", name, progress_[mode],
          progress_[mode + 1], progress_[mode + 2]);
    } else {
      lff("%s MODE: Percent done: %d; print time remaining in mins: %d", name,
          progress_[mode] < 0 ? 255 : progress_[mode], progress_[mode + 1]);
    }
  }
}

void FirmwareCore::m78_statistics() {
  if (is_prusa()) return line("STATS 10 min 20 cm.");
  if (!traits.host_actions) return unknown_command();
  line("Stats: Prints: 0, Finished: 0, Failed: 0");
  line("Stats: Total time: 0s, Longest job: 0s");
  line("Stats: Filament used: 0.00m");
}

// "D3 Ax0eff C8": that many bytes from this address, those of a printer that was switched off in three prints.
void FirmwareCore::d3_eeprom() {
  const std::string_view text = argument();
  const std::size_t at = text.find("Ax");
  if (at == std::string_view::npos || !seen('C')) return;
  lf("D3 - Read/Write EEPROM");
  const std::string address((traits.version >= 311 ? "00" : "") + std::string(text.substr(at + 2, 4)));
  std::string dump = address + " ";
  for (int i = 0; i < static_cast<int>(value('C')); ++i) dump += i == 0 ? " 03" : " 00";
  lf(dump);
}

void FirmwareCore::m72_state() {
  const bool host = cpu_ - last_g_ < std::chrono::seconds(10);
  linef("PrinterState: %d", card.printing ? 5 : host ? 6 : 2);
}

void FirmwareCore::m300_beep() { wait_seconds(value('P', 0) / 1000); }

void FirmwareCore::m310_model() {
  const std::string_view settings = traits.settings;
  const std::size_t from = settings.find("echo:Thermal Model settings:");
  if (from != std::string_view::npos) print(settings.substr(from));
}

void FirmwareCore::m500_store() { line("echo:Settings Stored"); }
void FirmwareCore::m501_load() { line("echo:Stored settings retrieved"); }
void FirmwareCore::m503_settings() { print(traits.settings); }

void FirmwareCore::m862_check() {
  if (!seen('Q')) {
    const bool other_nozzle = subcode_ == 1 && seen('P') && value('P') != 0.4;
    const bool other_model = subcode_ == 3 && argument().find("MK3S\"") == std::string_view::npos;
    const bool asks = other_nozzle || other_model;
    if (!asks) return;
    // A dialog with a timeout.
    then(WaitKind::kUserOrTime, std::chrono::seconds(30), {}, BusyText::kUser);
    return;
  }
  if (subcode_ == 1) line("0.40");
  if (subcode_ == 2) line("302");
  if (subcode_ == 3) line("MK3S");
  if (subcode_ == 4) line(traits.fir.substr(0, traits.fir.find('-')));
  if (subcode_ == 5) line("1");
}

void FirmwareCore::m851_offset() {
  if (traits.version >= 310) return unknown_command();
  line("echo:Z Offset");
  line("-0.40");
}

void FirmwareCore::m900_advance() {
  const double k = value('K', -1);
  if (k < 0) line("K out of allowed range!");
  linef("echo:Advance K=%.2f", std::max(0.0, k));
}

void FirmwareCore::m509_language() { print("echo:LANG SEL FORCED"); }

void FirmwareCore::t_tool() {
  if (is_prusa()) {
    if (code_ > 4 || code_ < 0) return line("Invalid T code.");
    if (traits.version >= 313) print("echo:Active Extruder: 0");  // no line end before its ok
    else linef("echo:Active Extruder: 0");
    return;
  }
  if (code_ >= (traits.two_hotends ? 2 : 1)) return linef("echo:T%d Invalid extruder", code_);
  if (!traits.two_hotends) return;
  active_tool_ = code_;
  linef("echo:Active Extruder: %d", code_);
}

// PRUSA fv without its file: reads past the end without limit and prints what it reads (P 9.20).
void FirmwareCore::flood() {
  line("echo:Now fresh file: ");
  line("open failed, File: .");
  input_blocked_ = true;
  flood_on();
}

void FirmwareCore::flood_on() {
  constexpr Time kChunk = std::chrono::microseconds(5600);  // the time of 64 bytes and a little more
  then(WaitKind::kTime, kChunk, [this] {
    print(std::string(64, '\xFF'));
    flood_on();
  });
}

void FirmwareCore::prusa_word() {
  const std::string_view text = current_.text();
  const auto has = [text](std::string_view word) { return text.find(word) != std::string_view::npos; };
  if (has("Fir")) return line(traits.fir);
  if (has("Rev"))
    return line(traits.version >= 310 ? "1_75mm_MK3S-EINSy_10a-E3Dv6full" : "1_75mm_MK3-EINSy_10a-E3Dv6full");
  if (has("SN")) return traits.version >= 310 ? line("CZPX4720X004XC34242") : lf("Not in farm mode.");
  if (has("nozzle")) return line("0.40");
  if (has("RESET")) return begin_boot(cpu_, " Software Reset\n");
  if (has("fv") && traits.version < 310) return flood();
  if (has("FAN")) {
    line("E0:0 RPM");
    line("PRN0:0 RPM");
  }
}

}  // namespace sim
