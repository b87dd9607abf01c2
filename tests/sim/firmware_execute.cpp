// From the text of a command to the member function that executes it: one table for Prusa, one for Marlin.
#include <cstdlib>

#include "tests/sim/firmware_core.h"

namespace sim {

bool FirmwareCore::seen(char letter) const {
  const std::size_t from = is_prusa() || traits.family == Family::kMarlin10 ? 1 : current_.length - arguments_.size();
  return current_.text().substr(std::min<std::size_t>(from, current_.length)).find(letter) != std::string_view::npos;
}

double FirmwareCore::value(char letter, double otherwise) const {
  const std::size_t from = is_prusa() || traits.family == Family::kMarlin10 ? 1 : current_.length - arguments_.size();
  const std::size_t at = current_.text().find(letter, from);
  if (at == std::string_view::npos) return otherwise;
  return std::strtod(current_.bytes.data() + at + 1, nullptr);
}

std::string_view FirmwareCore::argument() const {
  std::string_view text = arguments_;
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  return text;
}

// Sets letter_, code_, subcode_ and arguments_. False if the text does not begin with a letter and a number.
bool FirmwareCore::parse_code(std::string_view text) {
  letter_ = 0;
  code_ = subcode_ = -1;
  arguments_ = {};
  std::size_t at = 0;
  while (at < text.size() && text[at] == ' ') ++at;
  if (at >= text.size()) return false;
  const char letter = text[at];
  if (letter != 'G' && letter != 'M' && letter != 'T' && letter != 'D') return false;
  letter_ = letter;
  const char* const begin = text.data() + at + 1;
  char* end = nullptr;
  const long code = std::strtol(begin, &end, 10);
  if (end == begin) return false;
  code_ = static_cast<int>(code);
  if (*end == '.' && letter != 'T') subcode_ = static_cast<int>(std::strtol(end + 1, &end, 10));
  arguments_ = text.substr(static_cast<std::size_t>(end - text.data()));
  return true;
}

void FirmwareCore::build_tables() {
  for (const CommandRow& row : is_prusa() ? prusa_commands() : marlin_commands()) {
    if (traits.version < row.first_version) continue;
    if (row.letter == 'M') m_[static_cast<std::size_t>(row.code)] = row.handler;
    if (row.letter == 'G') g_[static_cast<std::size_t>(row.code)] = row.handler;
  }
}

void FirmwareCore::execute() {
  current_.bytes[current_.length] = 0;
  if (!parse_code(current_.text())) return execute_word();
  if (answer_word_for_word()) return;
  Handler handler = nullptr;
  if (letter_ == 'M' && code_ >= 0 && code_ < static_cast<int>(m_.size()))
    handler = m_[static_cast<std::size_t>(code_)];
  if (letter_ == 'G' && code_ >= 0 && code_ < static_cast<int>(g_.size()))
    handler = g_[static_cast<std::size_t>(code_)];
  if (letter_ == 'T') handler = &FirmwareCore::t_tool;
  // Marlin 2 itself queues this after the last command of a file.
  const bool ends_file = letter_ == 'M' && code_ == 1001 && current_.source == Source::kInjected;
  if (ends_file) return line("Done printing file");
  if (handler == nullptr) return unknown_command();
  (this->*handler)();
}

void FirmwareCore::execute_word() {
  if (is_prusa() && current_.text().find("PRUSA") != std::string_view::npos) return prusa_word();
  unknown_command();
}

const std::vector<FirmwareCore::CommandRow>& FirmwareCore::prusa_commands() {
  using F = FirmwareCore;
  // clang-format off
  static const std::vector<CommandRow> rows = {
      {'G', 0, 0, &F::g_move},          {'G', 1, 0, &F::g_move},           {'G', 2, 0, &F::g_move},
      {'G', 3, 0, &F::g_move},          {'G', 4, 0, &F::g4_dwell},         {'G', 10, 0, &F::nothing},
      {'G', 11, 0, &F::nothing},        {'G', 21, 0, &F::nothing},         {'G', 28, 0, &F::g28_home},
      {'G', 29, 0, &F::g80_mesh},       {'G', 80, 0, &F::g80_mesh},        {'G', 90, 0, &F::g90_absolute},
      {'G', 91, 0, &F::g91_relative},   {'G', 92, 0, &F::g92_position},    {'G', 99, 0, &F::nothing},
      {'D', 3, 313, &F::d3_eeprom},
      {'M', 0, 0, &F::m0_stop},         {'M', 1, 0, &F::m0_stop},          {'M', 17, 0, &F::nothing},
      {'M', 18, 0, &F::m400_finish},    {'M', 20, 0, &F::m20_list},        {'M', 21, 0, &F::m21_init},
      {'M', 22, 0, &F::m22_release},    {'M', 23, 0, &F::m23_select},      {'M', 24, 0, &F::m24_start},
      {'M', 25, 0, &F::m25_pause},      {'M', 26, 0, &F::m26_seek},        {'M', 27, 0, &F::m27_status},
      {'M', 28, 0, &F::m28_write},      {'M', 29, 0, &F::nothing},         {'M', 30, 0, &F::m30_delete},
      {'M', 31, 0, &F::m31_time},       {'M', 42, 0, &F::nothing},         {'M', 72, 314, &F::m72_state},
      {'M', 73, 0, &F::m73_progress},   {'M', 78, 314, &F::m78_statistics},{'M', 79, 314, &F::nothing},
      {'M', 82, 0, &F::m82_e_absolute}, {'M', 83, 0, &F::m83_e_relative},  {'M', 84, 0, &F::m400_finish},
      {'M', 85, 0, &F::nothing},        {'M', 92, 0, &F::limits},         {'M', 104, 0, &F::m104_hotend},
      {'M', 105, 0, &F::m105_report},   {'M', 106, 0, &F::m106_fan},       {'M', 107, 0, &F::m107_fan_off},
      {'M', 109, 0, &F::m109_wait_hotend}, {'M', 110, 0, &F::m110_line_number}, {'M', 112, 0, &F::m112_kill},
      {'M', 113, 0, &F::m113_keepalive},{'M', 114, 0, &F::m114_position},  {'M', 115, 0, &F::m115_identity},
      {'M', 117, 0, &F::m117_message},  {'M', 118, 313, &F::m118_echo},    {'M', 119, 0, &F::m119_endstops},
      {'M', 123, 310, &F::m123_fans},   {'M', 125, 0, &F::m25_pause},      {'M', 140, 0, &F::m140_bed},
      {'M', 155, 310, &F::m155_autoreport}, {'M', 190, 0, &F::m190_wait_bed}, {'M', 200, 0, &F::nothing},
      {'M', 201, 0, &F::limits},       {'M', 202, 0, &F::nothing},        {'M', 203, 0, &F::limits},
      {'M', 204, 0, &F::limits},       {'M', 205, 0, &F::limits},        {'M', 206, 0, &F::nothing},
      {'M', 207, 0, &F::nothing},       {'M', 208, 0, &F::nothing},        {'M', 209, 0, &F::m209_autoretract},
      {'M', 214, 0, &F::nothing},       {'M', 220, 0, &F::m220_speed},     {'M', 221, 0, &F::m221_flow},
      {'M', 300, 0, &F::m300_beep},     {'M', 301, 0, &F::m301_pid},       {'M', 303, 0, &F::m303_tune},
      {'M', 304, 0, &F::m304_bed_pid},  {'M', 310, 312, &F::m310_model},   {'M', 350, 0, &F::nothing},
      {'M', 400, 0, &F::m400_finish},   {'M', 500, 0, &F::m500_store},     {'M', 501, 0, &F::m501_load},
      {'M', 502, 0, &F::nothing},       {'M', 503, 0, &F::m503_settings},  {'M', 509, 0, &F::m509_language},
      {'M', 600, 0, &F::m600_change},   {'M', 601, 0, &F::m601_pause},     {'M', 602, 0, &F::m602_resume},
      {'M', 603, 0, &F::m603_stop},     {'M', 851, 0, &F::m851_offset},
      {'M', 860, 0, &F::m860_wait_probe}, {'M', 861, 0, &F::m861_probe_table},    {'M', 862, 0, &F::m862_check},
      {'M', 900, 0, &F::m900_advance},  {'M', 907, 0, &F::nothing},        {'M', 914, 310, &F::nothing},
      {'M', 915, 310, &F::nothing},     {'M', 999, 0, &F::m999_restart},
  };
  // clang-format on
  return rows;
}

const std::vector<FirmwareCore::CommandRow>& FirmwareCore::marlin_commands() {
  using F = FirmwareCore;
  // clang-format off
  static const std::vector<CommandRow> rows = {
      {'G', 0, 0, &F::g_move},          {'G', 1, 0, &F::g_move},           {'G', 2, 0, &F::g_move},
      {'G', 3, 0, &F::g_move},          {'G', 4, 0, &F::g4_dwell},         {'G', 21, 0, &F::nothing},
      {'G', 28, 0, &F::g28_home},       {'G', 90, 0, &F::g90_absolute},    {'G', 91, 0, &F::g91_relative},
      {'G', 92, 0, &F::g92_position},   {'M', 0, 0, &F::m0_stop},          {'M', 1, 0, &F::m0_stop},
      {'M', 17, 0, &F::nothing},        {'M', 18, 0, &F::m400_finish},     {'M', 20, 0, &F::m20_list},
      {'M', 21, 0, &F::m21_init},       {'M', 22, 0, &F::m22_release},     {'M', 23, 0, &F::m23_select},
      {'M', 24, 0, &F::m24_start},      {'M', 25, 0, &F::m25_pause},       {'M', 26, 0, &F::m26_seek},
      {'M', 27, 0, &F::m27_status},     {'M', 28, 0, &F::m28_write},       {'M', 29, 0, &F::nothing},
      {'M', 30, 0, &F::m30_delete},     {'M', 31, 0, &F::m31_time},        {'M', 73, 210, &F::m73_progress},
     
      {'M', 75, 110, &F::nothing},      {'M', 76, 110, &F::m76_pause_timer}, {'M', 77, 110, &F::nothing},
      {'M', 78, 210, &F::m78_statistics}, {'M', 82, 0, &F::m82_e_absolute}, {'M', 83, 0, &F::m83_e_relative},
      {'M', 84, 0, &F::m400_finish},    {'M', 85, 0, &F::nothing},         {'M', 92, 0, &F::limits},
      {'M', 104, 0, &F::m104_hotend},   {'M', 105, 0, &F::m105_report},    {'M', 106, 0, &F::m106_fan},
      {'M', 107, 0, &F::m107_fan_off},  {'M', 108, 110, &F::nothing},      {'M', 109, 0, &F::m109_wait_hotend},
      {'M', 110, 110, &F::m110_line_number}, {'M', 112, 0, &F::m112_kill}, {'M', 113, 110, &F::m113_keepalive},
      {'M', 114, 0, &F::m114_position}, {'M', 115, 0, &F::m115_identity},  {'M', 117, 0, &F::m117_message},
      {'M', 118, 110, &F::m118_echo},   {'M', 119, 0, &F::m119_endstops},  {'M', 123, 210, &F::m123_fans},
      {'M', 140, 0, &F::m140_bed},      {'M', 154, 210, &F::m154_autoreport}, {'M', 155, 110, &F::m155_autoreport},
      {'M', 190, 0, &F::m190_wait_bed}, {'M', 200, 0, &F::nothing},        {'M', 201, 0, &F::limits},
      {'M', 203, 0, &F::limits},       {'M', 204, 0, &F::limits},        {'M', 205, 0, &F::limits},
      {'M', 206, 0, &F::nothing},       {'M', 220, 0, &F::m220_speed},     {'M', 221, 0, &F::m221_flow},
      {'M', 301, 0, &F::nothing},       {'M', 302, 0, &F::m302_cold},      {'M', 303, 0, &F::m303_tune},
      {'M', 304, 0, &F::nothing},       {'M', 400, 0, &F::m400_finish},    {'M', 410, 110, &F::nothing},
      {'M', 500, 0, &F::m500_store},    {'M', 501, 0, &F::m501_load},      {'M', 503, 0, &F::m503_settings},
      {'M', 524, 210, &F::m524_abort},  {'M', 600, 210, &F::m600_change},  {'M', 876, 210, &F::m876_answer},
      {'M', 999, 0, &F::m999_restart},
  };
  // clang-format on
  return rows;
}

}  // namespace sim
