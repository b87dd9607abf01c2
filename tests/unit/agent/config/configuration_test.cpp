#include "agent/config/configuration.h"

#include <catch2/catch.hpp>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <sstream>

namespace {

using agent::config::Configuration;
using agent::text::Fault;
using std::chrono::milliseconds;
using std::chrono::seconds;

Configuration right(std::string_view toml) {
  auto result = agent::config::parse_configuration(toml);
  if (const auto* errors = std::get_if<std::vector<Fault>>(&result)) {
    for (const auto& e : *errors) UNSCOPED_INFO(agent::text::describe(e, "file"));
  }
  REQUIRE(std::holds_alternative<Configuration>(result));
  return std::get<Configuration>(result);
}

std::vector<std::string> wrong(std::string_view toml) {
  const auto result = agent::config::parse_configuration(toml);
  REQUIRE(std::holds_alternative<std::vector<Fault>>(result));
  std::vector<std::string> lines;
  for (const auto& e : std::get<std::vector<Fault>>(result)) lines.push_back(agent::text::describe(e, "f"));
  return lines;
}

TEST_CASE("an empty file is valid and gives the documented defaults") {
  const Configuration c = right("");
  CHECK(c.printers.empty());
  CHECK(c.listen == std::vector<std::string>{":11520"});
  CHECK(c.telemetry_path == "/metrics");
  CHECK(c.record.dir.empty());
  CHECK(c.record.max_bytes == 64U << 20U);
  CHECK(c.log == agent::config::LogConfiguration{});
}

TEST_CASE("a printer needs only its device and takes the rest from [defaults]") {
  const Configuration c = right(R"(
[defaults]
baud = 250000
hold_limit = "80ms"
interval.temperature = 1
[printer.zeta]
device = "/dev/ttyACM0"
[printer.alpha]
device = "/dev/ttyUSB0"
baud = 57600
poll = "off"
interval = { temperature = "3s", sd = "1min" }
)");
  REQUIRE(c.printers.size() == 2);
  CHECK(c.printers[0].name == "zeta");  // the order of the file, not of the alphabet
  CHECK(c.printers[0].baud == 250000);
  CHECK(c.printers[0].relay.hold_limit == milliseconds(80));
  CHECK(c.printers[0].relay.temperature_period == seconds(1));
  CHECK(c.printers[0].relay.poll);
  CHECK(c.printers[1].baud == 57600);
  CHECK_FALSE(c.printers[1].relay.poll);
  CHECK(c.printers[1].relay.temperature_period == seconds(3));
  CHECK(c.printers[1].relay.sd_period == seconds(60));
  CHECK(c.printers[1].relay.hold_limit == milliseconds(80));
}

TEST_CASE("a period is any duration in its range") {
  const Configuration c = right(R"(
[printer.a]
device = "/dev/a"
hold_limit = "0.08s"
drain_limit = "1s500ms"
interval = { sd = "1h", progress = "2m30s", overrides = "10min" }
)");
  CHECK(c.printers[0].relay.hold_limit == milliseconds(80));
  CHECK(c.printers[0].relay.quiesce_limit == milliseconds(1500));
  CHECK(c.printers[0].relay.sd_period == seconds(3600));
  CHECK(c.printers[0].relay.progress_period == seconds(150));
  CHECK(c.printers[0].relay.overrides_period == seconds(600));
  CHECK(c.warnings.empty());
}

TEST_CASE("an error about a duration gives the range and one example") {
  CHECK(wrong("[defaults]\ninterval.sd = \"90min\"\n") ==
        std::vector<std::string>{
            "f:2:15: defaults.interval.sd: expected a duration from 1s to 1h, such as \"10s\", found \"90min\""});
  CHECK(wrong("[defaults]\nhold_limit = \"fast\"\n") ==
        std::vector<std::string>{
            "f:2:14: defaults.hold_limit: expected a duration from 1ms to 2s, such as \"50ms\", found \"fast\""});
}

TEST_CASE("a number without a unit is seconds, with a warning that gives its place and the new spelling") {
  const Configuration c = right("[defaults]\ninterval.sd = 90\nhold_limit = 0.08\n");
  CHECK(c.defaults.relay.sd_period == seconds(90));
  CHECK(c.defaults.relay.hold_limit == milliseconds(80));
  REQUIRE(c.warnings.size() == 2);
  CHECK(agent::text::describe(c.warnings[0], "f") ==
        "f:2:15: defaults.interval.sd: a number without a unit is taken as seconds: write \"1m30s\"");
  CHECK(agent::text::describe(c.warnings[1], "f") ==
        "f:3:14: defaults.hold_limit: a number without a unit is taken as seconds: write \"80ms\"");
  CHECK(wrong("[defaults]\ninterval.sd = 90\nbaud = 1\n").size() == 1);  // warnings are not added to an error
}

TEST_CASE("a query that is not in ask is never sent") {
  const Configuration c = right("[printer.a]\ndevice = '/dev/a'\nask = ['temperature', 'sd']\n");
  const auto& relay = c.printers.at(0).relay;
  const gcode::relay::RelaySettings standard;
  CHECK(relay.temperature_period == standard.temperature_period);
  CHECK(relay.printing_temperature_period == standard.printing_temperature_period);
  CHECK(relay.sd_period == standard.sd_period);
  for (const auto period : {relay.fans_period, relay.position_period, relay.progress_period, relay.overrides_period}) {
    CHECK(period == gcode::line::Time::zero());
  }
  CHECK_FALSE(relay.identity);
}

TEST_CASE("the other sections are read") {
  const Configuration c = right(R"(
runtime_dir = "/tmp/r"
state_dir = "/tmp/s"
[web]
listen = ["127.0.0.1:9000", "[::1]:9000"]
telemetry_path = "/m"
[record]
dir = "/tmp/rec"
max_megabytes = 2
[log]
level = "warn"
format = "json"
)");
  CHECK(c.runtime_dir == "/tmp/r");
  CHECK(c.state_dir == "/tmp/s");
  CHECK(c.listen == std::vector<std::string>{"127.0.0.1:9000", "[::1]:9000"});
  CHECK(c.telemetry_path == "/m");
  CHECK(c.record.dir == "/tmp/rec");
  CHECK(c.record.max_bytes == 2U << 20U);
  CHECK(c.log.level == agent::config::LogLevel::kWarning);
  CHECK(c.log.format == agent::config::LogFormat::kJson);
}

TEST_CASE("an error gives line, column, key and the expected value") {
  CHECK(wrong("[printer.mk3s]\ndevice = \"/dev/a\"\nbaud = \"fast\"\n") ==
        std::vector<std::string>{
            "f:3:8: printer.mk3s.baud: expected a whole number from 1200 to 4000000, found \"fast\""});
  CHECK(wrong("[printer.mk3s]\n  devcie = \"/dev/a\"\ndevice='/dev/b'") ==
        std::vector<std::string>{"f:2:3: printer.mk3s.devcie: unknown key, did you mean \"device\"?"});
  CHECK(
      wrong("[printer.mk3s]\n") ==
      std::vector<std::string>{
          "f:1:1: printer.mk3s: expected a key \"device\", such as device = \"/dev/ttyACM0\", or \"usb\", \"serial_number\" or \"usb_port\""});
}

TEST_CASE("a syntax error has its line and column") {
  const auto lines = wrong("[web]\nlisten = [\n");
  REQUIRE(lines.size() == 1);
  CHECK(lines[0].rfind("f:", 0) == 0);
  CHECK(lines[0].find("not TOML: ") != std::string::npos);
}

TEST_CASE("an error is one line for any file content") {
  for (const char* text : {"n=n\n", "a = '\x01'", "\"a\\nb\" = 1", "level = \"\x1b[2J\""}) {
    for (const auto& line : wrong(text)) CHECK(line.find_first_of("\n\x1b\x01") == std::string::npos);
  }
}

TEST_CASE("all errors are reported, in the order of the file") {
  const auto lines = wrong(R"([printer.a]
device = "relative"
poll = 3
[printer."b c"]
device = "/dev/b"
[web]
listen = "11520"
telemetry_path = "metrics"
[wbe]
)");
  REQUIRE(lines.size() == 6);
  CHECK(lines[0].rfind("f:2:10: printer.a.device: expected an absolute path", 0) == 0);
  CHECK(lines[1] == "f:3:8: printer.a.poll: expected true, false, \"on\" or \"off\", found 3");
  CHECK(lines[2].rfind("f:4:1: printer.b c: expected a name of", 0) == 0);
  CHECK(lines[3].rfind("f:7:10: web.listen: expected an address", 0) == 0);
  CHECK(lines[4].rfind("f:8:18: web.telemetry_path: expected a path", 0) == 0);
  CHECK(lines[5] == "f:9:2: wbe: unknown key, did you mean \"web\"?");
}

TEST_CASE("no printer can have a name that something else has in the directory of the host ports") {
  for (const std::string name : {"\"control.sock\"", "pts"}) {
    const auto faults = wrong("[printer." + name + "]\ndevice='/dev/x'\n");
    REQUIRE(faults.size() == 1);
    CHECK(faults[0].find("f:1:1: printer.") == 0);
    CHECK(faults[0].find("and neither control.sock nor pts") != std::string::npos);
  }
}

TEST_CASE("two printers cannot have one device") {
  CHECK(wrong("[printer.a]\ndevice='/dev/x'\n[printer.b]\ndevice='/dev/x'\n") ==
        std::vector<std::string>{"f:4:8: printer.b.device: is the device of printer.a already"});
}

TEST_CASE("invalid types, ranges and places are errors everywhere") {
  const char* bad[] = {
      "printer = 3",
      "printer.a = 3",
      "[[printer]]\ndevice='/dev/a'",
      "[printer.a]\ndevice=['/dev/a']",
      "[printer.a]\ndevice='/dev/a'\nbaud=1.5",
      "[printer.a]\ndevice='/dev/a'\nbaud=0",
      "[printer.a]\ndevice='/dev/a'\nhold_limit='3'",
      "[printer.a]\ndevice='/dev/a'\nhold_limit='1h'",
      "[printer.a]\ndevice='/dev/a'\nhold_limit=-1",
      "[printer.a]\ndevice='/dev/a'\nhold_limit=nan",
      "[printer.a]\ndevice='/dev/a'\ninterval.temperature='5s'",
      "[printer.a]\ndevice='/dev/a'\ninterval.printing_temperature='16s'",
      "[printer.a]\ndevice='/dev/a'\ninterval.temprature='2s'",
      "[printer.a]\ndevice='/dev/a'\ninterval=2",
      "[printer.a]\ndevice='/dev/a'\nask=[]",
      "[printer.a]\ndevice='/dev/a'\nask=['humidity']",
      "[printer.a]\ndevice='/dev/a'\nask=[1]",
      "[defaults]\ndevice='/dev/a'",
      "[defaults]\nname='a'",
      "[web]\nlisten=[]",
      "[web]\nlisten=[':1', 2]",
      "[web]\nlisten=':70000'",
      "[web]\ntelemetry_path='/healthz'",
      "[record]\nmax_megabytes=0",
      "[log]\nlevel='loud'",
      "[log]\nformat=1979-05-27",
      "runtime_dir='here'",
      "colour = 'red'",
  };
  for (const char* text : bad) {
    INFO(text);
    CHECK_FALSE(wrong(text).empty());
  }
}

TEST_CASE("a long value is shortened in the error") {
  const auto lines = wrong("[log]\nlevel = '" + std::string(5000, 'x') + "'\n");
  REQUIRE(lines.size() == 1);
  CHECK(lines[0].size() < 200);
}

std::string shipped_file() {
  std::ifstream file(std::string(MARLIN_TESTS_DIR) + "/../packaging/marlin-agent.toml");
  return {std::istreambuf_iterator<char>(file), {}};
}

TEST_CASE("the installed file is valid and documents the defaults") {
  const Configuration shipped = right(shipped_file());
  const Configuration bare = right("");
  CHECK(shipped.printers.empty());
  CHECK(shipped.listen == bare.listen);
  CHECK(shipped.telemetry_path == bare.telemetry_path);
  CHECK(shipped.log == bare.log);
  CHECK(shipped.defaults.baud == bare.defaults.baud);
  CHECK(shipped.defaults.relay.temperature_period == bare.defaults.relay.temperature_period);
  CHECK(shipped.defaults.relay.printing_temperature_period == bare.defaults.relay.printing_temperature_period);
  CHECK(shipped.defaults.relay.sd_period == bare.defaults.relay.sd_period);
  CHECK(shipped.defaults.relay.progress_period == bare.defaults.relay.progress_period);
  CHECK(shipped.defaults.relay.overrides_period == bare.defaults.relay.overrides_period);
}

TEST_CASE("the installed file is valid with its examples enabled") {
  std::string text;
  std::istringstream lines(shipped_file());
  for (std::string line; std::getline(lines, line);) {
    const bool example = line.size() > 1 && line[0] == '#' && line[1] != ' ';
    text += (example ? line.substr(1) : line) + '\n';
  }
  const Configuration c = right(text);
  REQUIRE(c.printers.size() == 3);
  CHECK(c.printers[0].name == "mk3s");
  CHECK(c.usb_automatic == true);
  CHECK(c.printers[0].relay.hold_limit == gcode::relay::RelaySettings{}.hold_limit);
  CHECK(c.printers[0].relay.quiesce_limit == gcode::relay::RelaySettings{}.quiesce_limit);
  CHECK(c.record.max_bytes == agent::config::RecordConfiguration{}.max_bytes);
}

TEST_CASE("a key or a value that is nested too deep for the parser is refused with its place") {
  const auto repeated = [](const std::string& text, std::size_t times) {
    std::string out;
    for (std::size_t i = 0; i < times; ++i) out += text;
    return out;
  };
  const std::string key = repeated("a.", 100'000), quoted = repeated("\"a\" . ", 50'000);
  for (const std::string& toml :
       {"# one\n" + key + "a = 1\n", "\n[" + key + "a]\n", "\n[[" + quoted + "a]]\n", "\nb = {" + key + "a = 1}\n",
        "\nb = " + repeated("[", 100'000), "\nb = " + repeated("{a=", 100'000)}) {
    const auto lines = wrong(toml);
    REQUIRE(lines.size() == 1);
    CHECK(lines[0].starts_with("f:2:"));
    CHECK(lines[0].find("nested too deep") != std::string::npos);
  }
  CHECK(wrong("a.b.c.d.e.f.g.h = 1.5\n")[0].find("unknown key") != std::string::npos);
  CHECK(wrong("a = '" + key + "'\n")[0].find("unknown key") != std::string::npos);
  CHECK(wrong("a = [" + repeated("1.5, ", 100) + "]\n")[0].find("unknown key") != std::string::npos);
  CHECK(right("# " + key + "\n").printers.empty());
}

TEST_CASE("an address that is listed twice and a metrics path in the API are refused") {
  CHECK(wrong("[web]\nlisten = [':1', '127.0.0.1:2', ':1']\n") ==
        std::vector<std::string>{"f:2:10: web.listen: the address \":1\" is listed twice"});
  CHECK(
      wrong("[web]\nlisten = ['127.0.0.1:1', '[::1]:1', ':1']\n") ==
      std::vector<std::string>{"f:2:10: web.listen: the addresses \"127.0.0.1:1\" and \":1\" overlap: only one of them "
                               "can be used"});
  CHECK(wrong("[web]\ntelemetry_path = '/api/v1/printers'\n")[0].starts_with("f:2:18: web.telemetry_path: expected "));
  CHECK(right("[web]\ntelemetry_path = '/apis'\n").telemetry_path == "/apis");
}

TEST_CASE("the black box has a size with its unit, within bounds, and can be switched off") {
  const auto bytes = [](const std::string& value) {
    return right("[printer.a]\ndevice = \"/dev/a\"\nblack_box = \"" + value + "\"\n").printers[0].black_box_bytes;
  };
  CHECK(right("").defaults.black_box_bytes == 256U << 10U);
  CHECK(bytes("64 KiB") == 64U << 10U);
  CHECK(bytes("64KiB") == 64U << 10U);
  CHECK(bytes("4 MiB") == 4U << 20U);
  CHECK(bytes("100000 B") == 100'000);
  CHECK(bytes("0") == 0);
  for (const char* value :
       {"63 KiB", "5 MiB", "4 GiB", "256", "KiB", "-1 MiB", "1.5 MiB", "1  MiB", "5000000000 MiB", ""}) {
    INFO(value);
    CHECK_THAT(wrong("[defaults]\nblack_box = \"" + std::string(value) + "\"\n").front(),
               Catch::Contains("f:2:13: defaults.black_box: expected a size from \"64 KiB\" to \"4 MiB\""));
  }
}

}  // namespace
