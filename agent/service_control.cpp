// The service's side of the control socket: status from the published snapshots on the control thread, orders on the I/O
// thread, one after another.
#include "agent/build_info.h"
#include "agent/clock.h"
#include "agent/service.h"
#include "agent/status_json.h"

#include <boost/asio/post.hpp>

namespace agent {

// Without its socket the agent still holds the printers, so a failure is logged and no more; the next reload tries again.
void Service::start_control(const std::string& runtime_dir) {
  if (control_) return;
  if (control_dir_.empty()) control_dir_ = runtime_dir;
  const auto status = [this, began = monotonic_now()](const ControlRequest& request) {
    const gcode::Time now = monotonic_now();
    return status_line(request, board_, build_info(), now, now - began);
  };
  const auto obey = [this](const ControlRequest& request, ControlServer::Answered answered) {
    boost::asio::post(io_, [this, request, answered = std::move(answered)] { control(request, answered); });
  };
  auto control = std::make_unique<ControlServer>(control_dir_ + '/' + std::string(kControlSocketName),
                                                 ControlServer::Callbacks{status, obey});
  if (const auto fault = control->start())
    return log_.error("", *fault + "; status, release, attach and reset cannot reach this agent");
  control_ = std::move(control);
}

void Service::control(const ControlRequest& request, const ControlServer::Answered& answered) {
  std::vector<std::string> names;
  for (const auto& link : links_) {
    names.push_back(link->configuration().name);
    if (names.back() != request.printer) continue;
    switch (request.verb) {
      case ControlVerb::kRelease: return answered(link->release(request));
      case ControlVerb::kAttach: return link->attach(answered);
      case ControlVerb::kReset: return answered(link->reset(request));
      case ControlVerb::kStatus:
      case ControlVerb::kCount: break;
    }
  }
  answered(unknown_printer(request.printer, names));
}

}  // namespace agent
