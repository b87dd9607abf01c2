#include "agent/usb/usb_plan.h"

#include <catch2/catch.hpp>

using agent::config::Configuration;
using agent::usb::UsbAssignments;
using agent::usb::UsbPlan;
using transport::UsbDevice;
using Devices = std::vector<UsbDevice>;

namespace {

UsbDevice mk3(const std::string& port, const std::string& tty, const std::string& serial = "CZPX1") {
  return {port, 0x2c99, 2, serial, "", "Original Prusa i3 MK3", {"/dev/" + tty}};
}
UsbDevice ch340(const std::string& port, const std::string& tty) {
  return {port, 0x1a86, 0x7523, "", "", "USB2.0-Serial", {"/dev/" + tty}};
}

Configuration with(const std::vector<std::pair<std::string, agent::config::UsbRule>>& printers) {
  Configuration configuration;
  for (const auto& [name, rule] : printers) {
    agent::config::PrinterConfiguration printer;
    printer.name = name;
    printer.usb = rule;
    configuration.printers.push_back(printer);
  }
  return configuration;
}

agent::config::UsbRule by_id(std::uint16_t vendor, std::uint16_t product) { return {{{vendor, product}}, "", ""}; }
agent::config::UsbRule by_port(const std::string& port) { return {{}, "", port}; }
const agent::config::UsbRule kCh340 = by_id(0x1a86, 0x7523);

// "name=/dev/tty name=" for every printer, in order.
std::string text_of(const UsbAssignments& assignments) {
  std::string text;
  for (const auto& printer : assignments.printers)
    text += (text.empty() ? "" : " ") + printer.name + "=" + printer.device;
  return text;
}

}  // namespace

TEST_CASE("without configuration every Prusa is assigned, and nothing else") {
  UsbPlan plan;
  Devices devices{mk3("1-1.1", "ttyACM0"), mk3("1-1.2", "ttyACM1", "CZPX2"), ch340("1-1.3", "ttyUSB0")};
  for (const std::uint16_t product : {3, 4}) {
    devices.push_back(mk3("1-2", "ttyACM2"));
    devices.back().product = product;
  }
  devices.push_back(mk3("1-3", "ttyACM3", "CZPX3"));
  devices.back().product = 1;
  CHECK(text_of(plan.assign({}, devices)) == "mk3-CZPX1=/dev/ttyACM0 mk3-CZPX2=/dev/ttyACM1 mk3-CZPX3=/dev/ttyACM3");
}

TEST_CASE("a printer that vanished stays a printer, and is the same at another port and with another tty") {
  UsbPlan plan;
  CHECK(text_of(plan.assign({}, {mk3("1-1.1", "ttyACM0")})) == "mk3-CZPX1=/dev/ttyACM0");
  CHECK(text_of(plan.assign({}, {})) == "mk3-CZPX1=");
  const UsbAssignments back = plan.assign({}, {mk3("1-1.4", "ttyACM7")});
  CHECK(text_of(back) == "mk3-CZPX1=/dev/ttyACM7");
  CHECK(back.port_of.at("mk3-CZPX1") == "1-1.4");
}

TEST_CASE("a device is assigned when it has its tty, not before") {
  UsbPlan plan;
  UsbDevice early = mk3("1-1.1", "ttyACM0");
  early.ttys.clear();
  CHECK(plan.assign({}, {early}).printers.empty());
  CHECK(text_of(plan.assign({}, {mk3("1-1.1", "ttyACM0")})) == "mk3-CZPX1=/dev/ttyACM0");
}

TEST_CASE("two printers with the same strings are distinguished by their ports and keep their names") {
  UsbPlan plan;
  const UsbDevice one = mk3("1-1.1", "ttyACM0"), two = mk3("1-1.2", "ttyACM1");
  CHECK(text_of(plan.assign({}, {one, two})) == "mk3-CZPX1=/dev/ttyACM0 mk3-CZPX1-usb-1-1.2=/dev/ttyACM1");
  CHECK(text_of(plan.assign({}, {two})) == "mk3-CZPX1= mk3-CZPX1-usb-1-1.2=/dev/ttyACM1");
  CHECK(text_of(plan.assign({}, {one, two})) == "mk3-CZPX1=/dev/ttyACM0 mk3-CZPX1-usb-1-1.2=/dev/ttyACM1");
  plan = {};
  const UsbDevice left = mk3("1-1.1", "ttyACM0", ""), right = mk3("1-1.2", "ttyACM1", "");
  CHECK(text_of(plan.assign({}, {left, right})) == "mk3-usb-1-1.1=/dev/ttyACM0 mk3-usb-1-1.2=/dev/ttyACM1");
  CHECK(text_of(plan.assign({}, {right})) == "mk3-usb-1-1.1= mk3-usb-1-1.2=/dev/ttyACM1");
}

TEST_CASE("of two devices for one rule the lowest port is assigned, the other is reported and left unassigned") {
  UsbPlan plan;
  const Configuration configuration = with({{"ender", kCh340}});
  const UsbAssignments assignments =
      plan.assign(configuration, {ch340("1-1.2", "ttyUSB1"), ch340("1-1.10", "ttyUSB0")});
  CHECK(text_of(assignments) == "ender=/dev/ttyUSB1");
  CHECK(assignments.unassigned == std::set<agent::usb::UnassignedDevice>{{"ender", "1-1.10", "1-1.2"}});
}

TEST_CASE("a printer in use is not replaced by one at a lower port") {
  UsbPlan plan;
  const Configuration configuration = with({{"ender", kCh340}});
  const UsbDevice high = ch340("1-1.3", "ttyUSB0"), low = ch340("1-1.1", "ttyUSB1");
  CHECK(text_of(plan.assign(configuration, {high})) == "ender=/dev/ttyUSB0");
  CHECK(text_of(plan.assign(configuration, {low, high})) == "ender=/dev/ttyUSB0");
  CHECK(text_of(plan.assign(configuration, {low})) == "ender=/dev/ttyUSB1");
}

TEST_CASE("the more specific rule gets the device, at any position in the file") {
  UsbPlan plan;
  const Configuration configuration = with({{"any", kCh340}, {"left", by_port("1-1.1")}});
  CHECK(text_of(plan.assign(configuration, {ch340("1-1.1", "ttyUSB0")})) == "any= left=/dev/ttyUSB0");
  CHECK(text_of(plan.assign(configuration, {ch340("1-1.1", "ttyUSB0"), ch340("1-1.2", "ttyUSB1")})) ==
        "any=/dev/ttyUSB1 left=/dev/ttyUSB0");
}

TEST_CASE("if printers are configured no other is assigned, unless that is switched on") {
  UsbPlan plan;
  Configuration configuration = with({{"ender", kCh340}});
  const Devices devices{mk3("1-1.1", "ttyACM0"), ch340("1-1.2", "ttyUSB0")};
  CHECK(text_of(plan.assign(configuration, devices)) == "ender=/dev/ttyUSB0");
  configuration.usb_automatic = true;
  CHECK(text_of(plan.assign(configuration, devices)) == "ender=/dev/ttyUSB0 mk3-CZPX1=/dev/ttyACM0");
  configuration.usb_automatic = false;
  CHECK(text_of(plan.assign(configuration, devices)) == "ender=/dev/ttyUSB0");
  Configuration none;
  none.usb_automatic = false;
  CHECK(plan.assign(none, devices).printers.empty());
}

TEST_CASE("a device behind a printer's fixed path is not assigned to another printer") {
  UsbPlan plan;
  Configuration configuration;
  configuration.usb_automatic = true;
  CHECK(plan.assign(configuration, {mk3("1-1.1", "ttyACM0")}, {"/dev/ttyACM0"}).printers.empty());
}

TEST_CASE("automatic printers use [defaults], and follow changes of them") {
  UsbPlan plan;
  Configuration configuration;
  configuration.defaults.baud = 250000;
  const Devices devices{mk3("1-1.1", "ttyACM0")};
  CHECK(plan.assign(configuration, devices).printers.at(0).baud == 250000);
  configuration.defaults.relay.poll = false;
  CHECK_FALSE(plan.assign(configuration, devices).printers.at(0).relay.poll);
}

TEST_CASE("a configured printer may have the name of an automatic one") {
  UsbPlan plan;
  Configuration configuration;
  const Devices devices{mk3("1-1.1", "ttyACM0")};
  CHECK(text_of(plan.assign(configuration, devices)) == "mk3-CZPX1=/dev/ttyACM0");
  configuration = with({{"mk3-CZPX1", by_id(0x2c99, 2)}});
  configuration.usb_automatic = true;
  CHECK(text_of(plan.assign(configuration, devices)) == "mk3-CZPX1=/dev/ttyACM0");
}

TEST_CASE("the number of printers is bounded by the process's descriptors") {
  UsbPlan plan;
  Devices devices;
  for (std::size_t i = 0; i < agent::config::kMaxPrinters + 5; ++i)
    devices.push_back(mk3("1-" + std::to_string(i + 1), "ttyACM" + std::to_string(i), std::to_string(i)));
  CHECK(plan.assign({}, devices).printers.size() == agent::config::kMaxPrinters);
}
