// How a printer's device is opened: the checks before, the attempts, and the answer to an owner who waits.
#include <unistd.h>

#include "agent/link/printer_link.h"
#include "agent/process/clock.h"
#include "transport/usb_finder.h"

namespace agent::link {
namespace {

// Checking whether a path exists is one cheap system call, so a plugged-in printer is found within half a second.
constexpr gcode::line::Time kPathPoll = std::chrono::milliseconds(500);

std::string times(std::uint64_t count) { return count > 1 ? " (" + std::to_string(count) + " times)" : ""; }

}  // namespace

void PrinterLink::use_device(const std::string& path) {
  if (stopped_ || device_.is_open()) return;
  if (path.empty()) return lack_device();
  if (path == configuration_.device) return;
  configuration_.device = path;
  cancel_opening();
  open_faults_.over();
  retry_timer_.after(retry_.next());
  publish(process::monotonic_now());
}

void PrinterLink::lack_device() {
  cancel_opening();
  configuration_.device.clear();
  path_was_there_ = false;
  try_to_open();  // sets open_fault_
  if (open_faults_.is_new(process::monotonic_now(), open_fault_)) log_.info(configuration_.name, open_fault_);
  publish(process::monotonic_now());
}

void PrinterLink::try_to_open() {
  if (configuration_.device.empty()) {
    open_fault_ = "no USB device matches " + config::rule_text(configuration_.usb) +
                  " (is the printer plugged in and switched on?)";
    return attempt_is_over({});
  }
  const bool there = ::access(configuration_.device.c_str(), F_OK) == 0;
  if (there != std::exchange(path_was_there_, there)) retry_.reset();
  if (!there) return open();  // fails with the reason
  gate_.ask(configuration_.device, [this](const std::string& fault) {
    if (fault.empty()) return open();
    open_failed(fault);
    retry_timer_.after(retry_.next());
    publish(process::monotonic_now());
    attempt_is_over({});
  });
}

void PrinterLink::open() {
  if (const auto failure = device_.open(configuration_.device, configuration_.baud)) {
    open_failed(failure->sentence + "; trying again");
    open_fault_ = failure->sentence;
    retry_timer_.after(path_was_there_ ? retry_.next() : kPathPoll);
  } else {
    opened();
  }
  attempt_is_over({});
}

void PrinterLink::cancel_opening() {
  retry_timer_.cancel();
  gate_.cancel();
  attempt_is_over({control::ControlCode::kUnavailable,
                   configuration_.name + ": cancelled by a later command or by the end of the agent"});
}

// `otherwise`: the answer for an attempt that was cancelled.
void PrinterLink::attempt_is_over(const control::ControlAnswer& otherwise) {
  if (attaching_.empty()) return;
  control::ControlAnswer answer = otherwise;
  if (answer.is_ok() && device_.is_open()) {
    answer.message =
        configuration_.name + ": holds " + configuration_.device + " again; opening it resets most printers once";
  } else if (answer.is_ok()) {
    answer = {control::ControlCode::kDevice, configuration_.name + ": " + open_fault_};
    if (open_fault_.find("; waiting until ") == std::string::npos)
      answer.message += "; trying again until it can be opened";
  }
  for (const Answered& answered : std::exchange(attaching_, {})) answered(answer);
}

void PrinterLink::retry() {
  if (stopped_ || released_ || gate_.is_asking()) return;
  if (device_.is_open()) return publish_host_port();
  try_to_open();
}

void PrinterLink::open_failed(const std::string& sentence) {
  open_fault_ = sentence;
  if (open_faults_.is_new(process::monotonic_now(), sentence)) log_.warning(configuration_.name, sentence);
}

void PrinterLink::opened() {
  open_faults_.over();
  open_fault_.clear();
  retry_.opened(process::monotonic_now());
  ++connects_;
  usb_id_ = transport::usb_id_of(configuration_.device);
  persistent_.keep_tty(device_.native_handle(), configuration_.device);
  log_.info(configuration_.name, "opened " + configuration_.device + " at " + std::to_string(configuration_.baud) +
                                     " baud, which resets most printers once");
  tap_.note("the device was opened");
  incidents_.expect_restart(process::monotonic_now());
  publish_host_port();
  if (device_.is_open()) bridge_.printer_opened();
  publish(process::monotonic_now());
}

void PrinterLink::publish_host_port() {
  if (const auto failure = host_port_.publish(runtime_dir_, configuration_.name)) {
    const std::uint64_t count = host_port_faults_.occurred(process::monotonic_now());
    if (count > 0)
      log_.error(configuration_.name, "no host port: " + failure->sentence + times(count) + "; trying again");
    return retry_timer_.after(RetryDelay::kLongest);
  }
  host_port_faults_.over();
  log_.info(configuration_.name, "host port ready: enter " + host_port_.link().string() +
                                     " as the port in OctoPrint or another host program");
  bridge_.host_port_published();
}

}  // namespace agent::link
