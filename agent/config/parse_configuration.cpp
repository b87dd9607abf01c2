#include "agent/config/configuration.h"

#include <array>
#include <tuple>

#include "agent/config/config_table.h"
#include "agent/config/config_values.h"
#include "agent/config/listen_overlap.h"
#include "agent/text/log_escape.h"

namespace agent::config {
namespace {

// --- the keys that name a printer's device: `device`, a path, or any of `usb`, `serial_number` and `usb_port`

constexpr std::array<std::string_view, 3> kUsbKeys{"usb", "serial_number", "usb_port"};

// USB strings have at most 126 characters. Non-ASCII ones were never seen; such a device can be configured by its port.
bool is_serial_number(std::string_view text) {
  return !text.empty() && text.size() <= 126 &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= 0x20 && c < 0x7F; });
}

void read_rule(ConfigTable& table, UsbRule& rule) {
  if (table.read_parsed("usb", rule.id, parse_usb_id,
                        "vendor and product in hex such as \"2c99:0002\" (see marlin-agent list)")) {
    const UsbBoard* board = board_of(rule.id->first, rule.id->second);
    if (board != nullptr && board->use == BoardUse::kNever) {
      table.fail("usb", "is the " + std::string(board->name) + ", which is not a printer");
    }
  }
  table.read_text("serial_number", rule.serial_number, is_serial_number,
                  "the USB serial number, 1 to 126 printable ASCII characters");
  table.read_text("usb_port", rule.port, transport::is_usb_port,
                  "a USB port such as \"1-1.2\" (see marlin-agent list)");
}

void refuse_duplicates(ConfigTable& table, const PrinterConfiguration& printer,
                       const std::vector<PrinterConfiguration>& others) {
  for (const PrinterConfiguration& other : others) {
    if (!printer.device.empty() && other.device == printer.device) {
      return table.fail("device", "is the device of printer." + other.name + " already");
    }
    if (!printer.usb.is_empty() && other.usb == printer.usb) {
      return table.fail_here(rule_text(printer.usb) + " finds the device of printer." + other.name +
                             " already; add a usb_port to both");
    }
  }
}

/// Errors: neither kind, both kinds, a board that is not a printer, a device or rule that one of `others` has.
void read_device(ConfigTable& table, PrinterConfiguration& printer, const std::vector<PrinterConfiguration>& others) {
  const auto key = std::find_if(kUsbKeys.begin(), kUsbKeys.end(), [&](std::string_view k) { return table.has(k); });
  const bool by_usb = key != kUsbKeys.end();
  if (!by_usb && !table.has("device")) {
    table.fail_here(
        "expected a key \"device\", such as device = \"/dev/ttyACM0\", or \"usb\", \"serial_number\" or \"usb_port\"");
  }
  if (by_usb && table.has("device")) {
    table.fail(*key, "cannot be combined with \"device\": a printer is found by its path or by USB, not by both");
  }
  table.read_text("device", printer.device, is_absolute_path, "an absolute path such as \"/dev/ttyACM0\"");
  read_rule(table, printer.usb);
  refuse_duplicates(table, printer, others);
}

// --- the other keys

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::seconds;
using Settings = gcode::relay::RelaySettings;

// A value that the agent queries: its name in `ask` and [interval], its period, and the longest sensible period.
struct Period {
  std::string_view name;
  gcode::line::Time Settings::*member;
  gcode::line::Time longest;
  bool in_ask;
};

// A reading expires after gcode::printer::kReadingLifetime, so one that is queried less often than every 4 s would
// vanish between queries.
constexpr gcode::line::Time kLongestReading = seconds(4);
static_assert(kLongestReading < gcode::printer::kReadingLifetime);
constexpr gcode::line::Time kLongestAsked = seconds(15);
static_assert(2 * kLongestAsked <= gcode::printer::kAskedLifetime);
constexpr std::array<Period, 7> kPeriods{{
    {"temperature", &Settings::temperature_period, kLongestReading, true},
    {"printing_temperature", &Settings::printing_temperature_period, kLongestAsked, false},
    {"fans", &Settings::fans_period, kLongestReading, true},
    {"position", &Settings::position_period, kLongestReading, true},
    {"sd", &Settings::sd_period, hours(1), true},
    {"progress", &Settings::progress_period, hours(1), true},
    {"overrides", &Settings::overrides_period, hours(1), true},
}};
constexpr std::string_view kAskRule =
    "an array of \"temperature\", \"fans\", \"position\", \"sd\", \"progress\", \"overrides\", \"identity\"";

// The messages of toml++ quote the file, including line ends.
constexpr std::size_t kLongestReason = 200;

bool can_be_asked(std::string_view text) {
  return text == "identity" ||
         std::any_of(kPeriods.begin(), kPeriods.end(), [&](const Period& p) { return p.in_ask && p.name == text; });
}

void read_interval(ConfigTable table, Settings& relay) {
  for (const Period& period : kPeriods) {
    table.read_duration(period.name, relay.*period.member, seconds(1), period.longest);
  }
  table.finish();
}

// A value that is not in `ask` is never queried: period zero. M105 during a print belongs to "temperature".
void apply_ask(const std::vector<std::string>& ask, Settings& relay) {
  const auto asked = [&](std::string_view name) { return std::find(ask.begin(), ask.end(), name) != ask.end(); };
  for (const Period& period : kPeriods) {
    if (!asked(period.in_ask ? period.name : "temperature")) relay.*period.member = gcode::line::Time::zero();
  }
  relay.identity = asked("identity");
}

void read_relay(ConfigTable& table, Settings& relay) {
  table.read_switch("poll", relay.poll);
  table.read_duration("hold_limit", relay.hold_limit, milliseconds(1), seconds(2));
  table.read_duration("drain_limit", relay.quiesce_limit, milliseconds(10), seconds(10));
  if (auto interval = table.child("interval")) read_interval(std::move(*interval), relay);
}

struct Section {
  PrinterConfiguration printer;
  std::vector<std::string> ask{"temperature", "fans", "position", "sd", "progress", "overrides", "identity"};
};

// The least is that of the black box; files of the most are a third of what all may take.
constexpr std::uint64_t kLeastBlackBox = 64ULL << 10U, kMostBlackBox = 4ULL << 20U;
constexpr std::string_view kBlackBoxRule = "a size from \"64 KiB\" to \"4 MiB\", or \"0\" for none";

std::optional<std::uint64_t> parse_black_box(std::string_view text) {
  const auto bytes = parse_bytes(text);
  if (!bytes || (*bytes > 0 && (*bytes < kLeastBlackBox || *bytes > kMostBlackBox))) return std::nullopt;
  return bytes;
}

void read_section(ConfigTable& table, Section& section) {
  std::int64_t baud = section.printer.baud;
  table.read_whole("baud", baud, 1200, 4'000'000);
  section.printer.baud = static_cast<unsigned>(baud);
  table.read_parsed("black_box", section.printer.black_box_bytes, parse_black_box, kBlackBoxRule);
  table.read_texts("ask", section.ask, can_be_asked, kAskRule);
  read_relay(table, section.printer.relay);
}

PrinterConfiguration asked_only(const Section& section) {
  PrinterConfiguration printer = section.printer;
  apply_ask(section.ask, printer.relay);
  return printer;
}

void read_printer(const std::string& name, ConfigTable table, const Section& defaults, Configuration& out) {
  Section section = defaults;
  section.printer.name = name;
  if (!is_printer_name(name)) table.fail_here("expected a name of " + std::string(kPrinterNameRule));
  read_device(table, section.printer, out.printers);
  read_section(table, section);
  table.finish();
  out.printers.push_back(asked_only(section));
}

void read_printers(ConfigTable& document, const Section& defaults, Configuration& out) {
  auto printers = document.child("printer");
  if (!printers) return;
  auto tables = printers->children();
  if (tables.size() > kMaxPrinters) {
    return printers->fail_here("expected at most " + std::to_string(kMaxPrinters) + " printers");
  }
  for (auto& [name, table] : tables) read_printer(name, std::move(table), defaults, out);
}

void read_web(ConfigTable table, Configuration& out) {
  table.read_texts("listen", out.listen, is_listen_address,
                   "an address such as \":11520\", \"127.0.0.1:11520\" or \"[::1]:11520\"");
  for (auto address = out.listen.begin(); address != out.listen.end(); ++address) {
    if (std::find(out.listen.begin(), address, *address) == address) continue;
    table.fail("listen", "the address \"" + *address + "\" is listed twice");
    return table.finish();
  }
  if (const auto fault = overlap(out.listen)) table.fail("listen", *fault);
  table.read_text("telemetry_path", out.telemetry_path, is_telemetry_path, "a path such as \"/metrics\"");
  table.read_text("config_file", out.web_config_file, is_absolute_path, "an absolute path");
  table.finish();
}

void read_usb(ConfigTable table, Configuration& out) {
  bool automatic = false;
  if (table.read_switch("automatic", automatic)) out.usb_automatic = automatic;
  table.finish();
}

void read_log(ConfigTable table, LogConfiguration& out) {
  table.read_parsed("level", out.level, parse_log_level, "\"debug\", \"info\", \"warn\" or \"error\"");
  table.read_parsed("format", out.format, parse_log_format, "\"text\" or \"json\"");
  table.finish();
}

void read_record(ConfigTable table, RecordConfiguration& out) {
  table.read_text("dir", out.dir, is_absolute_path, "an absolute path");
  std::int64_t megabytes = static_cast<std::int64_t>(out.max_bytes >> 20U);
  table.read_whole("max_megabytes", megabytes, 1, 1 << 20);
  out.max_bytes = static_cast<std::uint64_t>(megabytes) << 20U;
  table.finish();
}

Configuration read_document(ConfigTable document) {
  Configuration out;
  document.read_text("runtime_dir", out.runtime_dir, is_absolute_path, "an absolute path");
  document.read_text("state_dir", out.state_dir, is_absolute_path, "an absolute path");
  if (auto web = document.child("web")) read_web(std::move(*web), out);
  if (auto usb = document.child("usb")) read_usb(std::move(*usb), out);
  if (auto log = document.child("log")) read_log(std::move(*log), out.log);
  if (auto record = document.child("record")) read_record(std::move(*record), out.record);
  Section defaults;
  if (auto table = document.child("defaults")) {
    read_section(*table, defaults);
    table->finish();
  }
  out.defaults = asked_only(defaults);
  read_printers(document, defaults, out);
  document.finish();
  return out;
}

}  // namespace

std::variant<Configuration, std::vector<text::Fault>> parse_configuration(std::string_view toml) {
  const auto seen = to_ascii(toml);
  if (const auto* stray = std::get_if<text::Fault>(&seen)) return std::vector{*stray};
  const toml::parse_result parsed = toml::parse(std::get<std::string>(seen));
  if (!parsed) {
    const toml::parse_error& error = parsed.error();
    const toml::source_position at = error.source().begin;
    return std::vector<text::Fault>{
        {"not TOML: " + text::escape_text(error.description(), kLongestReason), {at.line, at.column, ""}}};
  }
  std::vector<text::Fault> errors;
  Configuration configuration = read_document(ConfigTable(parsed.table(), "", errors));
  configuration.text = toml;
  std::stable_sort(errors.begin(), errors.end(), [](const text::Fault& a, const text::Fault& b) {
    return std::tie(a.is_warning, a.place.line, a.place.column) < std::tie(b.is_warning, b.place.line, b.place.column);
  });
  const auto warnings =
      std::find_if(errors.begin(), errors.end(), [](const text::Fault& error) { return error.is_warning; });
  if (warnings == errors.begin()) {
    configuration.warnings = std::move(errors);
    return configuration;
  }
  errors.erase(warnings, errors.end());
  return errors;
}

}  // namespace agent::config
