#include <cstdlib>
#include <cstring>
#include <ctime>
#include <ostream>

#include <pwd.h>
#include <sys/statvfs.h>
#include <sys/timex.h>
#include <unistd.h>

#include "agent/cli/commands.h"
#include "agent/config/run_configuration.h"
#include "agent/control/control_client.h"
#include "agent/doctor/doctor.h"
#include "agent/process/port_users_answer.h"
#include "transport/device_lock.h"

namespace agent::cli {
namespace {

// The directories of the service, whoever asks.
const char* environment_of_the_service(const char* name) {
  if (std::strcmp(name, "RUNTIME_DIRECTORY") == 0) return config::kSystemRuntimeDir;
  if (std::strcmp(name, "STATE_DIRECTORY") == 0) return "/var/lib/marlin-agent";
  return nullptr;
}

std::string other_holder_of(const std::string& tty) {
  std::string holder = transport::lock_holder_of(tty);
  if (holder.empty()) holder = process::program_names(process::programs_with_open(tty));
  return holder.starts_with("marlin-agent ") ? std::string() : holder;
}

std::uint64_t free_bytes_at(std::filesystem::path path) {
  struct statvfs status {};
  while (::statvfs(path.c_str(), &status) != 0) {
    if (!path.has_relative_path()) return UINT64_MAX;
    path = path.parent_path();
  }
  return std::uint64_t{status.f_bavail} * status.f_frsize;
}

// With sudo the user who called it: this one runs host programs.
std::string user_name() {
  if (const char* caller = std::getenv("SUDO_USER")) return caller;
  const passwd* entry = ::getpwuid(::geteuid());
  return entry == nullptr ? std::to_string(::geteuid()) : entry->pw_name;
}

bool is_clock_set() {
  timex state{};
  return ::adjtimex(&state) != -1 && (state.status & STA_UNSYNC) == 0;
}

std::string why_no_agent(const std::string& runtime_dir) {
  const control::ControlReply reply = control::ask_agent({runtime_dir}, {});
  const auto* refusal = std::get_if<control::ControlAnswer>(&reply);
  // An agent that this user may not ask is running.
  return refusal == nullptr || refusal->code == control::ControlCode::kForbidden ? std::string() : refusal->message;
}

}  // namespace

int doctor(const DoctorOptions& options, std::ostream& out) {
  config::RunOptions run;
  run.config_file = options.config_file;
  run.runtime_dir = options.runtime_dir;
  run.state_dir = options.state_dir;
  doctor::Machine machine;
  auto read = config::run_configuration(run, environment_of_the_service);
  if (const auto* faults = std::get_if<std::vector<std::string>>(&read)) {
    machine.configuration_faults = *faults;
    read = config::overlay({}, run, environment_of_the_service);
  }
  const auto& configuration = std::get<config::Configuration>(read);
  machine.user = user_name();
  machine.now = static_cast<double>(std::time(nullptr));
  machine.is_clock_set = is_clock_set();
  machine.agent_missing = why_no_agent(configuration.runtime_dir);
  machine.holder = other_holder_of;
  machine.free_bytes = free_bytes_at;
  return doctor::examine(machine, configuration, out) ? 0 : 1;
}

}  // namespace agent::cli
