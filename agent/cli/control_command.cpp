#include "agent/cli/commands.h"

#include <cstdlib>
#include <filesystem>

#include <nlohmann/json.hpp>

#include "agent/control/control_client.h"
#include "agent/process/port_users_answer.h"

namespace agent::cli {
namespace {

using namespace nlohmann::literals;

int refuse(const control::ControlAnswer& answer, std::ostream& err) {
  err << "marlin-agent: " << answer.message << '\n';
  return control::exit_status(answer.code);
}

/// The program that made a pseudo-terminal may keep its other end open: that is not a user of the printer.
bool is_pseudo_terminal(const std::string& device) {
  std::error_code error;
  return std::filesystem::canonical(device, error).parent_path().filename() == "pts";  // also of a container
}

/// A program that flashes firmware takes no lock, and opening the device meanwhile would reset the board. Only the
/// calling user can see that program: the agent may not read other users' processes.
std::optional<control::ControlAnswer> still_in_use(const std::vector<std::string>& directories,
                                                   const std::string& printer) {
  control::ControlRequest question;
  question.printer = printer;
  const control::ControlReply reply = control::ask_agent(directories, question);
  if (const auto* refusal = std::get_if<control::ControlAnswer>(&reply)) return *refusal;
  const auto status = nlohmann::json::parse(std::get<std::string>(reply))["/printers/0"_json_pointer];
  if (!status.is_object() || !status.contains("released")) return std::nullopt;  // the agent will answer that
  const std::string device = status.value("device", "");
  if (is_pseudo_terminal(device)) return std::nullopt;
  const auto programs = process::programs_with_open(device);
  if (programs.empty()) return std::nullopt;
  return control::ControlAnswer{control::ControlCode::kDevice,
                                printer + ": " + device + " is in use: " + process::program_names(programs) +
                                    (programs.size() == 1 ? " has" : " have") + " it open"};
}

}  // namespace

int send_command(const CommandOptions& options, std::ostream& out, std::ostream& err) {
  const auto directories = control::control_directories(options.runtime_dir, ::getenv);
  if (options.request.verb == control::ControlVerb::kAttach) {
    if (const auto refusal = still_in_use(directories, options.request.printer)) return refuse(*refusal, err);
  }
  const control::ControlReply reply = control::ask_agent(directories, options.request);
  if (const auto* refusal = std::get_if<control::ControlAnswer>(&reply)) return refuse(*refusal, err);
  out << control::parse_control_answer(std::get<std::string>(reply))->message << '\n';
  return 0;
}

}  // namespace agent::cli
