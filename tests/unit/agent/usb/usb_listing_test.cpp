#include "agent/usb/usb_listing.h"

#include <catch2/catch.hpp>

#include <nlohmann/json.hpp>

namespace {

using agent::config::Configuration;
using agent::usb::ListedDevice;
using agent::usb::listing_json;
using agent::usb::listing_text;
using transport::UsbDevice;

const UsbDevice kPrusa{"1-1.1", 0x2c99, 2, "CZPX1", "Prusa", "Original Prusa i3 MK3", {"/dev/ttyACM0"}};
const UsbDevice kMmu{"1-1.2", 0x2c99, 4, "CZPX2", "Prusa", "Original Prusa MMU2", {"/dev/ttyACM1"}};
const UsbDevice kCh340{"1-1.3", 0x1a86, 0x7523, "", "", "USB2.0-Serial", {"/dev/ttyUSB0"}};
const UsbDevice kCamera{"1-1.4", 0x046d, 0x0825, "x", "", "Webcam", {}};

struct Machine {
  std::string holder;
  transport::DeviceAccess access{true, true, "dialout"};

  [[nodiscard]] std::vector<ListedDevice> list(const Configuration& configuration,
                                               const std::vector<UsbDevice>& devices) const {
    return agent::usb::list_devices(configuration, devices, [](const std::string& path) { return path; },
                                    {[this](const auto&) { return holder; }, [this](const auto&) { return access; }});
  }
};

Configuration one(const std::string& name, agent::config::UsbRule rule, const std::string& device = "") {
  Configuration configuration;
  agent::config::PrinterConfiguration printer;
  printer.name = name;
  printer.usb = std::move(rule);
  printer.device = device;
  configuration.printers.push_back(printer);
  return configuration;
}

TEST_CASE("a Prusa is used automatically, an MMU never, an adapter with a section to paste") {
  const std::string text = listing_text(Machine().list({}, {kPrusa, kMmu, kCh340, kCamera}));
  CHECK(text ==
        "/dev/ttyACM0  Original Prusa i3 MK3  2c99:0002  USB port 1-1.1  serial number CZPX1\n"
        "    printer mk3-CZPX1: every Prusa is taken (automatic, in [usb])\n"
        "    held by no program, as far as this user can see\n"
        "\n"
        "/dev/ttyACM1  Original Prusa MMU2  2c99:0004  USB port 1-1.2  serial number CZPX2\n"
        "    never taken: the Prusa MMU2 is not a printer\n"
        "    held by no program, as far as this user can see\n"
        "\n"
        "/dev/ttyUSB0  USB2.0-Serial  1a86:7523  USB port 1-1.3  no serial number\n"
        "    not taken. If it is a printer, add to /etc/marlin-agent/marlin-agent.toml:\n"
        "        [printer.my-printer]\n"
        "        usb = \"1a86:7523\"\n"
        "        usb_port = \"1-1.3\"\n"
        "    held by no program, as far as this user can see\n");
  CHECK(listing_text({}).find("switched on") != std::string::npos);
}

TEST_CASE("the port to enter in a host program is listed") {
  Configuration configuration;
  configuration.runtime_dir = "/run/marlin-agent";
  const auto listing = Machine().list(configuration, {kPrusa, kCh340});
  CHECK(listing[0].host_port == "/run/marlin-agent/mk3-CZPX1");
  CHECK(listing[1].host_port.empty());
  CHECK(listing_text(listing).find(
            "    host programs (OctoPrint, Printrun ...): enter the port /run/marlin-agent/mk3-CZPX1\n") !=
        std::string::npos);
  const auto json = nlohmann::json::parse(listing_json(listing));
  CHECK(json["devices"][0]["host_port"] == "/run/marlin-agent/mk3-CZPX1");
  CHECK_FALSE(json["devices"][1].contains("host_port"));
}

TEST_CASE("the section to paste makes that device a printer, and no other") {
  UsbDevice identical = kCh340;
  identical.port = "1-1.5";
  identical.ttys = {"/dev/ttyUSB1"};
  const std::vector<UsbDevice> devices{kPrusa, kCh340, identical};
  Configuration none;
  none.usb_automatic = false;
  const auto listing = Machine().list(none, devices);
  for (const ListedDevice& listed : listing) {
    const auto parsed = agent::config::parse_configuration(snippet_for(listed.device, listing));
    REQUIRE(std::holds_alternative<Configuration>(parsed));
    for (const ListedDevice& again : Machine().list(std::get<Configuration>(parsed), devices)) {
      CHECK((again.printer == "my-printer") == (again.device.port == listed.device.port));
    }
  }
  CHECK(snippet_for(kPrusa, listing).find("serial_number = \"CZPX1\"") != std::string::npos);
}

TEST_CASE("the rule is named: a path, USB keys, and the printer that has another identical one") {
  CHECK(Machine().list(one("a", {}, "/dev/ttyUSB0"), {kCh340})[0].rule == "device = \"/dev/ttyUSB0\" in [printer.a]");
  UsbDevice identical = kCh340;
  identical.port = "1-1.5";
  const auto listing = Machine().list(one("a", {{{0x1a86, 0x7523}}, "", ""}), {kCh340, identical});
  CHECK(listing[0].rule == "usb = \"1a86:7523\" in [printer.a]");
  CHECK(listing[0].printer == "a");
  CHECK(listing[1].printer.empty());
  CHECK(listing_text(listing).find("not used: printer a uses another device like it") != std::string::npos);
}

TEST_CASE("the holder of a device and missing permissions of this user are shown") {
  Machine machine{"octoprint (process 812)", {true, false, "dialout"}};
  std::string text = listing_text(machine.list({}, {kPrusa}));
  CHECK(text.find("held by octoprint (process 812)\n") != std::string::npos);
  CHECK(text.find("join group dialout") != std::string::npos);
  machine.access.group = "marlin-agent";
  CHECK(listing_text(machine.list({}, {kPrusa})).find("reserved for the agent's service") != std::string::npos);
  machine.access = {};
  CHECK(listing_text(machine.list({}, {kPrusa})).find("/dev/ttyACM0 does not exist (yet)") != std::string::npos);
}

TEST_CASE("a board of the table without a tty is shown as not usable, other devices without one are not shown") {
  UsbDevice early = kPrusa;
  early.ttys.clear();
  const auto listing = Machine().list({}, {early, kCamera});
  REQUIRE(listing.size() == 1);
  CHECK(listing_text(listing).find("(no tty)") == 0);
  CHECK(listing_text(listing).find("not usable") != std::string::npos);
}

TEST_CASE("the same is available as JSON, for any device strings") {
  UsbDevice wild = kCh340;
  wild.model = "\x1b[31m\xff\"";
  Machine machine{"octoprint (process 812)", {true, false, "dialout"}};
  const auto listing = machine.list({}, {kPrusa, wild});
  const auto json = nlohmann::json::parse(listing_json(listing));
  CHECK(json["devices"][0]["printer"] == "mk3-CZPX1");
  CHECK(json["devices"][0]["use"] == "automatic");
  CHECK(json["devices"][0]["held_by"] == "octoprint (process 812)");
  CHECK_FALSE(json["devices"][0].contains("configuration"));
  CHECK(json["devices"][1]["configuration"] == snippet_for(wild, listing));
  CHECK(json["devices"][1]["accessible"] == false);
  CHECK(listing_text(listing).find('\x1b') == std::string::npos);
}

}  // namespace
