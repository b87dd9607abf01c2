// The service's side of the control socket: status from the published snapshots on the control thread, commands on the
// I/O thread, one after another.
#include "agent/config/config_values.h"
#include "agent/daemon/service.h"
#include "agent/process/build_info.h"
#include "agent/process/clock.h"
#include "agent/status/status_json.h"

#include <boost/asio/post.hpp>
#include <stdexcept>

namespace agent::daemon {

// Without its socket the agent still holds the printers, so a failure is only logged; the next reload tries again.
void Service::start_control(const std::string& runtime_dir) {
  if (control_) return;
  if (control_dir_.empty()) control_dir_ = runtime_dir;
  const auto status = [this, began = process::monotonic_now()](const control::ControlRequest& request) {
    const gcode::line::Time now = process::monotonic_now();
    return status::status_line(request, snapshots_, process::build_info(), now, now - began);
  };
  const auto handle = [this](const control::ControlRequest& request, control::ControlServer::Answered answered) {
    boost::asio::post(io_, [this, request, answered = std::move(answered)] { control(request, answered); });
  };
  const std::string path = control_dir_ + '/' + std::string(config::kControlSocketName);
  Error fault;
  try {
    auto control = std::make_unique<control::ControlServer>(path, status, handle);
    fault = control->start();
    if (!fault) control_ = std::move(control);
  } catch (const std::runtime_error& error) {  // no descriptor or no thread
    fault = "cannot serve the control socket " + path + ": " + error.what();
  }
  if (fault) log_.error("", *fault + "; status, release, attach, reset and watch cannot reach this agent");
}

void Service::control(const control::ControlRequest& request, const control::ControlServer::Answered& answered) {
  std::vector<std::string> names;
  for (const auto& link : links_) {
    names.push_back(link->configuration().name);
    if (names.back() != request.printer) continue;
    switch (request.verb) {
      case control::ControlVerb::kRelease: return answered(link->release(request));
      case control::ControlVerb::kAttach: return link->attach(answered);
      case control::ControlVerb::kReset: return answered(link->reset(request));
      case control::ControlVerb::kWatch: return answered(link->watch());
      case control::ControlVerb::kStatus:
      case control::ControlVerb::kCount: break;
    }
  }
  answered(status::unknown_printer(request.printer, names));
}

}  // namespace agent::daemon
