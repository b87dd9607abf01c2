#include "gcode/printer/printer_activity.h"

#include <catch2/catch.hpp>

#include "tests/unit/gcode/relay/rules_rig.h"

using gcode::printer::State;

TEST_CASE("the state goes from offline over connecting to idle, and back when the device is lost") {
  rig::Rig r;
  CHECK(r.state() == State::kConnecting);
  r.identify(rig::kMarlin21);
  CHECK(r.state() == State::kIdle);
  r.relay().printer_lost(r.now);
  CHECK(r.state() == State::kOffline);
}
