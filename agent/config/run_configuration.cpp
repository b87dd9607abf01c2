#include "agent/config/run_configuration.h"

#include <filesystem>

#include <unistd.h>

#include "agent/config/listen_overlap.h"

namespace agent::config {
namespace {

std::string absolute(const std::string& path) { return std::filesystem::absolute(path).lexically_normal().string(); }

std::string value_of(const Environment& environment, const char* name) {
  const char* value = environment(name);
  return value == nullptr ? std::string() : std::string(value);
}

// systemd may give several directories, separated by ':'; the first is ours.
std::string first_of(const std::string& directories) { return directories.substr(0, directories.find(':')); }

std::vector<PrinterConfiguration> printers_of(const RunOptions& options, const PrinterConfiguration& defaults) {
  std::vector<PrinterConfiguration> printers;
  for (const PrinterOption& option : options.printers) {
    PrinterConfiguration printer = defaults;
    printer.name = option.name;
    printer.device = absolute(option.device);
    printer.baud = option.baud.value_or(defaults.baud);
    printers.push_back(printer);
  }
  return printers;
}

}  // namespace

std::string default_state_dir(const Environment& environment) {
  if (auto dir = first_of(value_of(environment, "STATE_DIRECTORY")); !dir.empty()) return dir;
  if (geteuid() == 0) return "/var/lib/marlin-agent";
  if (const auto dir = value_of(environment, "XDG_STATE_HOME"); !dir.empty()) return dir + "/marlin-agent";
  if (const auto home = value_of(environment, "HOME"); !home.empty()) return home + "/.local/state/marlin-agent";
  return "/var/lib/marlin-agent";
}

std::string default_runtime_dir(const Environment& environment) {
  if (auto dir = first_of(value_of(environment, "RUNTIME_DIRECTORY")); !dir.empty()) return dir;
  if (const auto dir = value_of(environment, "XDG_RUNTIME_DIR"); !dir.empty() && geteuid() != 0)
    return dir + "/marlin-agent";
  return kSystemRuntimeDir;
}

std::string config_file_of(const RunOptions& options) {
  if (options.config_file) return absolute(*options.config_file);
  if (!options.printers.empty() || access(kDefaultConfigFile, F_OK) != 0) return {};
  return kDefaultConfigFile;
}

Configuration overlay(Configuration file, const RunOptions& options, const Environment& environment) {
  Configuration out = std::move(file);
  if (!options.printers.empty()) {
    out.printers = printers_of(options, out.defaults);
    out.usb_automatic = false;  // only these
  }
  if (!options.listen.empty()) out.listen = options.listen;
  if (options.telemetry_path) out.telemetry_path = *options.telemetry_path;
  if (options.web_config_file)
    out.web_config_file = options.web_config_file->empty() ? "" : absolute(*options.web_config_file);
  if (options.runtime_dir) out.runtime_dir = absolute(*options.runtime_dir);
  if (options.state_dir) out.state_dir = absolute(*options.state_dir);
  if (options.record_dir) out.record.dir = absolute(*options.record_dir);
  if (options.log_level) out.log.level = *options.log_level;
  if (options.log_format) out.log.format = *options.log_format;
  if (out.runtime_dir.empty()) out.runtime_dir = default_runtime_dir(environment);
  if (out.state_dir.empty()) out.state_dir = default_state_dir(environment);
  return out;
}

MaybeConfiguration run_configuration(const RunOptions& options, const Environment& environment) {
  const std::string file = config_file_of(options);
  if (const auto fault = overlap(options.listen)) return std::vector{"--web.listen-address: " + *fault};
  if (file.empty()) return overlay({}, options, environment);
  auto loaded = load_configuration(file);
  if (auto* errors = std::get_if<std::vector<text::Fault>>(&loaded)) {
    std::vector<std::string> sentences;
    for (const text::Fault& error : *errors) sentences.push_back(text::describe(error, file));
    return sentences;
  }
  return overlay(std::move(std::get<Configuration>(loaded)), options, environment);
}

std::optional<Configuration> run_configuration_of(const std::string& text, const RunOptions& options,
                                                  const Environment& environment) {
  auto parsed = parse_configuration(text);
  if (!std::holds_alternative<Configuration>(parsed)) return std::nullopt;
  return overlay(std::move(std::get<Configuration>(parsed)), options, environment);
}

std::variant<Configuration, std::vector<text::Fault>> load_configuration(const std::string& path) {
  const auto text = text::read_file(path);
  if (const auto* fault = std::get_if<text::Fault>(&text)) return std::vector{*fault};
  return parse_configuration(std::get<std::string>(text));
}

}  // namespace agent::config
