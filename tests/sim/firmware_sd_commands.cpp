// The SD card's commands and the lines of printing from it. Commands of the file share the queue with serial ones.
// Wire example: "M27": "longfile_name_test.gcode\nSD printing byte 775/50426\n0:0\nok\n".
#include "tests/sim/firmware_core.h"

namespace sim {
namespace {

/// Files in folders are shown with their path from the root.
const char* root_of(const std::string& name) { return name.find('/') == std::string::npos ? "" : "/"; }

std::string folder_of(const std::string& name) {
  const std::size_t slash = name.rfind('/');
  return slash == std::string::npos ? std::string() : name.substr(0, slash);
}

}  // namespace

void FirmwareCore::m20_list() {
  if (!traits.has_sd) return unknown_command();
  if (!is_prusa() && !card.mounted) return line("echo:No media");
  const bool extended = is_prusa() ? traits.version >= 310 : traits.family == Family::kMarlin21;
  const bool long_names = extended && argument().find('L') != std::string_view::npos;
  const bool times = extended && argument().find('T') != std::string_view::npos;
  line("Begin file list");
  std::string folder;
  for (const std::string& name : card.order()) {
    const std::string now_in = folder_of(name);
    if (is_prusa() && long_names && now_in != folder) {
      if (!folder.empty()) line("DIR_EXIT");
      if (!now_in.empty()) linef("DIR_ENTER: /%s/ \"%s\"", now_in.c_str(), now_in.c_str());
      folder = now_in;
    }
    std::string entry = root_of(name);
    entry.append(name).append(" ").append(std::to_string(card.files().at(name).size()));
    if (times) entry.append(is_prusa() ? " 0x5d750b7a" : " 0x5D750BC0");
    const char* quote = is_prusa() ? "\"" : "";
    if (long_names) entry.append(" ").append(quote).append(card.long_name(name)).append(quote);
    line(entry);
  }
  if (!folder.empty()) line("DIR_EXIT");
  line("End file list");
}

void FirmwareCore::m21_init() {
  if (!traits.has_sd) return unknown_command();
  if (is_prusa()) line("Sending 0xFF");
  card.mounted = true;
  line(card.is_present() ? "echo:SD card ok" : is_prusa() ? "echo:SD init fail" : "echo:No media");
  if (is_prusa()) then(WaitKind::kTime, std::chrono::milliseconds(300));
}

void FirmwareCore::m22_release() {
  if (!traits.has_sd) return unknown_command();
  if (!is_prusa() || traits.version >= 310) line("echo:SD card released");
  card.printing = card.mounted = false;
}

void FirmwareCore::select_file(std::string_view name) {
  card.printing = false;
  line("echo:Now fresh file: " + std::string(name));
  if (!card.open(name)) return line("open failed, File: " + std::string(name) + ".");
  const bool full = is_prusa() && traits.version >= 310;
  const std::string shown = full ? card.long_name(card.open_name()) : std::string(name);
  linef("File opened: %s%s Size: %zu", full ? "/" : "", shown.c_str(), card.size());
  line("File selected");
  status_changed();
  if (traits.host_actions) print("//action:notification " + shown + "\r\n");
}

void FirmwareCore::m23_select() {
  if (!traits.has_sd) return unknown_command();
  select_file(argument());
}

void FirmwareCore::m24_start() {
  if (!traits.has_sd) return unknown_command();
  if (paused_) return m602_resume();
  if (traits.host_actions) {
    line("//action:resume");
    if (!info_prompt_) prompt("Resuming SD", "Dismiss");
    info_prompt_ = true;
  }
  if (card.open_name().empty()) {
    if (!is_prusa()) return;
    line("");
    line("SD printing byte 0/0");
    return line("0:0");
  }
  card.printing = true;
  sd_started_ = cpu_;
}

void FirmwareCore::m26_seek() {
  if (!traits.has_sd) return unknown_command();
  if (seen('S')) card.position = static_cast<std::size_t>(value('S'));
}

void FirmwareCore::m27_status() {
  if (!traits.has_sd) return unknown_command();
  if (!is_prusa() && seen('C')) {
    return line("Current file: " + (card.open_name().empty() ? std::string("(no file)") : card.open_name()));
  }
  if (!is_prusa() && seen('S')) {
    sd_report_period_ = std::chrono::seconds(static_cast<int>(value('S')));
    sd_report_next_ = sd_report_period_ > Time{} ? cpu_ + sd_report_period_ : kNever;
    return;
  }
  print_sd_status();
}

void FirmwareCore::print_sd_status() {
  if (!is_prusa()) {
    if (card.open_name().empty()) return line("Not SD printing");
    linef("SD printing byte %zu/%zu%s", card.position, card.size(), traits.family == Family::kMarlin21 ? "\r" : "");
    return;
  }
  if (traits.version >= 310 && paused_) return line(paused_sd_ ? "SD print paused" : "Print saved");
  if (!card.printing) return line("Not SD printing");
  if (traits.version >= 310 && seen('P')) print("/");
  line(card.long_name(card.open_name()));
  linef("SD printing byte %zu/%zu", card.position, card.size());
  const auto minutes = std::chrono::duration_cast<std::chrono::minutes>(cpu_ - sd_started_).count();
  linef(traits.version >= 313 ? "%d:%d" : "%02d:%02d", static_cast<int>(minutes / 60), static_cast<int>(minutes % 60));
}

void FirmwareCore::finish_sd_print() {
  if (is_prusa()) {
    for (int i = 0; i < queue_.size(); ++i) {
      if (queue_.at(i).source == Source::kSd) return;
    }
  }
  card.printing = false;
  card.close();
  if (traits.family == Family::kMarlin21) {
    queue_.push("M1001", Source::kInjected);  // reports the end when everything before it is done
    return;
  }
  line("Done printing file");
  if (!is_prusa()) return;
  const auto minutes = std::chrono::duration_cast<std::chrono::minutes>(cpu_ - sd_started_).count();
  linef("echo:%d hours %d minutes", static_cast<int>(minutes / 60), static_cast<int>(minutes % 60));
  status_changed();
}

void FirmwareCore::m28_write() {
  if (!traits.has_sd) return unknown_command();
  const std::string name(argument());
  line("echo:Now fresh file: " + name);
  if (!card.create(name)) return line("open failed, File: " + name + ".");
  card.saving = true;
  print(is_prusa() ? "Writing to file: /" : "Writing to file: ");
  line(is_prusa() ? card.open_name() : name);
  if (is_prusa()) {
    line("File selected");
    status_changed();
  }
  if (traits.host_actions) print("//action:notification " + name + "\r\n");
}

// Every command goes into the file, whatever its origin; a line that contains M29 ends that (P 1.7).
void FirmwareCore::write_to_file() {
  const std::string_view text = current_.text();
  const bool ends = is_prusa() ? text.find("M29") != std::string_view::npos : text.substr(0, 3) == "M29";
  if (!ends) {
    // Before 3.13 the stored text kept its number, behind a '$' in place of the N.
    if (is_prusa() && traits.version < 313 && current_.numbered)
      card.append("$" + std::to_string(current_.number) + " ");
    card.append(text);
    card.append("\r\n");
    return;
  }
  card.saving = false;
  card.close();
  line("Done saving file.");
  unresponsive_ = is_prusa();
}

void FirmwareCore::m30_delete() {
  if (!traits.has_sd) return unknown_command();
  const std::string name(argument());
  line((card.remove(name) ? "File deleted:" + name : "Deletion failed, File: " + name + "."));
}

void FirmwareCore::m524_abort() {
  if (!traits.has_sd) return unknown_command();
}

// By the emergency parser: queued commands are dropped without an ok (M 1), then the axes are homed.
void FirmwareCore::abort_sd_print() {
  if (card.open_name().empty()) return;
  card.printing = false;
  card.close();
  if (is_waiting() && wait_ != WaitKind::kPlannerSlot) return;
  drop_script();
  running_ = false;
  queue_.clear();
  planner_.stop(cpu_);
  line("M106 P0 S0");
  queue_.push("G28 X Y", Source::kInjected);
}

}  // namespace sim
