#include "agent/doctor/doctor.h"

#include <catch2/catch.hpp>

#include "tests/unit/agent/doctor/doctor_machine.h"

namespace {

using doctor_test::TestMachine;

TEST_CASE("doctor finds nothing on a machine on which all is well, and names each subject") {
  TestMachine test;
  CHECK(test.found().empty());
  CHECK(test.is_well);
  std::ostringstream out;
  CHECK(agent::doctor::examine(test.machine, test.configuration, out));
  for (const agent::doctor::Check& check : agent::doctor::checks()) {
    CHECK_THAT(out.str(), Catch::Contains("ok       " + std::string(check.subject) + "\n"));
  }
}

TEST_CASE("doctor prints fault and cure of a finding, and something is wrong") {
  TestMachine test;
  test.machine.now = 0;
  CHECK(
      test.found() ==
      "wrong    clock: The clock is before the year 2024, so prints get wrong times.\n"
      "         Connect the network and run `sudo timedatectl set-ntp true`; a Pi has no clock that runs while it is off.\n");
  CHECK_FALSE(test.is_well);
}

}  // namespace
