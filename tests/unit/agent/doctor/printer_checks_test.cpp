#include <catch2/catch.hpp>

#include "tests/unit/agent/doctor/doctor_machine.h"

namespace {

using Catch::Contains;
using Catch::StartsWith;
using doctor_test::TestMachine;

TEST_CASE("doctor finds that no printer is plugged in, or that its device is missing") {
  TestMachine test;
  test.remove("/sys/bus/usb/devices/1-1");
  CHECK_THAT(test.found(), StartsWith("wrong    USB: No printer that the agent takes by itself"));
  test.configuration.printers.push_back({"uart", "/dev/ttyAMA0", {}, 115200, 0, {}});
  CHECK_THAT(test.found(), StartsWith("wrong    USB: The device /dev/ttyAMA0 of the printer uart does not exist"));
  test.write("/dev/ttyAMA0", "");
  CHECK(test.found().empty());
}

TEST_CASE("doctor finds a printer without a serial port") {
  TestMachine test;
  test.remove("/sys/bus/usb/devices/1-1/1-1:1.0");
  CHECK_THAT(test.found(),
             StartsWith("wrong    USB: The kernel has no serial port for Original Prusa i3 MK3 (2c99:0002) on "
                        "USB port 1-1"));
}

TEST_CASE("doctor finds a driver that is not loaded") {
  TestMachine test;
  test.write("/proc/devices", "188 ttyUSB\n");
  CHECK_THAT(test.found(), StartsWith("wrong    drivers: The kernel module cdc_acm is not loaded") &&
                               Contains("sudo modprobe cdc_acm"));
  test.write("/proc/devices", "166 ttyACM\n");
  CHECK_THAT(test.found(), StartsWith("wrong    drivers: The kernel module usbserial is not loaded"));
}

TEST_CASE("doctor finds a udev rule that is missing or not applied") {
  TestMachine test;
  test.write("/etc/group", "dialout:x:" + TestMachine::own_group() + ":pi,marlin-agent\n");
  CHECK_THAT(test.found(),
             StartsWith("wrong    udev: The udev rule is not applied: /dev/ttyACM0 belongs to the group dialout"));
  test.remove("/dev/ttyACM0");
  CHECK_THAT(test.found(), StartsWith("wrong    udev: /dev/ttyACM0 of Original Prusa i3 MK3"));
  test.remove("/usr/lib/udev");
  CHECK_THAT(test.found(), StartsWith("wrong    udev: The udev rule 60-marlin-agent.rules is missing"));
}

TEST_CASE("doctor finds a program that has the printer's port open") {
  TestMachine test;
  test.machine.holder = [](const std::string& tty) { return tty == "/dev/ttyACM0" ? "pronsole (process 812)" : ""; };
  CHECK_THAT(test.found(), StartsWith("wrong    ports: /dev/ttyACM0 is open in pronsole (process 812)"));
}

}  // namespace
