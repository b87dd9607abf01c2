#include "tests/sim/printer_conformance.h"

#include <algorithm>
#include <cstdlib>
#include <map>
#include <set>

#include "tests/sim/printer_transcript.h"

namespace sim {
namespace {

constexpr Time kBootTime = std::chrono::seconds(8);
constexpr Time kBetweenScenarios = std::chrono::milliseconds(500);
constexpr Time kAfterTheLast = std::chrono::milliseconds(1500);  ///< a recording may end before the answer
constexpr Time kLongestLag = std::chrono::seconds(40);  ///< how much longer the model may take than the recording

/// One action at an instant of the session's time.
struct Act {
  enum class Kind : std::uint8_t { kSend, kTemperature, kCue } kind = Kind::kSend;
  Time at{};
  std::string bytes;
  std::size_t oks_before = 0;  ///< kSend: acknowledging lines before it in the recording
  double hotend = 0, bed = 0, hotend_drift = 0, bed_drift = 0;
  Cue cue = Cue::kReset;
  double cue_seconds = 0;
  int scenario = 0;
};

Time of_seconds(double seconds) { return Time(static_cast<std::int64_t>(seconds * 1e6)); }

/// The emulator's time, where the recording machine was slower.
Time warped(const Scenario& scenario, Time at) {
  if (scenario.slow_lasts <= 0 || at <= of_seconds(scenario.slow_from)) return at;
  const double factor = scenario.slow_lasts / (scenario.slow_to - scenario.slow_from);
  const Time inside = std::min(at, of_seconds(scenario.slow_to)) - of_seconds(scenario.slow_from);
  const Time after = std::max(at, of_seconds(scenario.slow_to)) - of_seconds(scenario.slow_to);
  return of_seconds(scenario.slow_from) +
         Time(static_cast<std::int64_t>(static_cast<double>(inside.count()) * factor)) + after;
}

bool acknowledges(const std::string& line) { return line.substr(0, 2) == "ok" || line.substr(0, 7) == "Resend:"; }

/// "T:41.2" and "B:31.7" anywhere at a field's start; NaN-free: returns whether T was there.
bool read_temperatures(const std::string& line, double& hotend, double& bed) {
  const std::size_t t = line.find("T:");
  if (t == std::string::npos || (t > 0 && line[t - 1] != ' ') || line.find("mm") != std::string::npos) return false;
  if (line.find("TM:") != std::string::npos) return false;
  hotend = std::strtod(line.c_str() + t + 2, nullptr);
  if (hotend < 5 || hotend > 400) return false;
  const std::size_t b = line.find(" B:");
  if (b != std::string::npos) bed = std::strtod(line.c_str() + b + 3, nullptr);
  return true;
}

PrinterOptions world_of(const Session& session) {
  const std::string& firmware = session.firmware;
  PrinterOptions options;
  options.blank_eeprom = session.scenarios.front().name.find("01_boot") != std::string::npos;
  options.paced_input = firmware.substr(0, 12) != "marlin-2.1.2";  // those ran on a pty with flow control
  std::string moves("G92 X0 Y0 Z0\n");
  if (firmware.substr(0, 5) == "prusa") {
    std::string file = "M83\n";
    while (file.size() < 50426) file += "G1 X10 Y10 F1500\nG1 X15 Y10 F1500\n";
    file.resize(50426, '\n');
    std::string test = "G28 X Y\nG1 X20 Y20 F1200\nM73 P50 R3\nG4 S5\n";
    test.resize(75, '\n');
    options.sd_files = {{"TEST.GCO", test}, {"LONGFI~1.GCO", file}, {"SUBDIR/INNER_~1.GCO", test}};
    options.sd_order = {"TEST.GCO", "LONGFI~1.GCO", "SUBDIR/INNER_~1.GCO"};
    options.sd_long_names = {{"LONGFI~1.GCO", "longfile_name_test.gcode"}, {"SUBDIR/INNER_~1.GCO", "inner_file.gcode"}};
    if (session.scenarios.front().name.find("26_m28") != std::string::npos) {
      options.sd_files.erase("SUBDIR/INNER_~1.GCO");
      options.sd_write_protected = true;
    }
    return options;
  }
  while (moves.size() < 6449) moves += "G1 X5 Y0 F1200\nG1 X0 Y0 F1200\n";
  moves.resize(6449, '\n');
  std::string job = "G92 X0 Y0 Z0\nG1 X2 F1200\nG4 P1000\nM118 from sd\n";
  job.resize(52, '\n');
  options.sd_files = {{"SHORT.GCO", job}, {"SQUARE.GCO", moves}, {"ARATHE~1.GCO", "G1 X1\nG4\n\n"}};
  options.sd_long_names = {{"ARATHE~1.GCO", "A rather long file name.gcode"}};
  return options;
}

class Replay {
 public:
  Replay(const Session& session, const std::string& folder)
      : session_(session), printer_(session.firmware, world_of(session)), paced_(world_of(session).paced_input) {
    load(folder);
  }

  void run() {
    printer_.power_on(Time{});
    printer_.advance(kBootTime);
    (void)printer_.take_output();
    now_ = kBootTime;
    for (const Act& act : acts_) perform(act);
    scenario_ = static_cast<int>(session_.scenarios.size()) - 1;
    advance_to(std::max(now_, end_ + kBootTime + offset_) + kAfterTheLast);
    catch_up(recorded_oks_);
  }

  Transcript recorded;
  Transcript said;

 private:
  void load(const std::string& folder) {
    Time base{};
    for (std::size_t i = 0; i < session_.scenarios.size(); ++i) {
      const Scenario& scenario = session_.scenarios[i];
      const std::vector<RecordedEvent> events = load_recording(folder + "/" + scenario.name + ".jsonl");
      base += of_seconds(scenario.unheard);
      for (const CueAt& cue : scenario.cues) {
        Act act;
        act.kind = Act::Kind::kCue;
        act.at = base + warped(scenario, of_seconds(cue.at));
        act.cue = cue.cue;
        act.cue_seconds = cue.seconds;
        act.scenario = static_cast<int>(i);
        acts_.push_back(act);
      }
      load_events(events, base, static_cast<int>(i));
      end_ = base + (events.empty() ? Time{} : warped(scenario, events.back().at));
      base = end_ + kBetweenScenarios;
    }
    connect_temperatures();
    std::stable_sort(acts_.begin(), acts_.end(), [](const Act& a, const Act& b) { return a.at < b.at; });
  }

  void load_events(const std::vector<RecordedEvent>& events, Time base, int scenario) {
    const Scenario& reported = session_.scenarios[static_cast<std::size_t>(scenario)];
    for (const RecordedEvent& event : events) {
      if (event.direction == Direction::kNote) continue;
      if (event.direction == Direction::kToPrinter) {
        Act act;
        act.at = base + warped(reported, event.at);
        act.bytes = event.bytes;
        act.oks_before = recorded_oks_;
        act.scenario = scenario;
        acts_.push_back(act);
        continue;
      }
      recorded.add(event.bytes, scenario, [&](const std::string& line) {
        if (acknowledges(line)) ++recorded_oks_;
        double hotend = 0;
        double bed = -1;
        if (!read_temperatures(line, hotend, bed)) return;
        Act act;
        act.kind = Act::Kind::kTemperature;
        act.at = base + warped(reported, event.at);
        act.hotend = hotend;
        act.bed = bed;
        act.scenario = scenario;
        acts_.push_back(act);
      });
    }
  }

  // Between two readings temperatures change linearly, so that a wait ends when it ended in the recording.
  void connect_temperatures() {
    Act* last = nullptr;
    for (Act& act : acts_) {
      if (act.kind != Act::Kind::kTemperature) continue;
      if (act.bed < 0) act.bed = last != nullptr ? last->bed : 25;
      if (last != nullptr && act.at > last->at) {
        const double seconds = static_cast<double>((act.at - last->at).count()) / 1e6;
        last->hotend_drift = (act.hotend - last->hotend) / seconds;
        last->bed_drift = (act.bed - last->bed) / seconds;
      }
      last = &act;
    }
  }

  void perform(const Act& act) {
    if (act.scenario != heard_ && session_.scenarios[static_cast<std::size_t>(act.scenario)].unheard > 0) {
      not_reading_ = true;
      advance_to(act.at + kBootTime + offset_ - kBetweenScenarios);
      not_reading_ = false;
    }
    advance_to(act.at + kBootTime + offset_);
    scenario_ = act.scenario;
    heard_ = act.scenario;
    if (act.kind == Act::Kind::kTemperature) {
      return printer_.set_temperatures(act.hotend, act.bed, now_, act.hotend_drift, act.bed_drift);
    }
    if (act.kind == Act::Kind::kCue) return give(act.cue, of_seconds(act.cue_seconds));
    catch_up(act.oks_before);
    send(act.bytes);
  }

  void give(Cue cue, Time duration) {
    switch (cue) {
      case Cue::kPowerOn: return printer_.power_on(now_);
      case Cue::kStall: return printer_.stall(now_, duration);
      case Cue::kReset: return printer_.reset(now_);
      case Cue::kHotendOpen: return printer_.break_sensor(SensorFault::kHotendOpen, now_);
      case Cue::kHotendShort: return printer_.break_sensor(SensorFault::kHotendShort, now_);
      case Cue::kBedOpen: return printer_.break_sensor(SensorFault::kBedOpen, now_);
      case Cue::kThermalModel: return printer_.break_sensor(SensorFault::kThermalModel, now_);
      case Cue::kRepair: return printer_.break_sensor(SensorFault::kRepaired, now_);
      case Cue::kPowerPanic: return printer_.power_panic(now_);
      case Cue::kFanStall: return printer_.stall_fan(now_);
      case Cue::kRunout: return printer_.run_out_of_filament(now_);
      case Cue::kHomingFails: return printer_.fail_next_homing();
    }
  }

  void send(const std::string& bytes) {
    if (paced_) return printer_.receive(bytes, now_);
    held_back_ += bytes;
    feed();
  }

  // The pty of the native firmwares accepts no more than fits.
  void feed() {
    while (!held_back_.empty()) {
      const std::size_t part = std::min(held_back_.size(), static_cast<std::size_t>(printer_.receive_room(now_)));
      if (part == 0) return;
      printer_.receive(held_back_.substr(0, part), now_);
      held_back_.erase(0, part);
    }
  }

  void advance_to(Time target) {
    while (printer_.deadline() <= target) {
      now_ = std::max(now_, printer_.deadline());
      printer_.advance(now_);
      feed();
      collect();
    }
    now_ = std::max(now_, target);
    printer_.advance(now_);
    collect();
  }

  void collect() {
    if (not_reading_) {
      (void)printer_.take_output();
      return;
    }
    said.add(printer_.take_output(), scenario_, [this](const std::string& line) {
      if (acknowledges(line)) ++said_oks_;
    });
  }

  // The model may be slower than the recording: it gets more time, and everything after that is delayed.
  void catch_up(std::size_t oks) {
    const Time limit = now_ + kLongestLag;
    const Time began = now_;
    while (said_oks_ + forgiven_ < oks) {
      const Time next = printer_.deadline();
      if (next > limit) break;
      advance_to(std::max(now_ + Time(1), next));
    }
    if (said_oks_ + forgiven_ < oks) forgiven_ = oks - said_oks_;
    offset_ += now_ - began;
  }

  const Session& session_;
  VirtualPrinter printer_;
  bool paced_;
  std::vector<Act> acts_;
  Time now_{};
  Time offset_{};
  Time end_{};  ///< of the last recording
  std::string held_back_;
  bool not_reading_ = false;  ///< between two recordings
  int scenario_ = 0;
  int heard_ = -1;  ///< the scenario of the last act
  std::size_t recorded_oks_ = 0;
  std::size_t said_oks_ = 0;
  std::size_t forgiven_ = 0;
};

}  // namespace

Comparison compare_session(const Session& session, const std::string& folder) {
  Replay replay(session, folder);
  replay.run();
  Comparison comparison;
  std::vector<std::string> names;
  for (const Scenario& scenario : session.scenarios) {
    names.push_back(scenario.name);
    comparison.counts.push_back({scenario.name, 0, 0, 0});
  }
  for (const TranscriptLine& line : replay.recorded.lines()) {
    ScenarioCount& count = comparison.counts[static_cast<std::size_t>(line.scenario)];
    ++(line.timed.empty() ? count.lines : count.timed);
  }
  for (const TranscriptDifference& difference : differences_of(replay.recorded, replay.said)) {
    const auto scenario = static_cast<std::size_t>(difference.scenario);
    comparison.differences.push_back({names[scenario], difference.sign, difference.text});
  }
  for (ScenarioCount& count : comparison.counts) {
    count.reproduced = count.lines;
    for (const Difference& difference : comparison.differences) {
      if (difference.scenario == count.scenario && difference.sign == '-') --count.reproduced;
    }
  }
  return comparison;
}

}  // namespace sim
