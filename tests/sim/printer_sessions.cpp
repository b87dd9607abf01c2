// Which recordings belong to one session of a printer, and what the recorder did to it. Derived from the recordings:
// line numbers, temperatures and M73 values continue, or restart.
#include <initializer_list>

#include "tests/sim/printer_conformance.h"

namespace sim {
namespace {

Session session_of(const char* firmware, const std::string& folder, std::initializer_list<const char*> names) {
  Session session;
  session.firmware = firmware;
  for (const char* name : names) {
    Scenario scenario;
    scenario.name = folder;
    scenario.name.append(name);
    session.scenarios.push_back(std::move(scenario));
  }
  return session;
}

Scenario& named(Session& session, std::string_view part) {
  for (Scenario& scenario : session.scenarios) {
    if (scenario.name.find(part) != std::string::npos) return scenario;
  }
  return session.scenarios.front();
}

void add_prusa313(std::vector<Session>& sessions) {
  const auto add = [&sessions](std::initializer_list<const char*> names) -> Session& {
    sessions.push_back(session_of("prusa-3.13", "prusa/mk3s-3.13.3/", names));
    return sessions.back();
  };
  // clang-format off
  Session& basics = add({"01_boot_reset", "02_m115", "03_m105", "04_m155_s1", "04b_m155_masks", "05_m27_idle", "06_m114",
                         "07_m73", "08_m220_m221", "09_unknown", "10_blank_comment", "11_numbered_ok", "12_number_errors",
                         "13_m110", "14_pingpong_inject", "14b_pipelined_inject", "15_back_to_back",
                         "15b_back_to_back_while_blocked"});
  // clang-format on
  named(basics, "01_").cues = {{0.178, Cue::kReset}};
  Session& heat =
      add({"16_overlong", "17_burst_overflow", "18_m109_wait", "19_m190_wait", "20_m109_autoreport", "21_g28",
           "21b_g28w", "22_g4_m105", "23_m400", "24_prusa_cmds", "25_sd", "25b_sd_print", "25c_sd_print_pause"});
  named(heat, "22_").unheard = 20;
  Session& writing = add({"26_m28_write"});
  (void)writing;
  Session& rest = add({"27_misc", "28_pause_resume", "29_m603", "30_m112"});
  named(rest, "30_").cues = {{9.34, Cue::kReset}};
  Session& model = add({"18x_m109_thermal_model_fault", "19x_m190_while_stopped", "24x_prusa_while_stopped"});
  named(model, "18x").cues = {{16.09, Cue::kThermalModel}};
  named(model, "19x").cues = {{2.0, Cue::kRepair}};
  Session& sensors = add({"f01_hotend_thermistor_open", "f02_hotend_thermistor_short", "f03_bed_thermistor_open",
                          "f04_heater_no_heat", "f05_fan_stall", "f06_reset_mid_print", "f07_m112_while_busy"});
  named(sensors, "f01").cues = {{2.8, Cue::kHotendOpen}, {13.6, Cue::kRepair}};
  named(sensors, "f02").cues = {{0.15, Cue::kReset}, {8.53, Cue::kHotendShort}};
  named(sensors, "f03").cues = {{0.11, Cue::kRepair}, {0.11, Cue::kReset}, {11.02, Cue::kBedOpen}};
  named(sensors, "f04").cues = {{0.04, Cue::kRepair}, {0.04, Cue::kReset}};
  named(sensors, "f05").cues = {{0.27, Cue::kReset}, {33.08, Cue::kFanStall}};
  named(sensors, "f06").cues = {{0.88, Cue::kReset}, {7.6064, Cue::kReset}};
  named(sensors, "f07").cues = {{0.01, Cue::kReset}};
  named(add({"f08_power_panic"}), "f08").cues = {{0.09, Cue::kReset}, {6.05, Cue::kPowerPanic}};
  Session& waits = add({"f09_bed_wait_quiet", "f10_m109_autoreport", "f11_g28_with_m105", "f12_comment_swallows_next",
                        "f13_double_ok", "f14_ext_ascii_meatpack"});
  named(waits, "f09").cues = {{0.87, Cue::kReset}};
  named(waits, "f14").unheard = 2;
  named(waits, "f14").cues = {{0.5, Cue::kStall, 3.87}};
}

void add_prusa39(std::vector<Session>& sessions) {
  const auto add = [&sessions](std::initializer_list<const char*> names) -> Session& {
    sessions.push_back(session_of("prusa-3.9", "prusa/mk3s-3.9.0/", names));
    return sessions.back();
  };
  // clang-format off
  Session& basics = add({"01_boot_reset", "02_m115", "03_m105", "04_m155_s1", "04b_m155_masks", "05_m27_idle", "06_m114",
                         "07_m73", "08_m220_m221", "09_unknown", "10_blank_comment", "11_numbered_ok", "12_number_errors",
                         "13_m110", "14_pingpong_inject", "14b_pipelined_inject", "15_back_to_back",
                         "15b_back_to_back_while_blocked", "16_overlong", "17_burst_overflow", "18_m109_wait", "19_m190_wait",
                         "20_m109_autoreport", "21_g28", "21b_g28w", "22_g4_m105", "23_m400", "24_prusa_cmds"});
  // clang-format on
  named(basics, "01_").cues = {{0.247, Cue::kReset}};
  named(basics, "04_").unheard = 20;
  Scenario& burst = named(basics, "17_");
  burst.slow_from = 5.9535;
  burst.slow_to = 15.7914;
  burst.slow_lasts = 2.9985;
  add({"24x_prusa_fv_ff_flood_truncated"});
  Session& card = add({"25_sd", "25b_sd_print", "25c_sd_print_pause"});
  named(card, "25_sd").unheard = 6.4;
  Session& rest = add({"27_misc", "28_pause_resume", "29_m603", "30_m112"});
  named(rest, "27_").unheard = 30;
  named(rest, "30_").cues = {{9.09, Cue::kReset}};
}

void add_marlin(std::vector<Session>& sessions, const char* firmware, const char* prefix,
                std::initializer_list<const char*> names) {
  for (const char* name : names) {
    sessions.push_back(session_of(firmware, std::string("marlin/").append(prefix).append("_"), {name}));
    Scenario& scenario = sessions.back().scenarios.front();
    const std::string_view which = name;
    if (which == "boot") scenario.cues = {{0.0, Cue::kPowerOn}};
    if (which == "home_failed_kill") scenario.cues = {{0.1, Cue::kHomingFails}};
    if (which == "runout") scenario.cues = {{37.8197, Cue::kRunout}};
  }
}

}  // namespace

std::vector<Session> all_sessions() {
  std::vector<Session> sessions;
  add_prusa313(sessions);
  add_prusa39(sessions);
  add_marlin(sessions, "marlin-2.1.2-plain", "A",
             {"boot", "m105", "m115", "m155", "queries", "oddlines", "numbered", "inject", "backtoback", "overlong",
              "dwell", "kill112", "heating", "home", "m410", "prompt", "m600"});
  add_marlin(sessions, "marlin-2.1.2-modern", "B",
             {"boot", "m105", "m115", "m155", "queries", "oddlines", "numbered", "inject", "backtoback", "overlong",
              "dwell", "kill112", "heating", "home", "home_failed_kill", "m410", "prompt", "m600", "runout"});
  add_marlin(sessions, "marlin-2.1.2-advanced-ok", "C",
             {"boot",       "m105",     "m115",  "m155",    "queries", "oddlines", "numbered",         "inject",
              "backtoback", "overlong", "dwell", "kill112", "heating", "home",     "home_failed_kill", "m410",
              "prompt",     "m600",     "sd",    "sd2"});
  add_marlin(sessions, "marlin-1.1.9", "M119",
             {"boot", "m105", "m115", "m155", "queries", "oddlines", "numbered", "inject", "backtoback", "overlong",
              "dwell", "kill112"});
  return sessions;
}

}  // namespace sim
