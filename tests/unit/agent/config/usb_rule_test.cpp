#include "agent/config/usb_rule.h"

#include <catch2/catch.hpp>

using agent::config::matches;
using agent::config::UsbRule;

namespace {

const transport::UsbDevice kAdapter{"1-1.2", 0x1a86, 0x7523, "0001", "", "USB2.0-Serial", {"/dev/ttyUSB0"}};

UsbRule rule(std::optional<std::pair<std::uint16_t, std::uint16_t>> id, std::string serial = "",
             std::string port = "") {
  return {id, std::move(serial), std::move(port)};
}

}  // namespace

TEST_CASE("every key of a rule has to match, omitted keys match anything") {
  CHECK(matches(rule({{0x1a86, 0x7523}}), kAdapter));
  CHECK(matches(rule({}, "0001"), kAdapter));
  CHECK(matches(rule({}, "", "1-1.2"), kAdapter));
  CHECK(matches(rule({{0x1a86, 0x7523}}, "0001", "1-1.2"), kAdapter));
  CHECK_FALSE(matches(rule({{0x1a86, 0x7522}}), kAdapter));
  CHECK_FALSE(matches(rule({}, "0002"), kAdapter));
  CHECK_FALSE(matches(rule({{0x1a86, 0x7523}}, "0001", "1-1.20"), kAdapter));
  CHECK_FALSE(matches(rule({}), kAdapter));
}

TEST_CASE("no rule matches an MMU, not even by its port") {
  const transport::UsbDevice mmu{"1-1.2", 0x2c99, 4, "CZPX1", "", "", {"/dev/ttyACM1"}};
  CHECK_FALSE(matches(rule({{0x2c99, 4}}), mmu));
  CHECK_FALSE(matches(rule({}, "CZPX1"), mmu));
  CHECK_FALSE(matches(rule({}, "", "1-1.2"), mmu));
}

TEST_CASE("a port is more specific than a serial number, and that than vendor and product numbers") {
  CHECK(narrowness(rule({}, "", "1-1")) > narrowness(rule({{1, 1}}, "x")));
  CHECK(narrowness(rule({}, "x")) > narrowness(rule({{1, 1}})));
}

TEST_CASE("a rule is printed in the syntax of the configuration file") {
  CHECK(rule_text(rule({{0x2c99, 2}}, "a\"b\\", "1-1.2")) ==
        R"(usb = "2c99:0002", serial_number = "a\"b\\", usb_port = "1-1.2")");
  CHECK(rule_text(rule({}, "x")) == R"(serial_number = "x")");
}

TEST_CASE("USB numbers are two groups of four hex digits") {
  CHECK(agent::config::parse_usb_id("2C99:000a") == std::pair<std::uint16_t, std::uint16_t>(0x2c99, 10));
  for (const char* wrong : {"", "2c99", "2c99:2", "2c99-0002", "2c99:000g", "+c99:0002", "0x2c:9900", "2c99:00002"}) {
    INFO(wrong);
    CHECK_FALSE(agent::config::parse_usb_id(wrong));
  }
}
