#include "agent/cli/options.h"

#include <algorithm>
#include <array>
#include <charconv>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

#include "agent/config/config_values.h"
#include "agent/config/configuration.h"
#include "agent/process/build_info.h"
#include "agent/snapshot/history.h"
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
    "\n         then point the host program at DIR/mk3s and Prometheus at port 11520";

bool is_printer_option(std::string_view text) { return parse_printer_option(text).has_value(); }
bool is_level(std::string_view text) { return config::parse_log_level(text).has_value(); }
bool is_format(std::string_view text) { return config::parse_log_format(text).has_value(); }
bool is_decode_format(std::string_view text) { return text == "jsonl" || text == "raw" || text == "octoprint"; }

constexpr const char* kDoctorFooter =
    "\nOpens no device. With sudo it also sees the programs and files of other users."
    "\nExit status: 0: nothing is wrong; 1: something is; 2: wrong command line.";

constexpr const char* kPrinterRule =
    "NAME=DEVICE or NAME=DEVICE@BAUD, such as mk3s=/dev/ttyACM0@115200 (NAME: letters, digits, '.', '_', '-'; BAUD: 1200 to 4000000)";

// Filled by CLI11 in its own types; converted to the plain values afterwards.
struct RawRun {
  config::RunOptions options;
  std::vector<std::string> printers;
  std::string level, format;
};

void add_run(CLI::App& app, RawRun& raw) {
  config::RunOptions& o = raw.options;
  app.footer(kRunFooter);
  app.add_option("--config", o.config_file, "Configuration file (TOML)")->type_name("FILE");
  app.add_option(
         "--printer", raw.printers,
         "A printer, its device and speed (115200 if not given); may be repeated, and replaces the file's printers")
      ->type_name("NAME=DEVICE[@BAUD]")
      ->allow_extra_args(false)
      ->check(text::option_rule(is_printer_option, kPrinterRule));
  app.add_option("--runtime-dir", o.runtime_dir, "Directory of the host ports, DIR/NAME (default /run/marlin-agent)")
      ->type_name("DIR");
  app.add_option("--state-dir", o.state_dir, "Directory for persistent state (default /var/lib/marlin-agent)")
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
  app.add_option("--log.level", raw.level, "debug, info, warn or error (default info)")
      ->type_name("LEVEL")
      ->check(text::option_rule(is_level, "debug, info, warn or error"));
  app.add_option("--log.format", raw.format, "text or json (default text)")
      ->type_name("FORMAT")
      ->check(text::option_rule(is_format, "text or json"));
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

CLI::App* add_doctor(CLI::App& app, DoctorOptions& o) {
  CLI::App* command =
      app.add_subcommand("doctor", "Check the machine, the devices and the host programs, and say what to do");
  command->footer(kDoctorFooter);
  command->add_option("--config", o.config_file, "Configuration file (TOML)")->type_name("FILE");
  command->add_option("--runtime-dir", o.runtime_dir, "The agent's directory of host ports (default: the service's)")
      ->type_name("DIR");
  command->add_option("--state-dir", o.state_dir, "The agent's directory for persistent state (default: the service's)")
      ->type_name("DIR");
  return command;
}

std::string version_text() {
  const process::BuildInfo build = process::build_info();
  return "marlin-agent " + build.version + " (" + build.revision + ", " + build.compiler + ")\n";
}

constexpr std::array<std::string_view, 14> kCommands{"run",  "check-config", "list",    "doctor",           "decode",
                                                     "demo", "status",       "release", "attach",           "reset",
                                                     "jobs", "export",       "metrics", "metrics-reference"};

// The first word names the command; CLI11 would only report that one is missing.
std::optional<text::EarlyExit> wrong_command(int argc, const char* const* argv) {
  if (argc < 2)
    return usage(
        "a command is missing: run, check-config, list, doctor, decode, demo, jobs, export, metrics, status, release, attach or reset");
  const std::string_view word = argv[1];
  if (word.starts_with("-") || std::find(kCommands.begin(), kCommands.end(), word) != kCommands.end())
    return std::nullopt;
  const std::string_view guess = config::nearest(word, kCommands);
  return usage("unknown command \"" + std::string(word) + "\"" +
               (guess.empty() ? "" : ", did you mean \"" + std::string(guess) + "\"?"));
}

Command finish_run(RawRun raw) {
  for (const std::string& text : raw.printers) {
    const config::PrinterOption printer = *parse_printer_option(text);
    for (const config::PrinterOption& other : raw.options.printers) {
      if (other.name == printer.name) return usage("--printer: the name " + printer.name + " is given twice");
      if (other.device == printer.device) return usage("--printer: the device " + printer.device + " is given twice");
    }
    raw.options.printers.push_back(printer);
  }
  if (raw.options.printers.size() > config::kMaxPrinters)
    return usage("--printer: at most " + std::to_string(config::kMaxPrinters) + " printers");
  raw.options.log_level = config::parse_log_level(raw.level);
  raw.options.log_format = config::parse_log_format(raw.format);
  return raw.options;
}

constexpr const char* kJobsFooter =
    "\nReads the print history that the daemon writes; the daemon may be running."
    "\nTIME: 2026-11-21, \"2026-11-21 14:30\" (local), or how long ago: 30m, 1h30m, 7d."
    "\n\nExample: marlin-agent jobs --printer mk3s --since 7d --csv";

CLI::Validator time_rule() {
  return text::option_rule([](const std::string& text) { return text::parse_time(text, 0).has_value(); },
                           "a time such as 2026-11-21, \"2026-11-21 14:30\" or 7d");
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
    if (end == last && at + 1 < printer.device.size()) {
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
  RawRun run;
  CheckConfigOptions check;
  DecodeOptions decode;
  CLI::App* run_command = app.add_subcommand("run", "Run the daemon, which holds the printers' serial lines");
  add_run(*run_command, run);
  CLI::App* check_command = app.add_subcommand("check-config", "Check a configuration file and list its errors");
  check_command->add_option("FILE", check.file, "Configuration file (TOML)")->required();
  ListOptions list;
  CLI::App* list_command = app.add_subcommand(
      "list", "Show the serial devices on USB: their printers, the programs that hold them, what is needed");
  list_command->add_option("--config", list.config_file, "Configuration file (TOML) that assigns them to printers")
      ->type_name("FILE");
  list_command->add_flag("--json", list.json, "For programs");
  DoctorOptions doctor;
  CLI::App* doctor_command = add_doctor(app, doctor);
  CLI::App* decode_command = app.add_subcommand("decode", "Turn a recorded conversation into one JSON object per line");
  add_decode(*decode_command, decode);
  JobsOptions jobs;
  CLI::App* jobs_command = add_jobs_command(app, jobs);
  // Only their names: other programs parse their options.
  app.add_subcommand("demo", "Watch a virtual printer print through the real agent");
  app.add_subcommand("export",
                     "Write the metrics of a time range or a print as a table or a plot, from Prometheus or the agent");
  app.add_subcommand("metrics",
                     "Show the metrics of a page with type, unit, cardinality and help, or list their errors");
  CLI::App* reference_command = app.add_subcommand("metrics-reference", "Print the page of all metric families");
  reference_command->group("");  // for packagers: not in the help
  ControlCommands control;
  control.add_to(app);
  if (auto exit = text::parse_line(app, argc, argv)) return *exit;
  if (run_command->parsed()) return finish_run(std::move(run));
  if (check_command->parsed()) return check;
  if (list_command->parsed()) return list;
  if (doctor_command->parsed()) return doctor;
  if (decode_command->parsed()) return decode;
  if (jobs_command->parsed()) return jobs;
  if (reference_command->parsed()) return ReferenceOptions{};
  if (control.status_command->parsed()) return control.status;
  if (auto order = control.order()) return *order;
  return usage("the command must be the first word");
}

CLI::App* add_jobs_command(CLI::App& app, JobsOptions& o) {
  CLI::App* command = app.add_subcommand("jobs", "List the prints that the agent has seen");
  command->footer(kJobsFooter);
  auto* json = command->add_flag("--json", o.json, "One JSON array instead of a table");
  command->add_flag("--csv", o.csv, "Comma separated values with a header instead of a table")->excludes(json);
  command->add_option("--printer", o.printer, "Only prints of this printer")->type_name("NAME");
  command
      ->add_option("--result", o.result,
                   "Only prints with this result: running, completed, cancelled, failed or unknown")
      ->type_name("RESULT")
      ->check(text::option_rule([](const std::string& text) { return snapshot::job_result_of(text).has_value(); },
                                "running, completed, cancelled, failed or unknown"));
  command->add_option("--since", o.since, "Only prints begun at or after this")->type_name("TIME")->check(time_rule());
  command->add_option("--until", o.until, "Only prints begun at or before this")->type_name("TIME")->check(time_rule());
  command->add_option("--limit", o.limit, "At most N prints, newest first; 0: all (default 20)")->type_name("N");
  command->add_option("--state-dir", o.state_dir, "The daemon's directory for persistent state (default as for run)")
      ->type_name("DIR");
  return command;
}

}  // namespace agent::cli
