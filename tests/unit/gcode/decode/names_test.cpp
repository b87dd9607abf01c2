// Every value of every enum has a word of its own.
#include "gcode/decode/names.h"

#include <catch2/catch.hpp>
#include <set>
#include <string_view>

namespace {

template <class Enum>
void require_distinct_words(int count) {
  std::set<std::string_view> words;
  for (int i = 0; i < count; ++i) {
    const std::string_view word = gcode::name_of(static_cast<Enum>(i));
    REQUIRE_FALSE(word.empty());
    words.insert(word);
  }
  CHECK(words.size() == static_cast<std::size_t>(count));
}

template <class Enum>
void require_counted() {
  require_distinct_words<Enum>(static_cast<int>(Enum::kCount));
}

}  // namespace

TEST_CASE("no two kinds share a word") {
  require_distinct_words<gcode::ReplyKind>(static_cast<int>(gcode::ReplyKind::kUnknown) + 1);
  require_distinct_words<gcode::CommandKind>(static_cast<int>(gcode::CommandKind::kOther) + 1);
  require_counted<gcode::ErrorKind>();
  require_counted<gcode::ResendReason>();
  require_counted<gcode::BusyReason>();
  require_counted<gcode::HostAction>();
  require_counted<gcode::ResetCause>();
  require_counted<gcode::CrashAxis>();
  require_counted<gcode::Sensor>();
}

TEST_CASE("words stand at their own values") {
  CHECK(gcode::name_of(gcode::ReplyKind::kOkTemperature) == "ok_temperature");
  CHECK(gcode::name_of(gcode::CommandKind::kHeatAndWait) == "heat_and_wait");
  CHECK(gcode::name_of(gcode::ErrorKind::kDriverOvertemp) == "driver_overtemp");
  CHECK(gcode::name_of(gcode::Sensor::kAmbient) == "ambient");
  CHECK(gcode::name_of(gcode::HostAction::kUvloRecoveryReady) == "uvlo_recovery_ready");
}
