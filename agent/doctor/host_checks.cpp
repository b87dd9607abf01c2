// The settings of host programs, where this user may read them: does the program open the agent's port, or one that it
// no longer gets?
#include <sys/stat.h>

#include "agent/doctor/checks.h"
#include "agent/doctor/setting_text.h"

namespace agent::doctor {
namespace {

namespace fs = std::filesystem;

constexpr const char* kAnyPort = "NAME";

/// Every home directory: of root, of users, of a host program that runs as a system user.
std::vector<fs::path> homes(const Machine& machine) {
  std::vector<fs::path> found{machine.at("/root"), machine.at("/var/lib/octoprint")};
  std::error_code error;
  for (fs::directory_iterator it(machine.at("/home"), error), end; !error && it != end; it.increment(error)) {
    found.push_back(it->path());
  }
  return found;
}

/// A settings file of a home directory. As root: another user's link leads to no file but that user's own.
std::optional<std::string> read_settings(const fs::path& home, const fs::path& file) {
  struct stat node {};
  return ::stat(home.c_str(), &node) == 0 ? read_file(file, node.st_uid) : std::nullopt;
}

/// A port to enter: of a printer that the agent has now, else with a name to replace.
std::string port_to_enter(const Machine& machine, const config::Configuration& configuration) {
  std::error_code error;
  for (fs::directory_iterator it(machine.at(configuration.runtime_dir), error), end; !error && it != end;
       it.increment(error)) {
    if (it->is_symlink(error)) return configuration.runtime_dir + '/' + it->path().filename().string();
  }
  return configuration.runtime_dir + '/' +
         (configuration.printers.empty() ? kAnyPort : configuration.printers.front().name);
}

/// Whether a host program that opens `port` gets a port of the agent: DIR/NAME, or a link of marlin-agent-links.service.
bool is_of_agent(const std::string& port, const config::Configuration& configuration) {
  return port.starts_with(configuration.runtime_dir + '/') || port.starts_with("/dev/ttyUSB_");
}

/// `place`: where the value is, "/home/pi/.octoprint/config.yaml: serial.port"; `how`: what to do, up to the port.
Findings judged(const std::string& port, const std::string& place, const std::string& how, const Machine& machine,
                const config::Configuration& configuration) {
  if (!is_of_agent(port, configuration)) {
    const bool searches = port == "AUTO" || port == "auto";
    return {wrong(place + " is " + port +
                      (searches ? ", which does not find the agent's ports" : ", which is not a port of the agent"),
                  how + port_to_enter(machine, configuration))};
  }
  if (!machine.agent_missing.empty() || fs::is_symlink(machine.at(port))) return {};
  return {wrong(place + " is " + port + ", and there is no such port now",
                "Compare its name with `marlin-agent status`; for another printer, " + how +
                    port_to_enter(machine, configuration))};
}

Findings append(Findings all, Findings more) {
  for (Finding& finding : more) all.push_back(std::move(finding));
  return all;
}

}  // namespace

// OctoPrint 1 has the port in serial.port, OctoPrint 2 in the parameters of the preferred connection.
Findings look_at_octoprint(const Machine& machine, const config::Configuration& configuration) {
  const std::string how = "In OctoPrint, Settings, Serial Connection, add " + configuration.runtime_dir +
                          "/* to \"Additional serial ports\"; then choose under \"Connection\" the port ";
  Findings findings;
  for (const fs::path& home : homes(machine)) {
    for (const char* folder : {".octoprint", ""}) {
      const fs::path file = home / folder / "config.yaml";
      const auto text = read_settings(home, file);
      if (!text) continue;
      std::string key = "printerConnection.preferred.parameters.port";
      auto port = yaml_setting(*text, {"printerConnection", "preferred", "parameters", "port"});
      if (!port) {
        key = "serial.port";
        port = yaml_setting(*text, {"serial", "port"});
      }
      if (port) findings = append(findings, judged(*port, file.string() + ": " + key, how, machine, configuration));
    }
  }
  return findings;
}

Findings look_at_printrun(const Machine& machine, const config::Configuration& configuration) {
  Findings findings;
  for (const fs::path& home : homes(machine)) {
    for (const char* name : {".config/Printrun/pronsolerc", ".pronsolerc"}) {
      const auto text = read_settings(home, home / name);
      const auto port = text ? printrun_setting(*text, "port") : std::nullopt;
      if (port) {
        findings = append(findings, judged(*port, (home / name).string() + ": port", "In Printrun, enter the port ",
                                           machine, configuration));
      }
    }
  }
  return findings;
}

// Without the setting PrusaLink searches, as with auto.
Findings look_at_prusalink(const Machine& machine, const config::Configuration& configuration) {
  const fs::path file = machine.at("/etc/prusalink/prusalink.ini");
  const auto text = read_file(file);
  if (!text) return {};
  return judged(ini_setting(*text, "printer", "port").value_or("auto"), file.string() + ": port in [printer]",
                "In [printer] of that file, write port = ", machine, configuration);
}

}  // namespace agent::doctor
