// Every value of every enum has its own name.
#include "gcode/decode/names.h"

#include <catch2/catch.hpp>
#include <set>
#include <string_view>

namespace {

using gcode::decode::name_of;

template <class Enum>
void require_distinct_words(int count) {
  std::set<std::string_view> words;
  for (int i = 0; i < count; ++i) {
    const std::string_view word = name_of(static_cast<Enum>(i));
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

TEST_CASE("no two enum values share a name") {
  require_distinct_words<gcode::reply::ReplyKind>(static_cast<int>(gcode::reply::ReplyKind::kUnknown) + 1);
  require_distinct_words<gcode::command::CommandKind>(static_cast<int>(gcode::command::CommandKind::kOther) + 1);
  require_counted<gcode::reply::ErrorKind>();
  require_counted<gcode::reply::ResendReason>();
  require_counted<gcode::reply::BusyReason>();
  require_counted<gcode::reply::HostAction>();
  require_counted<gcode::reply::ResetCause>();
  require_counted<gcode::reply::CrashAxis>();
  require_counted<gcode::reply::Sensor>();
}

TEST_CASE("names are at the index of their enum value") {
  CHECK(name_of(gcode::reply::ReplyKind::kOkTemperature) == "ok_temperature");
  CHECK(name_of(gcode::command::CommandKind::kHeatAndWait) == "heat_and_wait");
  CHECK(name_of(gcode::reply::ErrorKind::kDriverOvertemp) == "driver_overtemp");
  CHECK(name_of(gcode::reply::Sensor::kAmbient) == "ambient");
  CHECK(name_of(gcode::reply::HostAction::kUvloRecoveryReady) == "uvlo_recovery_ready");
}
