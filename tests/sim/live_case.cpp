#include "tests/sim/live_case.h"

#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <numeric>
#include <optional>
#include <stdexcept>

namespace sim {
namespace {

using gcode::printer::PrintResult;

constexpr std::array<std::string_view, 9> kStates{"offline", "connecting", "idle",     "busy", "printing",
                                                  "paused",  "attention",  "finished", "error"};

[[noreturn]] void refuse(std::string_view what, std::string_view line) {
  throw std::invalid_argument(std::string(what) + ": " + std::string(line));
}

// "\n", "\r", "\0", "\\".
std::string unescaped(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\\' || i + 1 == text.size()) {
      out += text[i];
      continue;
    }
    const char mark = text[++i];
    out += mark == 'n' ? '\n' : mark == 'r' ? '\r' : mark == '0' ? '\0' : mark;
  }
  return out;
}

std::string first_word(std::string_view& rest) {
  const std::size_t end = std::min(rest.find(' '), rest.size());
  std::string word(rest.substr(0, end));
  rest.remove_prefix(std::min(end + 1, rest.size()));
  return word;
}

double number_of(std::string_view text, std::string_view line) {
  const std::string digits(text);
  char* end = nullptr;
  const double value = std::strtod(digits.c_str(), &end);
  if (digits.empty() || *end != '\0') refuse("no number", line);
  return value;
}

Time seconds_of(std::string_view text, std::string_view line) {
  return std::chrono::duration_cast<Time>(std::chrono::duration<double>(number_of(text, line)));
}

std::string shown(double value) {
  std::array<char, 40> text{};
  std::snprintf(text.data(), text.size(), "%.6g", value);
  return text.data();
}

template <class T>
std::string shown(const std::optional<T>& value) {
  return value ? shown(static_cast<double>(*value)) : "none";
}

template <class Visit>
void each_line(std::string_view text, Visit visit) {
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (!line.empty() && line.front() != '#') visit(line);
  }
}

// --- what is seen

std::string result_of(const gcode::printer::PrintWatch& prints) {
  constexpr std::array<std::string_view, 3> kWords{"completed", "cancelled", "failed"};
  if (prints.is_printing()) return "open";
  if (prints.started() == 0) return "none";
  return std::string(kWords[static_cast<std::size_t>(prints.last().result)]);
}

double total(const auto& counts) {
  return static_cast<double>(std::accumulate(counts.begin(), counts.end(), std::uint64_t{0}));
}

class Sight {
 public:
  explicit Sight(PingPong& line) : line_(line), printer_(line.agent().printer()), now_(line.now()) {}

  [[nodiscard]] std::string value(std::string_view name) const {
    for (const auto& [known, read] : table()) {
      if (known == name) return read(*this);
    }
    if (name.starts_with("asked_in_print_")) return asked(line_.seen().asked_in_print, name.substr(15));
    if (name.starts_with("asked_")) return asked(line_.seen().asked, name.substr(6));
    refuse("no such value", name);
  }

 private:
  using Read = std::function<std::string(const Sight&)>;
  using Sensor = gcode::reply::Sensor;

  static std::string asked(const std::map<std::string, std::size_t>& counts, std::string_view word) {
    const auto at = counts.find(std::string(word));
    return std::to_string(at == counts.end() ? 0 : at->second);
  }
  [[nodiscard]] std::string celsius(Sensor sensor) const {
    return shown(printer_.temperatures[sensor].actual.fresh(now_, printer_.temperature_lifetime()));
  }
  [[nodiscard]] std::string position(std::size_t axis) const {
    const auto at = printer_.position.fresh(now_, gcode::printer::kReadingLifetime);
    if (!at) return "none";
    const double value = at->axis[axis];
    return std::isfinite(value) ? shown(value) : "none";
  }
  [[nodiscard]] const gcode::printer::PrintWatch& prints() const { return line_.agent().prints(); }
  [[nodiscard]] const gcode::printer::LinkCounters& counters() const { return line_.agent().counters(); }
  [[nodiscard]] const PingPong::Seen& seen() const { return line_.seen(); }

  static const std::vector<std::pair<std::string_view, Read>>& table() {
    using S = const Sight&;
    const auto count = [](auto read) -> Read { return [read](S s) { return shown(static_cast<double>(read(s))); }; };
    const auto ended = [&count](PrintResult r) { return count([r](S s) { return s.prints().ended()[r]; }); };
    static const std::vector<std::pair<std::string_view, Read>> all{
        // the host
        {"lines", count([](S s) { return s.seen().sent; })},
        {"extra_oks",
         count([](S s) { return static_cast<double>(s.seen().oks) - static_cast<double>(s.seen().sent); })},
        {"foreign", count([](S s) { return s.seen().foreign_lines; })},
        {"foreign_text", [](S s) { return s.seen().foreign; }},
        {"holds", count([](S s) { return s.seen().long_waits; })},
        {"hosts", count([](S s) { return s.counters().host_connects; })},
        // the printer
        {"introduced",
         [](S s) { return s.seen().introduced ? shown(gcode::line::in_seconds(*s.seen().introduced)) : "none"; }},
        {"firmware",
         [](S s) { return s.printer_.firmware.known ? std::string(s.printer_.firmware.value.view()) : "none"; }},
        {"dialect", [](S s) { return std::string(s.line_.agent().dialect().name); }},
        {"state", [](S s) { return std::string(kStates[static_cast<std::size_t>(s.line_.agent().state(s.now_))]); }},
        {"odd", count([](S s) { return s.line_.printer().mishaps(); })},
        // readings
        {"tool0", [](S s) { return s.celsius(Sensor::kTool0); }},
        {"tool1", [](S s) { return s.celsius(Sensor::kTool1); }},
        {"bed", [](S s) { return s.celsius(Sensor::kBed); }},
        {"tool0_target", [](S s) { return shown(s.printer_.target(Sensor::kTool0, s.now_)); }},
        {"position_x", [](S s) { return s.position(0); }},
        {"position_y", [](S s) { return s.position(1); }},
        {"position_z", [](S s) { return s.position(2); }},
        {"percent", [](S s) { return s.printer_.progress.known ? shown(s.printer_.progress.value.percent) : "none"; }},
        {"minutes",
         [](S s) { return s.printer_.progress.known ? shown(s.printer_.progress.value.remaining_minutes) : "none"; }},
        {"oldest_temperature", [](S s) { return shown(gcode::line::in_seconds(s.seen().oldest_temperature)); }},
        // counts
        {"commands", count([](S s) { return s.counters().commands[gcode::printer::Origin::kHost]; })},
        {"in_flight", count([](S s) { return s.line_.agent().commands_in_flight(); })},
        {"unexpected_oks", count([](S s) { return s.counters().unexpected_oks; })},
        {"missing_oks", count([](S s) { return s.counters().missing_oks; })},
        {"resends", count([](S s) { return total(s.counters().resends); })},
        {"errors", count([](S s) { return total(s.counters().errors); })},
        {"unparsed", count([](S s) { return s.counters().unparsed_lines; })},
        // prints
        {"started", count([](S s) { return s.prints().started(); })},
        {"result", [](S s) { return result_of(s.prints()); }},
        {"completed", ended(PrintResult::kCompleted)},
        {"cancelled", ended(PrintResult::kCancelled)},
        {"failed", ended(PrintResult::kFailed)},
        {"x", count([](S s) { return s.prints().travel().travelled_mm()[0]; })},
        {"y", count([](S s) { return s.prints().travel().travelled_mm()[1]; })},
        {"z", count([](S s) { return s.prints().travel().travelled_mm()[2]; })},
        {"filament", count([](S s) { return s.prints().travel().extruded_mm(); })},
    };
    return all;
  }

  PingPong& line_;
  const gcode::printer::PrinterState& printer_;
  Time now_;
};

// --- what printer and host do

class LiveCase {
 public:
  explicit LiveCase(std::vector<Expectation> expected) : expected_(std::move(expected)) {}

  void step(std::string_view line) {
    std::string_view rest = line;
    const std::string verb = first_word(rest);
    if (verb == "printer") {
      if (line_) refuse("the printer is chosen before its first step", line);
      line_.emplace(std::string(rest));
      return;
    }
    if (!line_) line_.emplace("marlin-2.1.2-plain");
    const bool known = habit(verb, rest, line) || event(verb, rest, line) || host(verb, rest, line);
    if (!known) refuse("no such step", line);
  }

  void look(std::string_view name) {
    const Sight sight(*line_);
    bool any = name.empty();
    for (Expectation& e : expected_) {
      if (e.look != name) continue;
      any = true;
      e.got = sight.value(e.name);
      e.holds = fits(e.value, e.got);
    }
    if (!any) refuse("nothing is expected at this look", name);
  }

  [[nodiscard]] std::vector<Expectation> take() { return std::move(expected_); }

 private:
  [[nodiscard]] PrinterHabits& habits() { return line_->printer().habits(); }

  // What the printer does from now on.
  bool habit(std::string_view verb, std::string_view rest, std::string_view line) {
    if (verb == "identity") {
      habits().identity += unescaped(rest) + "\n";
    } else if (verb == "boot") {
      habits().boot += unescaped(rest) + "\n";
    } else if (verb == "answer") {
      const std::string command = first_word(rest);
      habits().answers.insert(habits().answers.begin(), {command, unescaped(rest)});
    } else if (verb == "report") {
      habits().report = unescaped(rest);
    } else if (verb == "every") {
      habits().remark_period = seconds_of(first_word(rest), line);
      habits().remarks.push_back(unescaped(rest));
    } else if (verb == "checksums") {
      habits().wants_checksums = true;
    } else if (verb == "ok") {
      habits().odd_oks.push_back(unescaped(rest));
    } else if (verb == "resend") {
      habits().mishap = Mishap::kResendWithoutOk;
      habits().most_mishaps = line_->printer().mishaps() + 1;
    } else {
      return false;
    }
    return true;
  }

  bool event(std::string_view verb, std::string_view rest, std::string_view line) {
    if (verb == "on") {
      line_->power_on();
    } else if (verb == "reset") {
      line_->reset();
    } else if (verb == "unplug") {
      line_->unplug();
    } else if (verb == "plug") {
      line_->plug_in();
    } else if (verb == "says") {
      line_->says(unescaped(rest));
    } else if (verb == "+") {
      line_->pass(seconds_of(rest, line));
    } else if (verb == "look") {
      look(rest);
    } else {
      return false;
    }
    return true;
  }

  bool host(std::string_view verb, std::string_view rest, std::string_view line) {
    if (verb == ">") {
      line_->say_numbered(rest);
    } else if (verb == "!") {
      line_->say(rest);
    } else if (verb == "begin") {
      line_->begin_print();
    } else if (verb == "moves") {
      const std::string count = first_word(rest);
      line_->moves(static_cast<int>(number_of(count, line)), rest.empty() ? "" : " " + std::string(rest));
    } else if (verb == "host") {
      const std::string what = first_word(rest);
      if (what == "opens") line_->open_host();
      else if (what == "closes") line_->close_host();
      else if (what == "asks") line_->ask_after(seconds_of(rest, line));
      else if (what == "ends") line_->end_lines_with(unescaped(rest));
      else return false;
    } else {
      return false;
    }
    return true;
  }

  std::vector<Expectation> expected_;
  std::optional<PingPong> line_;
};

std::vector<Expectation> expectations(std::string_view text) {
  std::vector<Expectation> all;
  each_line(text, [&all](std::string_view line) {
    std::string_view value = line;
    std::string name = first_word(value);
    if (value.empty()) refuse("no value", line);
    Expectation e;
    if (const std::size_t dot = name.find('.'); dot != std::string::npos) {
      e.look = name.substr(0, dot);
      name.erase(0, dot + 1);
    }
    e.name = std::move(name);
    e.value = value;
    e.got = "not looked at";
    all.push_back(std::move(e));
  });
  if (all.empty()) refuse("nothing is expected", text);
  return all;
}

std::optional<double> as_number(std::string_view text) {
  const std::string digits(text);
  char* end = nullptr;
  const double value = std::strtod(digits.c_str(), &end);
  return !digits.empty() && *end == '\0' ? std::optional(value) : std::nullopt;
}

}  // namespace

bool fits(std::string_view expected, std::string_view got) {
  if (expected == "known") return got != "none";
  if (expected.starts_with('!')) return !fits(expected.substr(1), got);
  const std::optional<double> actual = as_number(got);
  if (expected.starts_with('<')) return actual && *actual < as_number(expected.substr(1)).value();
  if (expected.starts_with('>')) return actual && *actual > as_number(expected.substr(1)).value();
  const std::optional<double> wanted = as_number(expected);
  return wanted && actual ? std::abs(*wanted - *actual) <= 1e-3 : expected == got;
}

std::vector<Expectation> run_live_case(std::string_view scenario, std::string_view expected) {
  LiveCase live(expectations(expected));
  each_line(scenario, [&live](std::string_view line) { live.step(line); });
  live.look("");
  return live.take();
}

}  // namespace sim
