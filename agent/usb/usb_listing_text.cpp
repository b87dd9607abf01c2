// The listing as text for people and as JSON for programs. A device's USB strings may contain anything, so they are
// cleaned.
#include <nlohmann/json.hpp>

#include "agent/text/metrics_text.h"
#include "agent/usb/usb_listing.h"

namespace agent::usb {
namespace {

using config::BoardUse;
using nlohmann::json;
using transport::usb_id_text;
using transport::UsbDevice;

// The group that the udev rule assigns to a printer (udev/60-marlin-agent.rules).
constexpr std::string_view kAgentGroup = "marlin-agent";

BoardUse use_of(const ListedDevice& listed) { return config::use_of(listed.device.vendor, listed.device.product); }

std::string kind_of(const ListedDevice& listed) {
  if (!listed.device.model.empty()) return text::clean_text(listed.device.model);
  return listed.board != nullptr ? std::string(listed.board->name) : "unknown device";
}

std::string headline(const ListedDevice& listed) {
  std::string line;
  for (const std::string& tty : listed.device.ttys) line += (line.empty() ? "" : " ") + tty;
  if (line.empty()) line = "(no tty)";
  line += "  " + kind_of(listed) + "  " + usb_id_text(listed.device.vendor, listed.device.product) + "  USB port " +
          listed.device.port;
  line += listed.device.serial_number.empty() ? "  no serial number"
                                              : "  serial number " + text::clean_text(listed.device.serial_number);
  return line + '\n';
}

std::string indented(const std::string& text) {
  std::string out = "        ";
  for (const char c : text) {
    out += c;
    if (c == '\n') out += "        ";
  }
  out.resize(out.find_last_not_of(' ') + 1);
  return out;
}

// OctoPrint's own search and /dev/ttyACM0 do not work any more: what to enter instead.
std::string host_text(const ListedDevice& listed) {
  return listed.host_port.empty()
             ? ""
             : "    host programs (OctoPrint, Printrun ...): enter the port " + listed.host_port + '\n';
}

std::string use_text(const ListedDevice& listed, const std::vector<ListedDevice>& all) {
  if (use_of(listed) == BoardUse::kNever)
    return "    never taken: the " + std::string(listed.board->name) + " is not a printer\n";
  if (!listed.printer.empty()) return "    printer " + listed.printer + ": " + listed.rule + '\n' + host_text(listed);
  if (listed.device.ttys.empty()) return "    not usable: its driver is missing or not ready, so it has no tty\n";
  if (!listed.like.empty()) {
    return "    not used: printer " + listed.like + " uses another device like it. Distinguish them with:\n" +
           indented(snippet_for(listed.device, all));
  }
  return "    not taken. If it is a printer, add to /etc/marlin-agent/marlin-agent.toml:\n" +
         indented(snippet_for(listed.device, all));
}

std::string holder_text(const ListedDevice& listed) {
  if (listed.device.ttys.empty()) return {};
  return listed.holder.empty() ? "    held by no program, as far as this user can see\n"
                               : "    held by " + text::clean_text(listed.holder) + '\n';
}

std::string access_text(const ListedDevice& listed) {
  if (listed.device.ttys.empty() || listed.access.is_allowed || use_of(listed) == BoardUse::kNever) return {};
  if (!listed.access.is_there) return "    " + listed.device.ttys.front() + " does not exist (yet): is udev running?\n";
  if (listed.access.group == kAgentGroup)
    return "    reserved for the agent's service (group marlin-agent), so that no other program resets the printer\n";
  if (listed.access.group.empty()) return "    neither this user nor any group may open it\n";
  return "    this user may not open it: join group " + listed.access.group + " (sudo adduser $USER " +
         listed.access.group + ") and log in again\n";
}

void add(json& out, const char* key, const std::string& text) {
  if (!text.empty()) out[key] = text::clean_text(text, 512);
}

json json_of(const ListedDevice& listed, const std::vector<ListedDevice>& all) {
  const UsbDevice& device = listed.device;
  static constexpr gcode::line::Words<BoardUse> kUses{"automatic", "configured", "never"};
  json out{{"usb_port", device.port},
           {"usb", usb_id_text(device.vendor, device.product)},
           {"ttys", device.ttys},
           {"use", kUses[use_of(listed)]}};
  add(out, "serial_number", device.serial_number);
  add(out, "manufacturer", device.manufacturer);
  add(out, "model", device.model);
  if (listed.board != nullptr) out["board"] = listed.board->name;
  add(out, "printer", listed.printer);
  add(out, "rule", listed.rule);
  add(out, "host_port", listed.host_port);
  add(out, "like_that_of", listed.like);
  add(out, "held_by", listed.holder);
  if (!device.ttys.empty()) out["accessible"] = listed.access.is_allowed;
  add(out, "group", listed.access.group);
  const bool may_be_added = listed.printer.empty() && use_of(listed) != BoardUse::kNever && !device.ttys.empty();
  if (may_be_added) out["configuration"] = snippet_for(device, all);
  return out;
}

}  // namespace

std::string listing_text(const std::vector<ListedDevice>& devices) {
  if (devices.empty()) {
    return "No serial device is plugged into USB. Is the printer switched on, and its cable one that carries data?\n";
  }
  std::string out;
  for (const ListedDevice& listed : devices) {
    if (!out.empty()) out += '\n';
    out += headline(listed) + use_text(listed, devices) + holder_text(listed) + access_text(listed);
  }
  return out;
}

std::string listing_json(const std::vector<ListedDevice>& devices) {
  json list = json::array();
  for (const ListedDevice& listed : devices) list.push_back(json_of(listed, devices));
  return json{{"devices", list}}.dump(2) + '\n';
}

}  // namespace agent::usb
