// The owner's commands: release, attach, reset. Each takes effect before it returns.
#include "agent/link/printer_link.h"
#include "agent/text/time_text.h"

namespace agent::link {

std::optional<std::string_view> print_under_way(const gcode::relay::LineRelay& relay) {
  const gcode::printer::PrintWatch& prints = relay.prints();
  if (!relay.printer().contact.is_open()) return std::nullopt;
  switch (relay.activity()) {
    case gcode::printer::Activity::kPaused: return "a print is paused";
    case gcode::printer::Activity::kRunning:
    case gcode::printer::Activity::kUnconfirmed:
      return prints.is_open() && prints.is_from_host() ? "a host is printing" : "a print from the SD card is running";
    case gcode::printer::Activity::kNone: break;
  }
  if (relay.host_is_binary() && relay.host_is_attached())
    return "a host sends binary lines (MeatPack) or an upload, which may be a print";
  return std::nullopt;
}

std::optional<std::string_view> print_or_its_beginning(const gcode::relay::LineRelay& relay) {
  if (const auto print = print_under_way(relay)) return print;
  if (relay.host_is_attached() && relay.printer().stream_is_open() && relay.prints().may_begin())
    return "a host begins a stream that may be a print";
  return std::nullopt;
}

bool PrinterLink::was_released_before() {
  released_ = read_release_mark(runtime_dir_, configuration_.name);
  if (released_ && released_->until && *released_->until <= process::monotonic_now()) end_release();
  if (!released_) return false;
  log_.warning(
      configuration_.name,
      "was released before this start and stays released; to take it back: marlin-agent attach " + configuration_.name);
  if (released_->until) release_timer_.at(*released_->until);
  return true;
}

std::string PrinterLink::print() const {
  if (!device_.is_open()) return {};
  return std::string(print_or_its_beginning(bridge_.relay()).value_or(""));
}

std::optional<control::ControlAnswer> PrinterLink::refuse_in_print(const control::ControlRequest& request) const {
  const auto print = print_under_way(bridge_.relay());
  if (!print || request.force) return std::nullopt;
  return control::ControlAnswer{control::ControlCode::kPrinting,
                                configuration_.name + ": " + std::string(*print) + "; --force ends it anyway"};
}

control::ControlAnswer PrinterLink::release(const control::ControlRequest& request) {
  if (auto refusal = refuse_in_print(request)) return *refusal;
  released_ = ReleaseMark{};
  if (request.duration) released_->until = process::monotonic_now() + *request.duration;
  cancel_opening();
  release_timer_.cancel();
  if (device_.is_open()) close(snapshot::DisconnectReason::kReleased);
  open_fault_.clear();
  publish(process::monotonic_now());
  if (request.duration) release_timer_.at(*released_->until);
  const std::string end = request.duration ? "for " + text::duration_text(*request.duration)
                                           : "until marlin-agent attach " + configuration_.name;
  log_.info(configuration_.name, "released " + configuration_.device + ' ' + end);
  if (!write_release_mark(runtime_dir_, configuration_.name, *released_)) {
    log_.warning(configuration_.name,
                 "cannot record the release in " + runtime_dir_ + ": a restart of the agent would end it");
  }
  return {control::ControlCode::kDone, configuration_.name + ": " + configuration_.device + " is free " + end};
}

void PrinterLink::attach(Answered answered) {
  if (!released_) return answered({control::ControlCode::kState, configuration_.name + " is not released"});
  end_release();
  log_.info(configuration_.name, "taken back");
  retry_.reset();
  attaching_.push_back(std::move(answered));
  try_to_open();
  publish(process::monotonic_now());
}

void PrinterLink::end_release() {
  released_.reset();
  release_timer_.cancel();
  remove_release_mark(runtime_dir_, configuration_.name);
}

void PrinterLink::release_is_over() {
  if (stopped_ || !released_ || !released_->until || process::monotonic_now() < *released_->until) return;
  attach([](const control::ControlAnswer&) {});
}

control::ControlAnswer PrinterLink::reset(const control::ControlRequest& request) {
  const std::string& name = configuration_.name;
  if (released_)
    return {control::ControlCode::kState, name + " is released; to take it back: marlin-agent attach " + name};
  if (!device_.is_open()) {
    return {control::ControlCode::kDevice,
            name + ": " + (open_fault_.empty() ? "its device is not open" : open_fault_)};
  }
  if (auto refusal = refuse_in_print(request)) return *refusal;
  if (const auto failure = device_.reset()) return {control::ControlCode::kDevice, name + ": " + failure->sentence};
  incidents_.expect_restart(process::monotonic_now());
  log_.info(name, "reset by a pulse on DTR");
  return {control::ControlCode::kDone, name + ": was reset"};
}

}  // namespace agent::link
