#include "agent/daemon/reload_plan.h"

#include <algorithm>
#include <filesystem>

namespace agent::daemon {
namespace {

template <class Printers>
auto find_name(Printers& printers, const std::string& name) {
  return std::find_if(printers.begin(), printers.end(), [&](const auto& printer) { return printer.name == name; });
}

bool is_same_path(const std::string& a, const std::string& b) {
  if (a.empty() || b.empty()) return false;
  if (a == b) return true;
  std::error_code error_a, error_b;
  const auto real_a = std::filesystem::canonical(a, error_a), real_b = std::filesystem::canonical(b, error_b);
  return !error_a && !error_b && real_a == real_b;
}

bool is_same_device(const config::PrinterConfiguration& a, const config::PrinterConfiguration& b) {
  return (!a.usb.is_empty() && a.usb == b.usb) || is_same_path(a.device, b.device);
}

bool is_current(const std::vector<CurrentPrinter>& current, const std::string& name) {
  return std::any_of(current.begin(), current.end(), [&](const auto& c) { return c.configuration.name == name; });
}

/// The new name of `old`, which is not in `wanted`: a printer with the same device that does not exist yet.
auto find_renamed(std::vector<config::PrinterConfiguration>& wanted, const std::vector<CurrentPrinter>& current,
                  const config::PrinterConfiguration& old) {
  return std::find_if(wanted.begin(), wanted.end(), [&](const auto& printer) {
    return !is_current(current, printer.name) && is_same_device(printer, old);
  });
}

std::string what_changes(const config::PrinterConfiguration& old, const config::PrinterConfiguration& next) {
  std::string out;
  const auto add = [&](const std::string& part) { out += (out.empty() ? "" : " and ") + part; };
  if (old.usb != next.usb)
    add(next.usb.is_empty() ? "the device " + next.device : "the USB rule " + config::rule_text(next.usb));
  else if (next.usb.is_empty() && !is_same_path(old.device, next.device)) add("the device " + next.device);
  if (old.baud != next.baud) add("the speed " + std::to_string(next.baud) + " baud");
  return out;
}

/// The line stays; settings that need no new opening change immediately.
config::PrinterConfiguration kept(const config::PrinterConfiguration& old, const config::PrinterConfiguration& next) {
  config::PrinterConfiguration out = old;
  out.relay = next.relay;
  out.black_box_bytes = next.black_box_bytes;
  return out;
}

std::string until_its_end(const std::string& print) { return " waits for the end of the print: " + print; }

void hold(const CurrentPrinter& held, const std::vector<CurrentPrinter>& current, ReloadPlan& plan) {
  const config::PrinterConfiguration& old = held.configuration;
  if (const auto next = find_name(plan.printers, old.name); next != plan.printers.end()) {
    if (is_same_line(*next, old)) return;
    plan.pending.push_back({old.name, what_changes(old, *next) + until_its_end(held.print)});
    *next = kept(old, *next);
  } else if (const auto renamed = find_renamed(plan.printers, current, old); renamed != plan.printers.end()) {
    plan.pending.push_back({old.name, "the new name " + renamed->name + until_its_end(held.print)});
    *renamed = kept(old, *renamed);
  } else {
    plan.pending.push_back({old.name, "its removal" + until_its_end(held.print)});
    plan.printers.push_back(old);
  }
}

/// The printer that wants the device of `holder`, which has to stay, keeps its own device, or waits if it has none.
/// Returns its name.
std::optional<std::string> leave_device_to(const config::PrinterConfiguration& holder,
                                           const std::vector<CurrentPrinter>& current, ReloadPlan& plan) {
  const auto rival = std::find_if(plan.printers.begin(), plan.printers.end(), [&](const auto& printer) {
    return printer.name != holder.name && is_same_path(printer.device, holder.device);
  });
  if (rival == plan.printers.end()) return std::nullopt;
  const std::string name = rival->name;
  plan.pending.push_back({name, "the device " + rival->device + " waits until " + holder.name + " no longer has it"});
  const auto old =
      std::find_if(current.begin(), current.end(), [&](const auto& c) { return c.configuration.name == name; });
  if (old == current.end() || is_same_path(old->configuration.device, holder.device)) plan.printers.erase(rival);
  else *rival = kept(old->configuration, *rival);
  return name;
}

bool has_content(const std::string& text) {
  bool comment = false;
  for (const char c : text) {
    if (c == '\n') comment = false;
    else if (c == '#') comment = true;
    else if (!comment && c != ' ' && c != '\t' && c != '\r') return true;
  }
  return false;
}

}  // namespace

bool is_same_line(const config::PrinterConfiguration& a, const config::PrinterConfiguration& b) {
  return a.usb == b.usb && a.baud == b.baud && (!a.usb.is_empty() || is_same_path(a.device, b.device));
}

ReloadPlan plan_reload(const std::vector<CurrentPrinter>& current, std::vector<config::PrinterConfiguration> wanted) {
  ReloadPlan plan{std::move(wanted), {}};
  for (const CurrentPrinter& printer : current) {
    if (!printer.print.empty()) hold(printer, current, plan);
  }
  // A printer that keeps its device may block another one, which then keeps its device too.
  std::vector<config::PrinterConfiguration> staying;
  for (const snapshot::PendingChange& change : plan.pending)
    staying.push_back(*find_name(plan.printers, change.printer));
  while (!staying.empty()) {
    const config::PrinterConfiguration holder = staying.back();
    const auto rival = leave_device_to(holder, current, plan);
    if (!rival) staying.pop_back();
    else if (const auto it = find_name(plan.printers, *rival); it != plan.printers.end()) staying.push_back(*it);
  }
  return plan;
}

std::optional<std::string> refuse_reload(const std::vector<CurrentPrinter>& current, const config::Configuration& now,
                                         const config::Configuration& next) {
  for (const CurrentPrinter& printer : current) {
    const std::string& name = printer.configuration.name;
    const bool was_in_file = config::find_printer(now.printers, name) != nullptr;
    if (printer.print.empty() || !was_in_file || config::find_printer(next.printers, name) != nullptr) continue;
    auto wanted = next.printers;
    if (find_renamed(wanted, current, printer.configuration) != wanted.end()) continue;
    return std::string("the new file has no [printer.")
        .append(name)
        .append("], which is printing (")
        .append(printer.print)
        .append("); to end the print first: marlin-agent release --force ")
        .append(name);
  }
  if (next.printers.empty() && !now.printers.empty() && !has_content(next.text)) {
    return "the new file is empty and has no [printer." + now.printers.front().name + "], which is configured";
  }
  return std::nullopt;
}

}  // namespace agent::daemon
