#include "agent/control/control_protocol.h"

#include <catch2/catch.hpp>

#include <random>

namespace {

using agent::control::ControlAnswer;
using agent::control::ControlCode;
using agent::control::ControlRequest;
using agent::control::ControlVerb;

std::string refusal(std::string_view line) {
  const auto parsed = agent::control::parse_control_request(line);
  REQUIRE(std::holds_alternative<ControlAnswer>(parsed));
  CHECK(std::get<ControlAnswer>(parsed).code == ControlCode::kRequest);
  return std::get<ControlAnswer>(parsed).message;
}

ControlRequest accepted(std::string_view line) {
  const auto parsed = agent::control::parse_control_request(line);
  REQUIRE(std::holds_alternative<ControlRequest>(parsed));
  return std::get<ControlRequest>(parsed);
}

TEST_CASE("a request is the same after it is written and parsed") {
  for (const ControlVerb verb :
       {ControlVerb::kStatus, ControlVerb::kRelease, ControlVerb::kAttach, ControlVerb::kReset}) {
    ControlRequest request{verb, "mk3", false, std::nullopt};
    if (verb == ControlVerb::kRelease) request.force = true, request.duration = std::chrono::milliseconds(1500);
    const std::string line = agent::control::control_request_line(request);
    REQUIRE(line.back() == '\n');
    CHECK(line.find('\n') == line.size() - 1);
    const ControlRequest read = accepted(std::string_view(line).substr(0, line.size() - 1));
    CHECK(read.verb == request.verb);
    CHECK(read.printer == "mk3");
    CHECK(read.force == request.force);
    CHECK(read.duration == request.duration);
  }
  CHECK(accepted("{\"command\":\"status\"}").printer.empty());
}

TEST_CASE("an invalid request is refused with the reason") {
  CHECK(refusal("").find("one JSON object") != std::string::npos);
  CHECK(refusal("status").find("one JSON object") != std::string::npos);
  CHECK(refusal("[1,2]").find("one JSON object") != std::string::npos);
  CHECK(refusal("{\"command\":\"status\"").find("one JSON object") != std::string::npos);
  CHECK(refusal(std::string(4000, '[')).find("one JSON object") != std::string::npos);
  CHECK(refusal("{\"command\":\"status\",\"printer\":\"\xff\"}").find("one JSON object") != std::string::npos);
  CHECK(refusal("{}") == "expected a string \"command\"");
  CHECK(refusal("{\"command\":7}") == "expected a string \"command\"");
  CHECK(refusal("{\"command\":\"fly\"}") ==
        "unknown command \"fly\": expected status, release, attach, reset or watch");
  CHECK(refusal("{\"command\":\"status\",\"all\":true}") == "unknown key \"all\"");
  CHECK(refusal("{\"command\":\"attach\"}") == "expected a string \"printer\"");
  CHECK(refusal("{\"command\":\"attach\",\"printer\":\"../x\"}").find("\"printer\": expected a name") == 0);
  CHECK(refusal("{\"command\":\"attach\",\"printer\":[\"x\"]}").find("\"printer\": expected a name") == 0);
  CHECK(refusal("{\"command\":\"attach\",\"printer\":\"x\",\"force\":true}") ==
        "\"force\" is allowed only with release and reset");
  CHECK(refusal("{\"command\":\"reset\",\"printer\":\"x\",\"force\":1}") == "\"force\": expected true or false");
  CHECK(refusal("{\"command\":\"reset\",\"printer\":\"x\",\"for_seconds\":9}") ==
        "\"for_seconds\" is allowed only with release");
  for (const char* wrong : {"0", "0.5", "-1", "604801", "1e300", "\"90\"", "null"}) {
    INFO(wrong);
    CHECK(refusal("{\"command\":\"release\",\"printer\":\"x\",\"for_seconds\":" + std::string(wrong) + "}") ==
          "\"for_seconds\": expected a number from 1 to 604800");
  }
}

TEST_CASE("damaged requests are refused or parsed, whatever the damage") {
  std::mt19937 random(1);
  const std::string good = R"({"command":"release","printer":"mk3","force":true,"for_seconds":90})";
  for (int i = 0; i < 20000; ++i) {
    std::string line = good;
    for (unsigned n = random() % 4; n > 0; --n) line[random() % line.size()] = static_cast<char>(random());
    if (random() % 4 == 0) line.resize(random() % line.size());
    if (random() % 4 == 0) line.insert(random() % (line.size() + 1), good, 0, random() % good.size());
    const auto parsed = agent::control::parse_control_request(line);
    if (const auto* refused = std::get_if<ControlAnswer>(&parsed)) {
      CHECK_FALSE(refused->message.empty());
      CHECK_FALSE(agent::control::control_answer_line(*refused).empty());
    } else {
      CHECK_FALSE(std::get<ControlRequest>(parsed).printer.empty());
    }
  }
}

TEST_CASE("an answer is the same after it is written and parsed, and always one line") {
  const ControlAnswer refused{ControlCode::kPrinting, "mk3: a host is printing\n\xff"};
  const std::string line = agent::control::control_answer_line(refused);
  CHECK(line.find('\n') == line.size() - 1);
  const auto read = agent::control::parse_control_answer(line);
  REQUIRE(read);
  CHECK_FALSE(read->is_ok());
  CHECK(read->code == ControlCode::kPrinting);
  CHECK(read->message == "mk3: a host is printing\n\xef\xbf\xbd");
  const auto done =
      agent::control::parse_control_answer(agent::control::control_answer_line({ControlCode::kDone, "free"}));
  REQUIRE(done);
  CHECK(done->is_ok());
  CHECK(done->message == "free");
}

TEST_CASE("each reason has its own word") {
  for (const ControlCode code :
       {ControlCode::kRequest, ControlCode::kForbidden, ControlCode::kUnknownPrinter, ControlCode::kPrinting,
        ControlCode::kState, ControlCode::kDevice, ControlCode::kUnavailable}) {
    const auto read = agent::control::parse_control_answer(agent::control::control_answer_line({code, ""}));
    REQUIRE(read);
    CHECK(read->code == code);
  }
}

TEST_CASE("an invalid answer is not accepted") {
  for (const char* line : {"", "ok", "{}", "[]", "{\"ok\":\"yes\"}", "HTTP/1.1 400 Bad Request"}) {
    INFO(line);
    CHECK_FALSE(agent::control::parse_control_answer(line));
  }
  const auto newer = agent::control::parse_control_answer("{\"ok\":false,\"code\":\"new\",\"message\":\"m\"}");
  REQUIRE(newer);
  CHECK_FALSE(newer->is_ok());
  CHECK(newer->message == "m");
}

}  // namespace
