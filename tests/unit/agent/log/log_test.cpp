#include "agent/log/log.h"

#include <catch2/catch.hpp>

#include <condition_variable>
#include <mutex>
#include <nlohmann/json.hpp>
#include <thread>
#include <vector>

#include "agent/log/fault_throttle.h"
#include "agent/text/log_escape.h"

namespace {

using agent::config::LogConfiguration;
using agent::config::LogFormat;
using agent::config::LogLevel;

// Everything that the log has written when it ends.
std::vector<std::string> lines_of(const LogConfiguration& configuration, agent::log::LogCounters& counters,
                                  const std::function<void(agent::log::Log&)>& use) {
  std::vector<std::string> lines;
  {
    agent::log::Log log(configuration, counters, [&](std::string_view line) { lines.emplace_back(line); });
    use(log);
  }
  return lines;
}

TEST_CASE("a text line has time, level, printer and message") {
  agent::log::LogCounters counters;
  const auto lines =
      lines_of({}, counters, [](agent::log::Log& log) { log.warning("mk3s", "the cable\x1b[2J\n is gone"); });
  REQUIRE(lines.size() == 1);
  CHECK(lines[0].substr(10, 1) == "T");
  CHECK(lines[0].substr(lines[0].find('Z')) == "Z warning mk3s: the cable\\x1b[2J\\x0a is gone\n");
}

TEST_CASE("a JSON line is valid JSON for any message") {
  agent::log::LogCounters counters;
  const std::string message = "quote \" backslash \\ zero " + std::string(1, '\0') + " high \xFF \xC3\xA4";
  const auto lines = lines_of({LogLevel::kInfo, LogFormat::kJson}, counters, [&](agent::log::Log& log) {
    log.info("mk3s", message);
    log.info("", "alone");
  });
  REQUIRE(lines.size() == 2);
  const auto json = nlohmann::json::parse(lines[0]);
  CHECK(json["printer"] == "mk3s");
  CHECK(json["level"] == "info");
  CHECK(json["message"] == "quote \" backslash \\ zero " + std::string(1, '\0') + " high \xC3\xBF \xC3\xA4");
  CHECK_FALSE(nlohmann::json::parse(lines[1]).contains("printer"));
}

TEST_CASE("hidden levels are not written, but warnings and errors are still counted") {
  agent::log::LogCounters counters;
  const auto lines = lines_of({LogLevel::kError, LogFormat::kText}, counters, [](agent::log::Log& log) {
    log.info("", "a");
    log.warning("", "b");
    log.error("", "c");
    log.apply({LogLevel::kDebug, LogFormat::kText});
    log.debug("", "d");
  });
  CHECK(lines.size() == 2);
  CHECK(counters.warnings == 1);
  CHECK(counters.errors == 1);
}

TEST_CASE("a log that is not read blocks no thread: the oldest lines are dropped") {
  std::mutex mutex;
  std::condition_variable open;
  bool is_open = false;
  std::vector<std::string> lines;
  agent::log::LogCounters counters;
  {
    agent::log::Log log({}, counters, [&](std::string_view line) {
      std::unique_lock lock(mutex);
      open.wait(lock, [&] { return is_open; });
      lines.emplace_back(line);
    });
    for (int i = 0; i < 10'000; ++i) log.warning("", "line " + std::to_string(i));
    const std::lock_guard lock(mutex);
    is_open = true;
    open.notify_all();
  }
  CHECK(counters.warnings == 10'000);
  CHECK(lines.size() < 200);
  REQUIRE_FALSE(lines.empty());
  CHECK(lines.back().find("line 9999") != std::string::npos);
}

TEST_CASE("a message is truncated between characters") {
  CHECK(agent::text::escape_text("a\xC3\xA4", 2) == "a");
  CHECK(agent::text::escape_text("a\xC3\xA4", 3) == "a\xC3\xA4");
  CHECK(agent::text::escape_text("\xED\xA0\x80", 9) == "\\xed\\xa0\\x80");  // a surrogate is not UTF-8
  CHECK(agent::text::escape_json("\xC0\xAF", 9) == "\\u00c0\\u00af");       // an overlong form neither
}

TEST_CASE("a repeating fault is logged once per interval with its count") {
  using std::chrono::seconds;
  agent::log::FaultThrottle throttle(seconds(60));
  CHECK(throttle.occurred(seconds(1)) == 1);
  CHECK(throttle.occurred(seconds(2)) == 0);
  CHECK(throttle.occurred(seconds(60)) == 0);
  CHECK(throttle.occurred(seconds(61)) == 3);
  throttle.over();
  CHECK(throttle.occurred(seconds(62)) == 1);
}

TEST_CASE("characters that a terminal acts on are escaped: C1, and those that change the direction of the text") {
  const std::string csi =
                        "a\xC2\x9B"
                        "2Jb",
                    right_to_left =
                        "a\xE2\x80\xAE"
                        "b",
                    isolate = "\xE2\x81\xA6", line = "\xE2\x80\xA8";
  using agent::text::escape_json;
  using agent::text::escape_text;
  CHECK(escape_text(csi, 99) == "a\\xc2\\x9b2Jb");
  CHECK(escape_text(right_to_left, 99) == "a\\xe2\\x80\\xaeb");
  CHECK(escape_text(isolate + line, 99) == "\\xe2\\x81\\xa6\\xe2\\x80\\xa8");
  CHECK(escape_text("\xC2\xA0\xC3\xA4\xE2\x82\xAC", 99) == "\xC2\xA0\xC3\xA4\xE2\x82\xAC");
  for (const std::string& text : {csi, right_to_left, isolate, line}) {
    const std::string escaped = escape_json(text, 99);
    CHECK(escaped.find_first_of("\xC2\xE2") == std::string::npos);
    CHECK(nlohmann::json::parse('"' + escaped + '"') == text);
  }
}

TEST_CASE("a lasting fault is logged when it begins and when it changes, and two that alternate once a minute") {
  using std::chrono::seconds;
  agent::log::LastingFault fault;
  CHECK(fault.is_new(seconds(0), "off"));
  CHECK_FALSE(fault.is_new(seconds(3600), "off"));
  CHECK(fault.is_new(seconds(3601), "no rights"));
  CHECK_FALSE(fault.is_new(seconds(3602), "off"));
  CHECK_FALSE(fault.is_new(seconds(3602), "no rights"));
  CHECK(fault.is_new(seconds(3661), "off"));
  fault.over();
  CHECK(fault.is_new(seconds(3662), "off"));
}

}  // namespace
