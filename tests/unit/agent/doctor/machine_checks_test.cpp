#include <catch2/catch.hpp>

#include "tests/unit/agent/doctor/doctor_machine.h"

namespace {

using Catch::Contains;
using Catch::StartsWith;
using doctor_test::TestMachine;

TEST_CASE("doctor reports each error of the configuration") {
  TestMachine test;
  test.machine.configuration_faults = {"a.toml:1:1: bawd: unknown key"};
  CHECK_THAT(test.found(), StartsWith("wrong    configuration: a.toml:1:1: bawd: unknown key.\n"));
  test.machine.configuration_faults.clear();
  CHECK(test.found().empty());
}

TEST_CASE("doctor finds a service that does not run") {
  TestMachine test;
  test.machine.agent_missing = "nothing answers at /run/marlin-agent/control.sock";
  CHECK_THAT(test.found(), StartsWith("wrong    agent: No agent answers: nothing answers at /run"));
  test.remove("/run/marlin-agent");
  CHECK_THAT(test.found(),
             StartsWith("wrong    agent: The agent is not running") && Contains("systemctl enable --now"));
}

TEST_CASE("doctor finds a user who is not in dialout, of the service and of the host program") {
  TestMachine test;
  test.write("/etc/group", "dialout:x:20:pi,marlin-agent-2\nmarlin-agent:x:" + TestMachine::own_group() + ":\n");
  CHECK_THAT(test.found(), StartsWith("wrong    rights: The system user marlin-agent is not in the group dialout") &&
                               Contains("sudo adduser marlin-agent dialout"));
  test.write("/etc/group", "dialout:x:20:marlin-agent\nmarlin-agent:x:" + TestMachine::own_group() + ":pi\n");
  CHECK_THAT(test.found(), StartsWith("wrong    rights: The user pi is not in the group dialout") &&
                               Contains("sudo adduser pi dialout"));
  test.machine.user = "root";
  CHECK(test.found().empty());
  test.write("/etc/passwd", "root:x:0:0::/root:/bin/sh\n");
  CHECK_THAT(test.found(), StartsWith("wrong    rights: The system user marlin-agent does not exist"));
}

TEST_CASE("doctor finds another program on the port of the metrics, while no agent answers") {
  TestMachine test;
  test.write("/proc/net/tcp6",
             "   0: 00000000000000000000000000000000:2D00 00000000000000000000000000000000:0000 0A 0\n");
  CHECK(test.found().empty());  // the agent itself
  test.machine.agent_missing = "none";
  CHECK_THAT(test.found(), Contains("wrong    web: Another program listens on :11520"));
  test.write("/proc/net/tcp6",
             "   0: 00000000000000000000000000000000:2D00 00000000000000000000000000000000:0000 06 0\n");
  CHECK_THAT(test.found(), !Contains("web:"));  // not listening
}

TEST_CASE("doctor finds a clock that was not set") {
  TestMachine test;
  test.machine.is_clock_set = false;
  CHECK_THAT(test.found(), StartsWith("wrong    clock: The clock is not synchronised") && Contains("set-ntp true"));
}

TEST_CASE("doctor finds a missing or damaged store, and says so if it may not look") {
  TestMachine test;
  test.write("/var/lib/marlin-agent/history.db", "garbage");
  CHECK_THAT(test.found(), StartsWith("wrong    store: The history /var/lib/marlin-agent/history.db is damaged"));
  test.remove("/var/lib/marlin-agent/history.db");
  CHECK(test.found().empty());  // no print yet
  doctor_test::fs::create_directory(test.machine.at("/var/lib/marlin-agent/history.db"));
  CHECK_THAT(test.found(), StartsWith("unknown  store: This user may not read /var/lib/marlin-agent"));
  CHECK(test.is_well);
  test.remove("/var/lib/marlin-agent");
  CHECK_THAT(test.found(), StartsWith("wrong    store: The directory /var/lib/marlin-agent"));
}

TEST_CASE("doctor finds a full disk") {
  TestMachine test;
  test.machine.free_bytes = [&](const auto& path) {
    return path == test.machine.at("/var/lib/marlin-agent") ? 99'999'999 : UINT64_MAX;
  };
  CHECK_THAT(test.found(), StartsWith("wrong    disk: Only 99 MB are free where /var/lib/marlin-agent is"));
}

TEST_CASE("doctor finds a low supply voltage of the Pi, now or since its start, from either source") {
  TestMachine test;
  const std::string firmware = "/sys/devices/platform/soc/soc:firmware/get_throttled";
  test.write(firmware, "0\n");
  CHECK(test.found().empty());
  test.write(firmware, "50005\n");
  CHECK_THAT(test.found(), StartsWith("wrong    power: The Pi's supply voltage is too low now"));
  test.write(firmware, "50000\n");
  CHECK_THAT(test.found(), StartsWith("wrong    power: The Pi's supply voltage was too low since its start"));
  test.write(firmware, "40000\n");  // was throttled by temperature
  CHECK(test.found().empty());
  test.write("/sys/class/hwmon/hwmon0/name", "cpu_thermal\n");
  test.write("/sys/class/hwmon/hwmon1/name", "rpi_volt\n");
  test.write("/sys/class/hwmon/hwmon1/in0_lcrit_alarm", "0\n");
  CHECK(test.found().empty());
  test.write("/sys/class/hwmon/hwmon1/in0_lcrit_alarm", "1\n");
  CHECK_THAT(test.found(), StartsWith("wrong    power: The Pi's supply voltage is too low now"));
}

TEST_CASE("doctor finds a Pi that heat makes slow now, from either source") {
  TestMachine test;
  const std::string firmware = "/sys/devices/platform/soc/soc:firmware/get_throttled";
  for (const char* bits : {"2\n", "4\n", "e0006\n"}) {
    test.write(firmware, bits);
    CHECK_THAT(test.found(), StartsWith("wrong    heat: The processor is too hot now, so it runs slower"));
  }
  test.write(firmware, "8\n");  // the soft limit of 60 C, which a Pi 3B+ has
  CHECK(test.found().empty());
  test.write(firmware, "7\n");  // low voltage makes it slow too
  CHECK_THAT(test.found(), StartsWith("wrong    power: ") && !Contains("heat"));
  test.remove(firmware);
  test.write("/sys/class/thermal/thermal_zone0/type", "x86_pkg_temp\n");
  test.write("/sys/class/thermal/thermal_zone0/temp", "95000\n");
  test.write("/sys/class/thermal/thermal_zone1/type", "cpu-thermal\n");
  test.write("/sys/class/thermal/thermal_zone1/temp", "79999\n");
  CHECK(test.found().empty());
  test.write("/sys/class/thermal/thermal_zone1/temp", "80000\n");
  CHECK_THAT(test.found(), StartsWith("wrong    heat: The processor is too hot now (80 C), so it runs slower"));
}

}  // namespace
