#include "agent/config/configuration.h"

#include <catch2/catch.hpp>

#include "agent/usb/usb_plan.h"

namespace {

using agent::config::Configuration;

Configuration right(std::string_view toml) {
  auto result = agent::config::parse_configuration(toml);
  if (const auto* errors = std::get_if<std::vector<agent::text::Fault>>(&result)) {
    for (const auto& e : *errors) UNSCOPED_INFO(agent::text::describe(e, "file"));
  }
  REQUIRE(std::holds_alternative<Configuration>(result));
  return std::get<Configuration>(result);
}

// The first error message.
std::string wrong(std::string_view toml) {
  const auto result = agent::config::parse_configuration(toml);
  REQUIRE(std::holds_alternative<std::vector<agent::text::Fault>>(result));
  return agent::text::describe(std::get<std::vector<agent::text::Fault>>(result).front(), "f");
}

TEST_CASE("a printer can be named by USB instead of a path, by any of three keys") {
  const Configuration c = right("[printer.a]\nusb='1A86:7523'\nusb_port='1-1.2'\n[printer.b]\nserial_number='CZPX1'\n");
  CHECK(c.printers[0].device.empty());
  CHECK(rule_text(c.printers[0].usb) == R"(usb = "1a86:7523", usb_port = "1-1.2")");
  CHECK(rule_text(c.printers[1].usb) == R"(serial_number = "CZPX1")");
}

TEST_CASE("invalid USB keys are reported with their place and the expected value") {
  CHECK(
      wrong("[printer.a]\nusb='1a86'") ==
      "f:2:5: printer.a.usb: expected vendor and product in hex such as \"2c99:0002\" (see marlin-agent list), found \"1a86\"");
  CHECK(wrong("[printer.a]\nusb_port='usb1'") ==
        "f:2:10: printer.a.usb_port: expected a USB port such as \"1-1.2\" (see marlin-agent list), found \"usb1\"");
  CHECK(
      wrong("[printer.a]\nserial_number=''") ==
      "f:2:15: printer.a.serial_number: expected the USB serial number, 1 to 126 printable ASCII characters, found \"\"");
  CHECK(wrong("[printer.a]\nserial_number=\"\\u0085\"").find("expected the USB serial number") != std::string::npos);
  CHECK(wrong("[printer.a]\nserial='x'").find("did you mean") == std::string::npos);
  CHECK(wrong("[printer.a]\ndevice='/dev/a'\nusb_prot='1-1'").ends_with("unknown key, did you mean \"usb_port\"?"));
  CHECK(wrong("[printer.a]\nusb='2c99:0004'") == "f:2:5: printer.a.usb: is the Prusa MMU2, which is not a printer");
  CHECK(wrong("[printer.a]\nusb=1").starts_with("f:2:5: printer.a.usb: expected vendor"));
}

TEST_CASE("a printer has either a path or USB keys") {
  CHECK(
      wrong("[printer.a]\nusb_port='1-1'\ndevice='/dev/a'") ==
      "f:2:10: printer.a.usb_port: cannot be combined with \"device\": a printer is found by its path or by USB, not by both");
  CHECK(
      wrong("[printer.a]\n") ==
      "f:1:1: printer.a: expected a key \"device\", such as device = \"/dev/ttyACM0\", or \"usb\", \"serial_number\" or \"usb_port\"");
}

TEST_CASE("two printers cannot have the same rule") {
  CHECK(wrong("[printer.a]\nusb='1a86:7523'\n[printer.b]\nusb='1A86:7523'") ==
        "f:3:1: printer.b: usb = \"1a86:7523\" finds the device of printer.a already; add a usb_port to both");
}

TEST_CASE("every Prusa is taken if no printer is configured, or if the file enables it") {
  CHECK(agent::usb::takes_automatically(right("")));
  CHECK_FALSE(agent::usb::takes_automatically(right("[printer.a]\nusb='1a86:7523'")));
  CHECK(agent::usb::takes_automatically(right("[usb]\nautomatic=true\n[printer.a]\nusb='1a86:7523'")));
  CHECK_FALSE(agent::usb::takes_automatically(right("[usb]\nautomatic='off'")));
  CHECK(wrong("[usb]\nautomatic=1").starts_with("f:2:11: usb.automatic: expected true, false"));
  CHECK(wrong("[usb]\nauto=true").starts_with("f:2:1: usb.auto: unknown key"));
}

}  // namespace
