#include "agent/config/config_values.h"

#include <catch2/catch.hpp>

#include <array>

namespace {

TEST_CASE("a printer's name must be usable as a file name") {
  for (const char* name : {"mk3s", "MK3S_2", "a", "9", "_x", "left-one.2"}) CHECK(agent::config::is_printer_name(name));
  for (const char* name : {"", ".", "..", ".hidden", "-rf", "a/b", "a b", "\xC3\xA4", "a\n"}) {
    INFO(name);
    CHECK_FALSE(agent::config::is_printer_name(name));
  }
  for (const char* name : {"control.sock", "pts"})  // they are in the directory of the host ports
    CHECK_FALSE(agent::config::is_printer_name(name));
  CHECK(agent::config::is_printer_name("pts2"));
  CHECK_FALSE(agent::config::is_printer_name(std::string(65, 'a')));
}

TEST_CASE("a listen address has a port, and an optional host of any family") {
  for (const char* a :
       {":11520", "127.0.0.1:0", "[::1]:65535", "[fe80::1%eth0]:80", "raspberrypi.local:80", "0.0.0.0:1"}) {
    INFO(a);
    CHECK(agent::config::is_listen_address(a));
  }
  for (const char* a :
       {"", "11520", ":", ":x", ":65536", "::1:80", "[]:80", "a b:80", "http://x:80", ":-1", ":+1", ": 1"}) {
    INFO(a);
    CHECK_FALSE(agent::config::is_listen_address(a));
  }
}

TEST_CASE("a telemetry path is valid in a request line and hides no other page") {
  for (const char* p : {"/metrics", "/a/b", "/probe-1"}) CHECK(agent::config::is_telemetry_path(p));
  for (const char* p : {"", "/", "metrics", "/healthz", "/a b", "/a?b", "/<a>", "/\xFF", "/a#"})
    CHECK_FALSE(agent::config::is_telemetry_path(p));
}

TEST_CASE("the nearest word is suggested only if it is similar enough") {
  const std::array<std::string_view, 3> known{"device", "baud", "interval"};
  CHECK(agent::config::nearest("devcie", known) == "device");
  CHECK(agent::config::nearest("bauds", known) == "baud");
  CHECK(agent::config::nearest("Baud", known) == "baud");
  CHECK(agent::config::nearest("temperature", known).empty());
  CHECK(agent::config::nearest(std::string(100'000, 'x'), known).empty());
}

}  // namespace
