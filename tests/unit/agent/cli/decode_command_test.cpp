// The sub-command as a user sees it: input and output texts, and exit codes.
#include "agent/cli/commands.h"

#include <catch2/catch.hpp>
#include <sstream>
#include <string>

namespace {

struct Outcome {
  int code = 0;
  std::string out, err;
};

Outcome decode(const std::string& input, agent::cli::DecodeOptions options) {
  if (options.file.empty()) options.file = "log";
  std::istringstream in(input);
  std::ostringstream out, err;
  const int code = agent::cli::run_decode(options, in, out, err);
  return {code, out.str(), err.str()};
}

agent::cli::DecodeOptions format(const char* name) {
  agent::cli::DecodeOptions options;
  options.format = name;
  return options;
}

}  // namespace

TEST_CASE("a recording gives one object per line, with its chunks joined") {
  const Outcome o = decode(
      "{\"t_us\": 5, \"dir\": \"tx\", \"data\": \"M105\\n\"}\n"
      "{\"t_us\": 6, \"dir\": \"note\", \"data\": \"remark\"}\n"
      "{\"t_us\": 9, \"dir\": \"rx\", \"data\": \"ok T:2\"}\n"
      "\n"
      "{\"t_us\": 12, \"dir\": \"rx\", \"data\": \"5.5 /0.0 B:20.0 /0.0 @:0 B@:0\\nok\"}\n",
      format("jsonl"));
  CHECK(o.code == 0);
  CHECK(o.err.empty());
  CHECK(
      o.out ==
      "{\"t_us\":5,\"direction\":\"to_printer\",\"line\":\"M105\",\"kind\":\"temperature\",\"values\":{\"code\":\"M105\"}}\n"
      "{\"t_us\":12,\"direction\":\"from_printer\",\"line\":\"ok T:25.5 /0.0 B:20.0 /0.0 @:0 B@:0\",\"kind\":\"ok_temperature\","
      "\"acknowledges\":true,\"values\":{\"bed\":{\"actual\":20,\"target\":0,\"duty\":0},"
      "\"tool0\":{\"actual\":25.5,\"target\":0,\"duty\":0}}}\n"
      "{\"t_us\":12,\"direction\":\"from_printer\",\"line\":\"ok\",\"unfinished\":true,\"kind\":\"ok\",\"acknowledges\":true,\"values\":{}}\n");
}

TEST_CASE("an invalid input line is named with file and number, the rest is decoded, the status is 1") {
  const Outcome o = decode(
      "{\"t_us\": 5, \"dir\": \"rx\", \"data\": \"start\\n\"}\nnonsense\n{\"t_us\": 6, \"dir\": \"rx\", \"data\": \"ok\\n\"}\n",
      format("jsonl"));
  CHECK(o.code == 1);
  CHECK(o.err.find("decode: log:2: not a line of a recording") == 0);
  CHECK(o.out.find("\"kind\":\"start\"") != std::string::npos);
  CHECK(o.out.find("\"kind\":\"ok\"") != std::string::npos);
}

TEST_CASE("an unterminated input line is refused in one sentence, not buffered without bound") {
  const Outcome o =
      decode(std::string(3 << 20, 'x') + "\n{\"t_us\": 6, \"dir\": \"rx\", \"data\": \"ok\\n\"}\n", format("jsonl"));
  CHECK(o.code == 1);
  CHECK(o.err == "decode: log:1: longer than 1 MiB\n");
  CHECK(o.out.find("\"kind\":\"ok\"") != std::string::npos);
}

TEST_CASE("raw text of a printer is decoded without times") {
  const Outcome o = decode("start\r\necho:busy: processing\n\xff\xfe\n", format("raw"));
  CHECK(o.code == 0);
  CHECK(
      o.out ==
      "{\"direction\":\"from_printer\",\"line\":\"start\",\"kind\":\"start\",\"values\":{}}\n"
      "{\"direction\":\"from_printer\",\"line\":\"echo:busy: processing\",\"kind\":\"busy\",\"values\":{\"reason\":\"processing\"}}\n"
      "{\"direction\":\"from_printer\",\"line\":\"\\u00ff\\u00fe\",\"kind\":\"unknown\",\"values\":{}}\n");
}

TEST_CASE("OctoPrint's serial.log gives both directions and times relative to its first line") {
  const Outcome o = decode(
      "2023-12-31 23:59:59,900 - Changing monitoring state from \"Offline\" to \"Opening serial connection\"\n"
      "2023-12-31 23:59:59,990 - Send: N1 M115*39\n"
      "2024-01-01 00:00:00,010 - Recv: FIRMWARE_NAME:Marlin 2.1.2 (x) SOURCE_CODE_URL:y\n"
      "Recv: ok P15 B3\n",
      format("octoprint"));
  CHECK(o.code == 0);
  CHECK(o.out.find("{\"t_us\":0,\"direction\":\"to_printer\",\"line\":\"N1 M115*39\",\"kind\":\"query\"") == 0);
  CHECK(o.out.find("\"t_us\":20000,") != std::string::npos);
  CHECK(o.out.find("{\"direction\":\"from_printer\",\"line\":\"ok P15 B3\",\"kind\":\"ok\"") != std::string::npos);
  CHECK(o.err.empty());
}

TEST_CASE("lines of a serial.log that are no conversation are counted, and the rest is decoded") {
  const Outcome some = decode("hello\nRecv: ok\n```\n2023-13-31 23:59:59,900 - Recv: wait\n", format("octoprint"));
  CHECK(some.code == 0);
  CHECK(
      some.err ==
      "decode: log: 2 lines were not taken: neither Send: nor Recv: nor a remark of OctoPrint; the first is line 1\n");
  CHECK(some.out.find("\"kind\":\"ok\"") != std::string::npos);
  CHECK(some.out.find("\"kind\":\"wait\"") != std::string::npos);
  for (const char* text :
       {"hello\n", "", ">\n", "---\n", "| a | table |\n", "2023-01-01 12:00:00,123 - Enabling serial logging\n"}) {
    INFO(text);
    const Outcome none = decode(text, format("octoprint"));
    CHECK(none.code == 1);
    CHECK(none.err.find("decode: log: no line is of OctoPrint's serial.log or terminal") != std::string::npos);
    CHECK(none.out.empty());
  }
  const Outcome long_line = decode("Recv: ok\nRecv: " + std::string(2 << 20, 'x') + "\n", format("octoprint"));
  CHECK(long_line.code == 0);
  CHECK(long_line.err.find("1 line was not taken") != std::string::npos);
}

TEST_CASE("serial.log of all ages and pastes of the terminal are decoded") {
  const Outcome o = decode(
      "Changing monitoring state from \"Offline\" to \"Opening serial port\"\n"
      "Connected to: Serial<id=0x1, open=True>(port='/dev/ttyUSB0'), starting monitor\n"
      "Send: N0 M110 N0*125\n"
      "Recv: ok\r\n"
      "  Recv: ok 1\n"
      "> Recv: ok 2\n"
      "2014-05-01 12:00:00,100 - SERIAL - DEBUG - Send: M105\n"
      "2014-05-01 12:00:00,150 - SERIAL - DEBUG - Recv: ok 3\n"
      "2021-03-01 09:00:00,000 - octoprint.util.comm - INFO - Last lines in terminal:\n"
      "2021-03-01 09:00:00,001 - octoprint.util.comm - INFO - | Recv: ok 4\n"
      "| Send: M27\n"
      "| Recv: ok 5\n"
      "Communication timeout while idle, trying to trigger response from printer.\n",
      format("octoprint"));
  CHECK(o.code == 0);
  CHECK(o.err.empty());
  for (const char* line : {"N0 M110 N0*125", "ok", "ok 1", "ok 2", "M105", "ok 3", "ok 4", "M27", "ok 5"}) {
    INFO(line);
    CHECK(o.out.find("\"line\":\"" + std::string(line) + "\"") != std::string::npos);
  }
  CHECK(o.out.find("{\"t_us\":50000,\"direction\":\"from_printer\",\"line\":\"ok 3\"") != std::string::npos);
}

TEST_CASE("the summary counts kinds and lists unknown lines") {
  agent::cli::DecodeOptions options = format("raw");
  options.summary = true;
  const Outcome o = decode("ok\nok\nstart\nwhat is this\nwhat is this\n\xe9\n", options);
  CHECK(o.code == 0);
  CHECK(o.out ==
        "from_printer\tunknown\t3\nfrom_printer\tok\t2\nfrom_printer\tstart\t1\n"
        "unknown line\t\"what is this\"\t2\nunknown line\t\"\\u00e9\"\t1\n");
}

TEST_CASE("the firmware can be given as a dialect row or as a firmware name") {
  agent::cli::DecodeOptions options = format("raw");
  options.firmware = "prusa-3.13";
  CHECK(decode("ok (1)\n", options).out.find("\"kind\":\"unknown\"") != std::string::npos);
  options.firmware = "Marlin 2.1.2 (x)";
  CHECK(decode("ok (1)\n", options).out.find("\"kind\":\"ok\"") != std::string::npos);
  options.firmware = "teapot";
  const Outcome o = decode("ok\n", options);
  CHECK(o.code == 1);
  CHECK(o.out.empty());
  CHECK(o.err.find("decode: unknown firmware \"teapot\"; known are unknown, prusa-3.2") == 0);
}

TEST_CASE("a missing file is one sentence and status 1") {
  agent::cli::DecodeOptions options = format("jsonl");
  options.file = "/nonexistent/recording.jsonl";
  std::istringstream in("");
  std::ostringstream out, err;
  CHECK(agent::cli::decode_file(options, in, out, err) == 1);
  CHECK(err.str() == "decode: /nonexistent/recording.jsonl: cannot be read: No such file or directory\n");
}
