#include "agent/config/usb_rule.h"

#include <catch2/catch.hpp>

#include "agent/config/config_values.h"

using agent::config::automatic_name;
using agent::config::BoardUse;
using agent::config::use_of;

namespace {

transport::UsbDevice prusa(std::string model, std::string serial, std::string port = "1-1.2") {
  return {std::move(port),  0x2c99,          2, std::move(serial), "Prusa Research (prusa3d.com)",
          std::move(model), {"/dev/ttyACM0"}};
}

}  // namespace

TEST_CASE("both product numbers of Prusa printers are automatic, the MMU's never, adapters only when configured") {
  CHECK(use_of(0x2c99, 1) == BoardUse::kAutomatic);
  CHECK(use_of(0x2c99, 2) == BoardUse::kAutomatic);
  CHECK(use_of(0x2c99, 3) == BoardUse::kNever);
  CHECK(use_of(0x2c99, 4) == BoardUse::kNever);
  for (const auto& [vendor, product] : {std::pair(0x27b1, 1), std::pair(0x1a86, 0x7523), std::pair(0x0403, 0x6001),
                                        std::pair(0x2341, 0x42), std::pair(0x2c99, 5), std::pair(0x1234, 0x5678)}) {
    CHECK(use_of(static_cast<std::uint16_t>(vendor), static_cast<std::uint16_t>(product)) == BoardUse::kConfigured);
  }
}

TEST_CASE("a row for all products of a vendor follows the rows of single products") {
  CHECK(agent::config::board_of(0x0403, 0x6001)->name == "FTDI FT232 serial adapter");
  CHECK(agent::config::board_of(0x0403, 0x6010)->name == "FTDI serial adapter");
  CHECK(agent::config::board_of(0x1234, 0x5678) == nullptr);
}

TEST_CASE("a Prusa is named by its model and serial number") {
  CHECK(automatic_name(prusa("Original Prusa i3 MK3", "CZPX0917X003XC13518")) == "mk3-CZPX0917X003XC13518");
  CHECK(automatic_name(prusa("Original Prusa i3 MK2.5", "CZPX1")) == "mk2.5-CZPX1");
  CHECK(automatic_name(prusa("Original Prusa i3 MK3S+", "CZPX1")) == "mk3splus-CZPX1");
  CHECK(automatic_name(prusa("", "CZPX1")) == "prusa-CZPX1");
  CHECK(automatic_name(prusa("Original Prusa i3 MK3", "")) == "mk3-usb-1-1.2");
  CHECK(agent::config::automatic_name_at_port(prusa("Original Prusa i3 MK3", "CZPX1")) == "mk3-CZPX1-usb-1-1.2");
  CHECK(agent::config::automatic_name_at_port(prusa("Original Prusa i3 MK3", "")) == "mk3-usb-1-1.2");
}

TEST_CASE("for any device strings the name is valid as a file name and as a label") {
  for (const std::string& text :
       {std::string("../../etc"), std::string("\xff\xfe\x01"), std::string("  "), std::string("-."),
        std::string("a/b\"c\\d"), std::string(300, '+'), std::string(300, 'x'), std::string("..."),
        std::string("Original Prusa i3"), std::string("\nname")}) {
    INFO(text);
    for (const auto& device : {prusa(text, text, "255-15.15.15.15.15.15.15"), prusa(text, ""), prusa("MK3", text)}) {
      CHECK(agent::config::is_printer_name(automatic_name(device)));
      CHECK(agent::config::is_printer_name(agent::config::automatic_name_at_port(device)));
    }
  }
}
