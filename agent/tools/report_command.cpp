#include "agent/tools/report_command.h"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <optional>
#include <sstream>

#include <sys/utsname.h>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <nlohmann/json.hpp>

#include "agent/config/config_values.h"
#include "agent/config/run_configuration.h"
#include "agent/incident/incident_files.h"
#include "agent/process/build_info.h"
#include "agent/text/time_text.h"
#include "agent/tools/http_client.h"
#include "agent/tools/redaction.h"
#include "agent/tools/secrets.h"
#include "agent/tools/tar_archive.h"

namespace agent::tools {
namespace {

namespace fs = std::filesystem;

constexpr const char* kAbout = "Write one archive for a bug report.\n";
constexpr const char* kFooter =
    "\nThe archive contains versions, configuration, metrics, incidents and log. It is sent nowhere. Passwords, tokens, keys,"
    "\nserial numbers and UUIDs are removed. Run it with sudo to read the service's log and incidents."
    "\nExit status: 0; 2: wrong command line, no such printer, or the file cannot be written.";
// The journal's last lines, some 200 bytes each.
constexpr const char* kJournal =
    "journalctl --unit=marlin-agent --lines=2000 --no-pager --output=short-iso 2>/dev/null";
constexpr std::size_t kMostLog = std::size_t{4} << 20U;
// No configuration and no file of /proc or /etc is near it.
constexpr std::size_t kMostText = std::size_t{1} << 20U;
// Of the newest incidents together.
constexpr std::size_t kMostIncidents = incident::IncidentFiles::kMostBytes;

ReportPart missing(const std::string& why) { return {"", why, {}, true}; }

/// At most `most` bytes, or nothing with errno set.
std::optional<std::string> text_of(const fs::path& path, std::size_t most = kMostText) {
  errno = 0;
  std::ifstream in(path, std::ios::binary);
  std::string text(most, '\0');
  if (!in.read(text.data(), static_cast<std::streamsize>(most)) && !in.eof()) return std::nullopt;
  text.resize(static_cast<std::size_t>(in.gcount()));
  return text;
}

std::string os_name() {
  std::istringstream in(text_of("/etc/os-release").value_or(""));
  for (std::string line; std::getline(in, line);) {
    if (line.starts_with("PRETTY_NAME=")) return line.substr(12);
  }
  return "unknown";
}

ReportPart system_part() {
  const process::BuildInfo build = process::build_info();
  utsname kernel{};
  (void)::uname(&kernel);
  std::string board = text_of("/proc/device-tree/model").value_or("unknown");
  board.resize(std::strlen(board.c_str()));  // it ends with a NUL
  return {"system.txt", "versions of agent, kernel and distribution, and the board",
          "marlin-agent " + build.version + " (" + build.revision + ", " + build.compiler + ")\nkernel " +
              kernel.release + ' ' + kernel.machine + "\nsystem " + os_name() + "\nboard " + board + "\ntime " +
              text::utc_time_text(static_cast<double>(std::time(nullptr))) + '\n'};
}

ReportPart file_part(const std::string& file, const char* name, const std::string& about,
                     const std::function<std::string(std::string_view)>& redacted) {
  const auto text = text_of(file);
  if (!text) return missing(std::string("no ") + name + ": " + file + ": " + std::strerror(errno));
  return {name, about, redacted(*text)};
}

ReportPart page_part(const ReportOptions& options, const std::string& path, const char* name, const char* about,
                     std::string (*redacted)(std::string_view)) {
  try {
    HttpClient client(options.http);
    const HttpAnswer answer = client.get(below(options.agent, path));
    if (answer.status != 200)
      return missing(std::string("no ") + name + ": " + without_secrets(refusal_text(answer)) + " (--agent URL)");
    return {name, about, redacted(answer.body)};
  } catch (const Failure& failure) {
    return missing(std::string("no ") + name + ": " + failure.what() + " (--agent URL)");
  }
}

/// Refuses a name that no printer of the agent has.
void check_name(const ReportPart& printers, const std::string& name) {
  const auto json = nlohmann::json::parse(printers.text, nullptr, false);
  if (!json.is_object() || !json.contains("printers") || !json["printers"].is_array()) return;
  std::string names;
  for (const auto& printer : json["printers"]) {
    const std::string found = printer.is_object() ? printer.value("name", "") : "";
    if (found == name) return;
    names += (names.empty() ? "" : ", ") + found;
  }
  throw Failure(Exit::kUsage, "the agent has no printer \"" + name + "\"; it has " + (names.empty() ? "none" : names));
}

/// "000017-mk3-restart.jsonl" is of mk3; a kind has no '-'.
bool is_of(std::string_view file, std::string_view printer) {
  const std::size_t first = file.find('-'), last = file.rfind('-');
  return first != std::string_view::npos && first < last && file.substr(first + 1, last - first - 1) == printer;
}

void add_incidents(const fs::path& state_dir, const std::string& printer, std::vector<ReportPart>& parts) {
  const incident::IncidentFiles files(state_dir / incident::kIncidentFolder);
  std::error_code error;
  auto list = files.list(error);
  if (error && !(error == std::errc::no_such_file_or_directory && fs::exists(state_dir))) {
    parts.push_back(missing("no incidents: " + files.dir().string() + ": " + error.message() + " (--state-dir DIR)"));
    return;
  }
  std::erase_if(list, [&](const auto& file) { return !is_of(file.name, printer); });
  if (list.empty()) parts.push_back(missing("no incidents of " + printer));
  std::size_t left = kMostIncidents;
  for (auto file = list.rbegin(); file != list.rend(); ++file) {
    const auto text = file->bytes <= left ? text_of(files.dir() / file->name, left) : std::nullopt;
    if (!text) {
      parts.push_back(missing("not " + file->name + ": it is too large or cannot be read"));
      continue;
    }
    left -= file->bytes;
    parts.push_back({"incidents/" + file->name, "an incident with the line's last minutes", redacted_recording(*text)});
  }
}

ReportPart log_part(const std::string& file) {
  if (!file.empty()) {
    errno = 0;
    std::ifstream in(file, std::ios::binary | std::ios::ate);
    const std::streamoff size = in ? static_cast<std::streamoff>(in.tellg()) : 0;
    in.seekg(std::max<std::streamoff>(size - static_cast<std::streamoff>(kMostLog), 0));
    std::ostringstream text;
    if (size > 0) text << in.rdbuf();
    if (!in || !text) throw Failure(Exit::kUsage, "--log: cannot read " + file + ": " + std::strerror(errno));
    return {"log.txt", "the end of " + file, without_secrets(text.str())};
  }
  std::string text;
  FILE* pipe = ::popen(kJournal, "re");
  if (pipe == nullptr) return missing(std::string("no log: ") + std::strerror(errno));
  char buffer[65536];
  for (std::size_t count = 0; (count = std::fread(buffer, 1, sizeof buffer, pipe)) > 0;) {
    if (text.size() < kMostLog) text.append(buffer, count);
  }
  if (::pclose(pipe) != 0 || text.empty()) return missing("no log: the journal cannot be read (sudo, or --log FILE)");
  return {"log.txt", "the last 2,000 lines of the service's journal", without_secrets(text)};
}

void tell(const std::string& file, const std::vector<ReportPart>& parts, std::ostream& out) {
  out << file << " will contain:\n";
  for (const ReportPart& part : parts) {
    if (!part.is_missing) out << "  " << part.name << " (" << part.text.size() << " bytes): " << part.about << '\n';
  }
  for (const ReportPart& part : parts) {
    if (part.is_missing) out << "  " << part.about << '\n';
  }
  out << "Secrets are removed as far as they can be recognised. Incidents and log contain names of files and the G-code of"
         " your prints:\nlook at them before you pass them on.\n"
      << std::flush;
}

std::string time_in_name(std::time_t now) {
  std::string text = text::utc_time_text(static_cast<double>(now));
  std::erase_if(text, [](char c) { return c == '-' || c == ':'; });
  return text;
}

}  // namespace

std::variant<ReportOptions, text::EarlyExit> parse_report(int argc, const char* const* argv) {
  ReportOptions options;
  CLI::App app(kAbout, "marlin-agent report");
  app.footer(kFooter);
  app.add_option("NAME", options.printer, "The printer's name, as shown by marlin-agent status")
      ->required()
      ->check(text::option_rule([](const std::string& name) { return config::is_printer_name(name); },
                                "the name of a printer"));
  const auto add = [&app](const char* name, std::string& target, const char* about, const char* type) {
    return app.add_option(name, target, about)->type_name(type);
  };
  add("--output", options.output, "The archive (default marlin-agent-report-NAME-TIME.tar.gz here)", "FILE");
  add("--config", options.config_file, "Configuration file (default /etc/marlin-agent/marlin-agent.toml)", "FILE");
  add("--state-dir", options.state_dir, "The daemon's directory for persistent state (default as for run)", "DIR");
  add("--log", options.log_file, "The agent's log, if it is not in the journal", "FILE");
  add("--agent", options.agent, "The agent's URL (default http://localhost:11520)", "URL")
      ->check(text::option_rule(is_http_url, "a URL such as http://localhost:11520"));
  add_http_options(app, options.http);
  if (auto exit = text::parse_line(app, argc, argv)) return *exit;
  return options;
}

std::vector<ReportPart> report_parts(const ReportOptions& options) {
  RedactedConfiguration configuration;
  std::vector<ReportPart> parts{
      system_part(),
      file_part(options.config_file, "configuration.toml", options.config_file + " without comments and secrets",
                [&](std::string_view toml) { return (configuration = redacted_configuration(toml)).text; })};
  if (!configuration.web_config_file.empty())
    parts.push_back(file_part(configuration.web_config_file, "web-configuration.yml",
                              "the keys of " + configuration.web_config_file, redacted_web_config));
  const std::string& path = configuration.telemetry_path;
  parts.push_back(page_part(options, path.empty() ? "metrics" : path.substr(1), "metrics.txt",
                            "the agent's metrics now", without_secrets));
  parts.push_back(
      page_part(options, "api/v1/printers", "printers.json", "the state of the agent's printers", redacted_json));
  check_name(parts.back(), options.printer);
  std::string state_dir = options.state_dir.empty() ? configuration.state_dir : options.state_dir;
  if (state_dir.empty()) state_dir = config::default_state_dir(::getenv);
  add_incidents(state_dir, options.printer, parts);
  parts.push_back(log_part(options.log_file));
  return parts;
}

int report_command(int argc, const char* const* argv, std::ostream& out, std::ostream& err) {
  return exit_status("report", err, [&] {
    const auto parsed = parse_report(argc, argv);
    if (const auto* exit = std::get_if<text::EarlyExit>(&parsed)) return Exit(exit->show(out, err));
    const auto& options = std::get<ReportOptions>(parsed);
    const std::time_t now = std::time(nullptr);
    const std::string folder = "marlin-agent-report-" + options.printer + '-' + time_in_name(now);
    const std::string file = options.output.empty() ? folder + ".tar.gz" : options.output;
    if (fs::exists(file)) throw Failure(Exit::kUsage, file + " exists: choose another with --output FILE");
    const auto parts = report_parts(options);
    tell(file, parts, out);
    std::vector<ArchivedFile> files;
    for (const ReportPart& part : parts) {
      // The printer's name is in the archive's own name; the folder is short, since a name in an archive is bounded.
      if (!part.is_missing) files.push_back({"marlin-agent-report/" + part.name, part.text});
    }
    if (const int error = write_tar_gz(file, files, now))
      throw Failure(Exit::kUsage, "cannot write " + file + ": " + std::strerror(error));
    out << "wrote " << file << " (" << fs::file_size(file) << " bytes)\n";
    return Exit::kOk;
  });
}

}  // namespace agent::tools
