#include "agent/cli/order_command.h"

#include <cstdlib>
#include <filesystem>
#include <ostream>

#include <nlohmann/json.hpp>

#include "agent/control/control_client.h"
#include "agent/process/open_elsewhere.h"

namespace agent {
namespace {

using namespace nlohmann::literals;

const char* environment(const char* name) { return std::getenv(name); }

int refuse(const ControlAnswer& answer, std::ostream& err) {
  err << "marlin-agent: " << answer.message << '\n';
  return exit_status(answer.code);
}

/// Whoever made a pseudo-terminal may well keep its other end open: that is no user of the printer.
bool is_pseudo_terminal(const std::string& device) {
  std::error_code error;
  return std::filesystem::canonical(device, error).string().starts_with("/dev/pts/");
}

/// A program that flashes takes no lock, and opening the device under it would reset the board in the middle. Only who asks
/// can see it: the agent may not look at other users' processes.
std::optional<ControlAnswer> still_in_use(const std::vector<std::string>& directories, const std::string& printer) {
  ControlRequest question;
  question.printer = printer;
  const ControlReply reply = ask_agent(directories, question);
  if (const auto* refusal = std::get_if<ControlAnswer>(&reply)) return *refusal;
  const auto status = nlohmann::json::parse(std::get<std::string>(reply))["/printers/0"_json_pointer];
  if (!status.is_object() || !status.contains("released")) return std::nullopt;  // the agent will say so
  const std::string device = status.value("device", "");
  if (is_pseudo_terminal(device)) return std::nullopt;
  const auto programs = programs_with_open(device);
  if (programs.empty()) return std::nullopt;
  return ControlAnswer{ControlCode::kDevice, printer + ": " + device + " is in use: " + program_names(programs) +
                                                 (programs.size() == 1 ? " has" : " have") + " it open"};
}

}  // namespace

int give_order(const OrderOptions& options, std::ostream& out, std::ostream& err) {
  const auto directories = control_directories(options.runtime_dir, environment);
  if (options.request.verb == ControlVerb::kAttach) {
    if (const auto refusal = still_in_use(directories, options.request.printer)) return refuse(*refusal, err);
  }
  const ControlReply reply = ask_agent(directories, options.request);
  if (const auto* refusal = std::get_if<ControlAnswer>(&reply)) return refuse(*refusal, err);
  out << parse_control_answer(std::get<std::string>(reply))->message << '\n';
  return 0;
}

}  // namespace agent
