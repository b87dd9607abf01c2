#include <catch2/catch.hpp>

#include "tests/unit/agent/doctor/doctor_machine.h"

namespace {

using Catch::Contains;
using Catch::StartsWith;
using doctor_test::TestMachine;

TEST_CASE("doctor finds an OctoPrint that searches, or has the printer's own port, and names the port to enter") {
  TestMachine test;
  const std::string file = "/home/pi/.octoprint/config.yaml";
  for (const char* port : {"AUTO", "/dev/ttyACM0"}) {
    test.write(file, "serial:\n  autoconnect: true\n  port: " + std::string(port) + "\n");
    CHECK_THAT(test.found(),
               StartsWith("wrong    OctoPrint: " + test.machine.at(file).string() + ": serial.port is " + port) &&
                   Contains("add /run/marlin-agent/* to \"Additional serial ports\"") &&
                   Contains("the port /run/marlin-agent/mk3-CZPX1.\n"));
  }
  test.write(file, "serial:\n  autoconnect: false\n");  // asks its user each time
  CHECK(test.found().empty());
}

TEST_CASE("doctor reads the preferred connection of OctoPrint 2") {
  TestMachine test;
  test.write(
      "/home/pi/.octoprint/config.yaml",
      "printerConnection:\n  autoconnect: true\n  preferred:\n    connector: serial\n    parameters:\n"
      "      baudrate: 115200\n      port: /dev/ttyACM0\nplugins:\n  serial_connector:\n    _config_version: 2\n");
  CHECK_THAT(test.found(), Contains("printerConnection.preferred.parameters.port is /dev/ttyACM0"));
}

TEST_CASE("doctor finds a host program with the port of a printer that is not there") {
  TestMachine test;
  test.write("/home/pi/.octoprint/config.yaml", "serial:\n  port: /run/marlin-agent/mini\n");
  CHECK_THAT(test.found(), Contains("serial.port is /run/marlin-agent/mini, and there is no such port now"));
  test.machine.agent_missing = "none";  // then no port is there
  CHECK_THAT(test.found(), !Contains("OctoPrint:"));
}

TEST_CASE("doctor finds a Printrun and a PrusaLink with the printer's own port") {
  TestMachine test;
  test.write("/home/pi/.config/Printrun/pronsolerc", "set port /dev/ttyACM0\n");
  CHECK_THAT(test.found(),
             StartsWith("wrong    Printrun: ") && Contains("enter the port /run/marlin-agent/mk3-CZPX1.\n"));
  test.remove("/home/pi/.config");
  test.write("/etc/prusalink/prusalink.ini", "[http]\nport = 8080\n");
  CHECK_THAT(test.found(),
             StartsWith("wrong    PrusaLink: ") && Contains("port in [printer] is auto, which does not find"));
  test.remove("/etc/prusalink");
  CHECK(test.found().empty());
}

TEST_CASE("without any port of the agent, the configured printer's is the one to enter") {
  TestMachine test;
  test.remove("/run/marlin-agent/mk3-CZPX1");
  test.write("/home/pi/.config/Printrun/pronsolerc", "set port /dev/ttyACM0\n");
  CHECK_THAT(test.found(), Contains("enter the port /run/marlin-agent/NAME.\n"));
  test.configuration.printers.push_back({"mk3", "/dev/ttyACM0", {}, 115200, 0, {}});
  CHECK_THAT(test.found(), Contains("enter the port /run/marlin-agent/mk3.\n"));
}

}  // namespace
