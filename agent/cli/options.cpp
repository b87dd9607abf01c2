#include "agent/cli/options.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <ctime>
#include <limits>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

#include "agent/config/config_values.h"
#include "agent/config/configuration.h"
#include "agent/process/build_info.h"
#include "agent/text/text_scan.h"
#include "agent/text/time_text.h"

namespace agent::cli {
namespace {

using text::usage;

constexpr unsigned kLowestBaud = 1200;
constexpr unsigned kHighestBaud = 4'000'000;

constexpr const char* kAbout =
    "marlin-agent holds the serial line of a 3D printer, passes prints through to it and serves metrics to Prometheus.\n";
constexpr const char* kFooter = "\nmarlin-agent COMMAND --help explains a command. First steps: marlin-agent demo";
constexpr const char* kRunFooter =
    "\nWithout --config and --printer, /etc/marlin-agent/marlin-agent.toml is read; if there is none, every Prusa on USB is taken."
    "\nSIGHUP reads the configuration file again, SIGTERM ends the program without resetting a printer."
    "\n\nExample: marlin-agent run --printer mk3s=/dev/ttyACM0"
    "\n         then point the host program at DIR/mk3s, a browser and Prometheus at port 11520";

bool is_printer_option(std::string_view text) { return parse_printer_option(text).has_value(); }
bool is_decode_format(std::string_view text) { return text == "jsonl" || text == "raw" || text == "octoprint"; }

constexpr const char* kDoctorFooter =
    "\nOpens no device. With sudo it also sees the programs and files of other users."
    "\nExit status: 0: nothing is wrong; 1: something is; 2: wrong command line.";

constexpr const char* kPrinterRule =
    "NAME=DEVICE or NAME=DEVICE@BAUD, such as mk3s=/dev/ttyACM0@115200 (NAME: letters, digits, '.', '_', '-'; BAUD: 1200 to 4000000)";

void add_run(CLI::App& app, config::RunOptions& o) {
  app.footer(kRunFooter);
  app.add_option("--config", o.config_file, "Configuration file (TOML)")->type_name("FILE");
  const auto add_printers = [&o](const std::vector<std::string>& texts) {
    for (const std::string& text : texts) o.printers.push_back(*parse_printer_option(text));
  };
  app.add_option_function<std::vector<std::string>>(
         "--printer", add_printers,
         "A printer, its device and speed (115200 if not given); may be repeated, and replaces the file's printers")
      ->type_name("NAME=DEVICE[@BAUD]")
      ->allow_extra_args(false)
      ->check(text::option_rule(is_printer_option, kPrinterRule));
  app.add_option(
         "--runtime-dir", o.runtime_dir,
         "Directory of the host ports, DIR/NAME (default of the service and of root: /run/marlin-agent; of other users: marlin-agent in their runtime directory)")
      ->type_name("DIR");
  app.add_option(
         "--state-dir", o.state_dir,
         "Directory for persistent state (default of the service and of root: /var/lib/marlin-agent; of other users: ~/.local/state/marlin-agent)")
      ->type_name("DIR");
  app.add_option("--web.listen-address", o.listen, "Where to answer HTTP; may be repeated (default :11520)")
      ->type_name("ADDR")
      ->allow_extra_args(false)
      ->check(text::option_rule(config::is_listen_address, config::kListenAddressRule));
  app.add_option("--web.telemetry-path", o.telemetry_path, "Path of the metrics (default /metrics)")
      ->type_name("PATH")
      ->check(text::option_rule(config::is_telemetry_path, "a path such as /metrics"));
  app.add_option("--web.config.file", o.web_config_file,
                 "TLS and passwords: a file in the format of Prometheus's exporters (default none)")
      ->type_name("FILE");
  app.add_option("--record", o.record_dir, "Record every byte of every printer into DIR, bounded in size")
      ->type_name("DIR");
  text::add_value(app, "--log.level", o.log_level, config::parse_log_level, "debug, info, warn or error",
                  "debug, info, warn or error (default info)")
      ->type_name("LEVEL");
  text::add_value(app, "--log.format", o.log_format, config::parse_log_format, "text or json",
                  "text or json (default text)")
      ->type_name("FORMAT");
}

void add_decode(CLI::App& app, DecodeOptions& o) {
  app.add_option("--format", o.format,
                 "jsonl (a recording), raw (what a printer printed) or octoprint (its serial.log); default jsonl")
      ->type_name("FORMAT")
      ->check(text::option_rule(is_decode_format, "jsonl, raw or octoprint"));
  app.add_flag("--summary", o.summary, "Print counts by kind instead of one JSON object per line");
  app.add_option("--firmware", o.firmware,
                 "Firmware of the printer, such as prusa-3.13 or marlin-2.1 (default: as the recording reports it)")
      ->type_name("NAME");
  app.add_option("FILE", o.file, "File to read; - is standard input")->required();
}

void add_list(CLI::App& app, ListOptions& o) {
  app.add_option("--config", o.config_file, "Configuration file (TOML) that assigns them to printers")
      ->type_name("FILE");
  app.add_flag("--json", o.json, "For programs");
}

void add_doctor(CLI::App& app, DoctorOptions& o) {
  app.footer(kDoctorFooter);
  app.add_option("--config", o.config_file, "Configuration file (TOML)")->type_name("FILE");
  app.add_option("--runtime-dir", o.runtime_dir, "The agent's directory of host ports (default: the service's)")
      ->type_name("DIR");
  app.add_option("--state-dir", o.state_dir, "The agent's directory for persistent state (default: the service's)")
      ->type_name("DIR");
}

std::string version_text() {
  const process::BuildInfo build = process::build_info();
  return "marlin-agent " + build.version + " (" + build.revision + ", " + build.compiler + ")\n";
}

constexpr std::array<std::string_view, 17> kCommands{
    "run",     "check-config",      "list",   "doctor",    "decode", "demo",
    "status",  "release",           "attach", "reset",     "jobs",   "export",
    "metrics", "metrics-reference", "watch",  "incidents", "report"};

// The first word names the command; CLI11 would only report that one is missing.
std::optional<text::EarlyExit> wrong_command(int argc, const char* const* argv) {
  if (argc < 2)
    return usage(
        "a command is missing: run, check-config, list, doctor, decode, demo, jobs, incidents, report, export, metrics, status, watch, release, attach or reset");
  const std::string_view word = argv[1];
  if (word.starts_with("-") || std::find(kCommands.begin(), kCommands.end(), word) != kCommands.end())
    return std::nullopt;
  const std::string_view guess = config::nearest(word, kCommands);
  return usage("unknown command \"" + std::string(word) + "\"" +
               (guess.empty() ? "" : ", did you mean \"" + std::string(guess) + "\"?"));
}

Command checked(const config::RunOptions& options) {
  const auto refuse = [](const std::string& sentence) { return usage("--printer: " + sentence, "marlin-agent run"); };
  for (auto printer = options.printers.begin(); printer != options.printers.end(); ++printer) {
    for (auto other = options.printers.begin(); other != printer; ++other) {
      if (other->name == printer->name) return refuse("the name " + printer->name + " is given twice");
      if (other->device == printer->device) return refuse("the device " + printer->device + " is given twice");
    }
  }
  if (options.printers.size() > config::kMaxPrinters)
    return refuse("at most " + std::to_string(config::kMaxPrinters) + " printers");
  return options;
}

constexpr const char* kJobsFooter =
    "\nReads the print history that the daemon writes; the daemon may be running."
    "\nTIME: 2026-11-21, \"2026-11-21 14:30\" (local), or how long ago: 30m, 1h30m, 7d."
    "\n\nExamples: marlin-agent jobs --printer mk3s --since 7d --csv"
    "\n          marlin-agent jobs show 42";

bool is_print_number(const std::string& text) { return text::parse_number<std::int64_t>(text).has_value(); }

constexpr const char* kIncidentsFooter =
    "\nAt an incident (an error, a restart, a lost print ...) the daemon writes the last minutes of that line to"
    "\nSTATE_DIR/incidents, 20 files at most; `marlin-agent decode FILE` reads them.";

void add_incidents(CLI::App& app, IncidentsOptions& o) {
  app.footer(kIncidentsFooter);
  app.add_flag("--json", o.json, "One JSON array instead of a table");
  app.add_option("--state-dir", o.state_dir, "The daemon's directory for persistent state (default as for run)")
      ->type_name("DIR");
}

void add_jobs(CLI::App& app, JobsOptions& o) {
  app.footer(kJobsFooter);
  auto* json = app.add_flag("--json", o.json, "One JSON array instead of a table");
  app.add_flag("--csv", o.csv, "Comma separated values with a header instead of a table")->excludes(json);
  app.add_option("--printer", o.filter.printer, "Only prints of this printer")->type_name("NAME");
  text::add_value(app, "--result", o.filter.result, snapshot::job_result_of,
                  "running, completed, cancelled, failed or unknown",
                  "Only prints with this result: running, completed, cancelled, failed or unknown")
      ->type_name("RESULT");
  const auto time_of = [now = static_cast<double>(std::time(nullptr))](const std::string& text) {
    return text::parse_time(text, now);
  };
  constexpr const char* kTimeRule = "a time such as 2026-11-21, \"2026-11-21 14:30\" or 7d";
  text::add_value(app, "--since", o.filter.since_unix, time_of, kTimeRule, "Only prints begun at or after this")
      ->type_name("TIME");
  text::add_value(app, "--until", o.filter.until_unix, time_of, kTimeRule, "Only prints begun at or before this")
      ->type_name("TIME");
  app.add_option_function<unsigned>(
         "--limit",
         [&o](unsigned most) { o.filter.limit = most > 0 ? most : std::numeric_limits<std::int32_t>::max(); },
         "At most N prints, newest first; 0: all (default 20)")
      ->type_name("N");
  app.add_option("--state-dir", o.state_dir, "The daemon's directory for persistent state (default as for run)")
      ->type_name("DIR");
  CLI::App* show = app.add_subcommand("show", "Draw a print over its layers: buffered moves, underruns, resends");
  show->fallthrough();  // --state-dir may follow the number
  show->add_option("ID", o.show, "Number of the print in the list")
      ->required()
      ->check(text::option_rule(is_print_number, "the number of a print"));
}

}  // namespace

std::optional<config::PrinterOption> parse_printer_option(std::string_view text) {
  const std::size_t equals = text.find('=');
  if (equals == std::string_view::npos) return std::nullopt;
  config::PrinterOption printer{std::string(text.substr(0, equals)), std::string(text.substr(equals + 1)),
                                std::nullopt};
  if (!config::is_printer_name(printer.name)) return std::nullopt;
  if (const std::size_t at = printer.device.rfind('@'); at != std::string::npos) {
    unsigned baud = 0;
    const char* last = printer.device.data() + printer.device.size();
    const auto [end, error] = std::from_chars(printer.device.data() + at + 1, last, baud);
    // A name such as x@1:0 is a path; letters and digits alone are meant as a speed.
    if (std::all_of(printer.device.begin() + static_cast<std::ptrdiff_t>(at) + 1, printer.device.end(),
                    text::is_alnum)) {
      if (end != last || at + 1 == printer.device.size()) return std::nullopt;
      if (error != std::errc() || baud < kLowestBaud || baud > kHighestBaud) return std::nullopt;
      printer.baud = baud;
      printer.device.resize(at);
    }
  }
  if (printer.device.empty()) return std::nullopt;
  return printer;
}

Command parse_command_line(int argc, const char* const* argv) {
  if (const auto wrong = wrong_command(argc, argv)) return *wrong;
  if (other_program(argv[1])) return OtherProgram{};
  CLI::App app(kAbout, "marlin-agent");
  app.footer(kFooter);
  app.set_version_flag("--version", version_text());
  app.require_subcommand(1);
  Command chosen = usage("the command must be the first word");
  const auto add = [&](const char* word, const char* about, auto& options) -> CLI::App& {
    CLI::App* command = app.add_subcommand(word, about);
    command->callback([&chosen, &options] { chosen = options; });
    return *command;
  };
  config::RunOptions run;
  add_run(add("run", "Run the daemon, which holds the printers' serial lines", run), run);
  CheckConfigOptions check;
  add("check-config", "Check a configuration file and list its errors", check)
      .add_option("FILE", check.file, "Configuration file (TOML)")
      ->required();
  ListOptions list;
  add_list(
      add("list", "Show the serial devices on USB: their printers, the programs that hold them, what is needed", list),
      list);
  DoctorOptions doctor;
  add_doctor(add("doctor", "Check the machine, the devices and the host programs, and say what to do", doctor), doctor);
  DecodeOptions decode;
  add_decode(add("decode", "Turn a recorded conversation into one JSON object per line", decode), decode);
  JobsOptions jobs;
  add_jobs(add("jobs", "List the prints that the agent has seen", jobs), jobs);
  IncidentsOptions incidents;
  add_incidents(
      add("incidents", "List what went wrong on the printers' lines, with the last minutes of each", incidents),
      incidents);
  // Only their names: other programs parse their options.
  app.add_subcommand("demo", "Watch a virtual printer print through the real agent");
  app.add_subcommand("export",
                     "Write the metrics of a time range or a print as a table or a plot, from Prometheus or the agent");
  app.add_subcommand("metrics",
                     "Show the metrics of a page with type, unit, cardinality and help, or list their errors");
  app.add_subcommand("report", "Write one archive for a bug report; says what it contains, and sends it nowhere");
  ReferenceOptions reference;
  add("metrics-reference", "Print the page of all metric families", reference)
      .group("");  // for packagers: not in the help
  StatusOptions status;
  add_status(add("status", "Show what a running agent knows about its printers", status), status);
  WatchOptions watch;
  add_watch(add("watch", "Show the live conversation with a printer", watch), watch);
  CommandOptions release, attach, reset;
  add_release(
      add("release", "Release a printer's device for another program, such as one that flashes firmware", release),
      release);
  add_attach(add("attach", "Take a released device back; opening it resets most printers once", attach), attach);
  add_reset(add("reset", "Reset a printer by a pulse on its serial line's DTR", reset), reset);
  if (auto exit = text::parse_line(app, argc, argv)) return *exit;
  if (const auto* of_run = std::get_if<config::RunOptions>(&chosen)) return checked(*of_run);
  return chosen;
}

}  // namespace agent::cli
