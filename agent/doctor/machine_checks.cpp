// The machine: the service, its rights, the web port, the clock, the store, the disk, the power supply and its heat.
#include <algorithm>

#include "agent/doctor/checks.h"
#include "agent/doctor/setting_text.h"
#include "agent/text/text_scan.h"

namespace agent::doctor {
namespace {

namespace fs = std::filesystem;

constexpr const char* kUser = "marlin-agent";
constexpr const char* kGroup = "dialout";
constexpr double kYear2024 = 1'704'067'200;
constexpr std::uint64_t kLeastFree = 100'000'000;
constexpr unsigned kVoltageIsLow = 0x1, kVoltageWasLow = 0x10000;  // of the Pi's firmware
constexpr unsigned kIsSlow = 0x2 | 0x4;                            // its frequency is capped, throttled
constexpr int kHotMillidegrees = 80'000;                           // from there a Pi runs slower

std::string_view next_line(std::string_view& rest) { return text::next_part(rest, '\n'); }

/// Whether `user` is named in the line of `group` in /etc/group; nothing: there is no such group.
bool is_member(const Machine& machine, std::string_view user, std::string_view group) {
  const std::string groups = read_file(machine.at("/etc/group")).value_or("");
  std::string_view rest = groups;
  while (!rest.empty()) {
    std::string_view line = next_line(rest);
    if (text::next_part(line, ':') != group) continue;
    (void)text::next_part(line, ':');
    (void)text::next_part(line, ':');
    while (!line.empty()) {
      if (text::next_part(line, ',') == user) return true;
    }
  }
  return false;
}

bool has_user(const Machine& machine, const std::string& user) {
  const std::string users = '\n' + read_file(machine.at("/etc/passwd")).value_or("");
  return users.find('\n' + user + ':') != std::string::npos;
}

/// The port of "127.0.0.1:11520" as /proc/net/tcp has it: ":2D00".
std::string hex_port(const std::string& address) {
  const auto port = text::parse_number<unsigned>(std::string_view(address).substr(address.rfind(':') + 1));
  char hex[8];
  std::snprintf(hex, sizeof hex, ":%04X", port.value_or(0));
  return hex;
}

/// Whether any program listens on that TCP port of this machine: "0: 00000000:2D00 00000000:0000 0A ...".
bool is_listened_on(const Machine& machine, const std::string& hex) {
  for (const char* file : {"/proc/net/tcp", "/proc/net/tcp6"}) {
    const std::string sockets = read_file(machine.at(file)).value_or("");
    std::string_view rest = sockets;
    while (!rest.empty()) {
      std::string_view line = next_line(rest);
      (void)text::next_part(line, ' ');
      const std::string_view local = text::next_part(line, ' ');
      (void)text::next_part(line, ' ');
      if (local.ends_with(hex) && text::next_part(line, ' ') == "0A") return true;
    }
  }
  return false;
}

/// The bits of the Pi's firmware, 0 where there are none.
unsigned throttled(const Machine& machine) {
  const auto bits = read_file(machine.at("/sys/devices/platform/soc/soc:firmware/get_throttled"));
  std::string_view text = bits ? std::string_view(*bits) : std::string_view();
  text = text.substr(0, text.find('\n'));
  if (text.starts_with("0x")) text.remove_prefix(2);
  return text::parse_number<unsigned>(text, 16).value_or(0);
}

/// The same of kernels without that file: the sensor rpi_volt.
bool voltage_alarm(const Machine& machine) {
  std::error_code error;
  for (fs::directory_iterator it(machine.at("/sys/class/hwmon"), error), end; !error && it != end;
       it.increment(error)) {
    if (read_file(it->path() / "name") == "rpi_volt\n" && read_file(it->path() / "in0_lcrit_alarm") == "1\n")
      return true;
  }
  return false;
}

/// The temperature of the processor in thousandths of a degree, 0 where the kernel does not name one.
int processor_temperature(const Machine& machine) {
  std::error_code error;
  for (fs::directory_iterator it(machine.at("/sys/class/thermal"), error), end; !error && it != end;
       it.increment(error)) {
    const std::string type = read_file(it->path() / "type").value_or("");
    if (type != "cpu-thermal\n" && type != "cpu_thermal\n") continue;
    const std::string value = read_file(it->path() / "temp").value_or("");
    return text::parse_number<int>(std::string_view(value).substr(0, value.find('\n'))).value_or(0);
  }
  return 0;
}

std::string megabytes(std::uint64_t bytes) { return std::to_string(bytes / 1'000'000) + " MB"; }

}  // namespace

Findings look_at_configuration(const Machine& machine, const config::Configuration&) {
  Findings findings;
  for (const std::string& fault : machine.configuration_faults) {
    findings.push_back(wrong(fault, "Correct it there, then run `sudo systemctl restart marlin-agent`"));
  }
  return findings;
}

Findings look_at_agent(const Machine& machine, const config::Configuration& configuration) {
  if (machine.agent_missing.empty()) return {};
  if (fs::is_directory(machine.at(configuration.runtime_dir)))
    return {wrong("No agent answers: " + machine.agent_missing,
                  "See `systemctl status marlin-agent`; without rights to ask, run `sudo marlin-agent doctor`")};
  return {wrong("The agent is not running: there is no directory " + configuration.runtime_dir,
                "Run `sudo systemctl enable --now marlin-agent`; its status shows an error in the configuration")};
}

Findings look_at_rights(const Machine& machine, const config::Configuration&) {
  Findings findings;
  if (!has_user(machine, kUser)) {
    findings.push_back(wrong("The system user marlin-agent does not exist, so the service cannot run",
                             "Install the package again: `sudo apt install --reinstall marlin-agent`"));
  } else if (!is_member(machine, kUser, kGroup)) {
    findings.push_back(wrong("The system user marlin-agent is not in the group dialout",
                             "Run `sudo adduser marlin-agent dialout && sudo systemctl restart marlin-agent`"));
  }
  if (machine.user != "root" && machine.user != kUser && !is_member(machine, machine.user, kGroup)) {
    findings.push_back(wrong("The user " + machine.user +
                                 " is not in the group dialout, so a host program of this user "
                                 "cannot open the agent's ports",
                             "Run `sudo adduser " + machine.user + " dialout` and log in again"));
  }
  return findings;
}

// While the agent answers, the listener is the agent.
Findings look_at_web(const Machine& machine, const config::Configuration& configuration) {
  if (machine.agent_missing.empty()) return {};
  Findings findings;
  for (const std::string& address : configuration.listen) {
    if (!is_listened_on(machine, hex_port(address))) continue;
    findings.push_back(wrong("Another program listens on " + address + ", where the agent serves its metrics",
                             "End that program (`sudo ss -ltnp` names it), or change listen in [web]"));
  }
  return findings;
}

Findings look_at_clock(const Machine& machine, const config::Configuration&) {
  const char* cure =
      "Connect the network and run `sudo timedatectl set-ntp true`; a Pi has no clock that runs while it "
      "is off";
  if (machine.now < kYear2024) return {wrong("The clock is before the year 2024, so prints get wrong times", cure)};
  if (!machine.is_clock_set) return {wrong("The clock is not synchronised", cure)};
  return {};
}

Findings look_at_store(const Machine& machine, const config::Configuration& configuration) {
  const std::string& dir = configuration.state_dir;
  std::error_code error;
  const auto kind = fs::status(machine.at(dir), error).type();
  if (kind == fs::file_type::not_found) {
    return {wrong("The directory " + dir + " for the history of prints does not exist",
                  "Start the service, which makes it: `sudo systemctl restart marlin-agent`")};
  }
  const fs::path file = machine.at(dir) / "history.db";
  const auto text = read_file(file);
  if (text && !text->empty() && !text->starts_with("SQLite format 3"))
    return {wrong("The history " + dir + "/history.db is damaged",
                  "Run `sudo systemctl restart marlin-agent`: it sets the file aside and begins another")};
  const bool is_there = fs::exists(file, error);
  if (error || (is_there && !text))
    return {{Finding::Grade::kUnknown, "This user may not read " + dir, "Run `sudo marlin-agent doctor`"}};
  return {};
}

Findings look_at_disk(const Machine& machine, const config::Configuration& configuration) {
  const std::uint64_t free = machine.free_bytes(machine.at(configuration.state_dir));
  if (free >= kLeastFree) return {};
  return {wrong("Only " + megabytes(free) + " are free where " + configuration.state_dir + " is",
                "Delete files, for example old time-lapses and G-code; `sudo apt clean` frees some immediately")};
}

Findings look_at_power(const Machine& machine, const config::Configuration&) {
  const unsigned bits = throttled(machine);
  const char* cure = "Use a power supply made for this Pi and a short cable; power USB devices by a hub of their own";
  if ((bits & kVoltageIsLow) != 0 || voltage_alarm(machine))
    return {wrong("The Pi's supply voltage is too low now, which ends prints", cure)};
  if ((bits & kVoltageWasLow) != 0) return {wrong("The Pi's supply voltage was too low since its start", cure)};
  return {};
}

// Low voltage makes it slow too.
Findings look_at_heat(const Machine& machine, const config::Configuration&) {
  const unsigned bits = throttled(machine);
  const int temperature = processor_temperature(machine);
  if (temperature < kHotMillidegrees && ((bits & kIsSlow) == 0 || (bits & kVoltageIsLow) != 0)) return {};
  const std::string value = temperature > 0 ? " (" + std::to_string(temperature / 1000) + " C)" : "";
  return {wrong("The processor is too hot now" + value + ", so it runs slower, which makes prints stutter",
                "Give it a heat sink or a fan, and end programs that load it (`top` lists them)")};
}

}  // namespace agent::doctor
