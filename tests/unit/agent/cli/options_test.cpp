#include "agent/cli/options.h"

#include <catch2/catch.hpp>

#include <cstring>

#include "agent/config/run_configuration.h"
#include "agent/usb/usb_plan.h"

namespace {

using agent::cli::Command;
using agent::config::RunOptions;
using agent::text::EarlyExit;

Command parse(std::vector<const char*> words) {
  words.insert(words.begin(), "marlin-agent");
  return agent::cli::parse_command_line(static_cast<int>(words.size()), words.data());
}

std::string refusal(std::vector<const char*> words) {
  const Command command = parse(std::move(words));
  REQUIRE(std::holds_alternative<EarlyExit>(command));
  CHECK(std::get<EarlyExit>(command).code == 2);
  return std::get<EarlyExit>(command).text;
}

TEST_CASE("jobs show takes the number of a print") {
  for (const std::vector<const char*>& words : {std::vector<const char*>{"jobs", "show", "42", "--state-dir", "/x"},
                                                std::vector<const char*>{"jobs", "--state-dir", "/x", "show", "42"}}) {
    const Command command = parse(words);
    REQUIRE(std::holds_alternative<agent::cli::JobsOptions>(command));
    CHECK(std::get<agent::cli::JobsOptions>(command).show == 42);
    CHECK(std::get<agent::cli::JobsOptions>(command).state_dir == "/x");
  }
  CHECK_THAT(refusal({"jobs", "show", "x"}), Catch::Contains("expected the number of a print"));
  CHECK_THAT(refusal({"jobs", "show"}), Catch::Contains("ID"));
}

TEST_CASE("run takes every documented option") {
  const Command command = parse({"run",
                                 "--config",
                                 "c.toml",
                                 "--printer",
                                 "a=/dev/a",
                                 "--printer",
                                 "b=/dev/b@250000",
                                 "--runtime-dir",
                                 "r",
                                 "--state-dir",
                                 "s",
                                 "--web.listen-address",
                                 ":1",
                                 "--web.listen-address",
                                 "[::1]:2",
                                 "--web.telemetry-path",
                                 "/m",
                                 "--record",
                                 "rec",
                                 "--log.level",
                                 "debug",
                                 "--log.format",
                                 "json"});
  REQUIRE(std::holds_alternative<RunOptions>(command));
  const auto& o = std::get<RunOptions>(command);
  CHECK(o.config_file == "c.toml");
  REQUIRE(o.printers.size() == 2);
  CHECK(o.printers[0].name == "a");
  CHECK_FALSE(o.printers[0].baud);
  CHECK(o.printers[1].device == "/dev/b");
  CHECK(o.printers[1].baud == 250000U);
  CHECK(o.listen == std::vector<std::string>{":1", "[::1]:2"});
  CHECK(o.telemetry_path == "/m");
  CHECK(o.record_dir == "rec");
  CHECK(o.log_level == agent::config::LogLevel::kDebug);
  CHECK(o.log_format == agent::config::LogFormat::kJson);
}

TEST_CASE("the text after the last @ is the baud rate if it is a number") {
  CHECK(agent::cli::parse_printer_option("a=/dev/by-path/x@1:0")->device == "/dev/by-path/x@1:0");
  CHECK(agent::cli::parse_printer_option("a=/dev/x@y@9600")->device == "/dev/x@y");
  CHECK(agent::cli::parse_printer_option("a=/dev/x=y")->device == "/dev/x=y");
  for (const char* text : {"", "a", "a=", "=/dev/x", "a b=/dev/x", "a=/dev/x@12", "a=/dev/x@", "a=/dev/x@abc",
                           "a=/dev/x@115200x", "a=/dev/x@99999999999", "a=@9600"}) {
    INFO(text);
    CHECK_FALSE(agent::cli::parse_printer_option(text));
  }
}

TEST_CASE("an invalid command line is one sentence with status 2") {
  CHECK(refusal({}).find("Try: marlin-agent --help") != std::string::npos);
  CHECK(refusal({"fly"}).find("fly") != std::string::npos);
  CHECK(refusal({"run", "--printer", "mk3s"}).find("NAME=DEVICE") != std::string::npos);
  CHECK(refusal({"run", "--printer", "a=/x", "--printer", "a=/y"}).find("twice") != std::string::npos);
  CHECK(refusal({"run", "--printer", "a=/x", "--printer", "b=/x"}).find("twice") != std::string::npos);
  CHECK_THAT(refusal({"run", "--printer", "a=/x", "--printer", "b=/x"}),
             Catch::EndsWith("\nTry: marlin-agent run --help\n"));
  CHECK(refusal({"run", "--web.listen-address", "nowhere"}).find("such as :11520") != std::string::npos);
  CHECK(refusal({"run", "--log.level", "loud"}).find("debug, info, warn or error") != std::string::npos);
  CHECK(refusal({"decode", "--format", "xml", "-"}).find("octoprint") != std::string::npos);
  refusal({"check-config"});
  refusal({"run", "--printer", "a=/x", "stray"});
}

TEST_CASE("a refusal is in plain words and names the help of its command") {
  const auto said = [](std::initializer_list<const char*> words) { return refusal(words); };
  CHECK(said({"--fast"}) == "marlin-agent: unknown option --fast\nTry: marlin-agent --help\n");
  CHECK(said({"run", "--fast"}) == "marlin-agent: unknown option --fast\nTry: marlin-agent run --help\n");
  CHECK(said({"run", "stray"}) == "marlin-agent: unexpected stray\nTry: marlin-agent run --help\n");
  CHECK(said({"run", "--config"}) == "marlin-agent: --config: its value is missing\nTry: marlin-agent run --help\n");
  CHECK(said({"run", "--config", "a", "--config", "b"}) ==
        "marlin-agent: --config is given twice\nTry: marlin-agent run --help\n");
  CHECK(said({"jobs", "--json=maybe"}) == "marlin-agent: --json takes no value\nTry: marlin-agent jobs --help\n");
  CHECK(said({"check-config"}) == "marlin-agent: FILE is missing\nTry: marlin-agent check-config --help\n");
  CHECK(said({"jobs", "--limit", "many"}) ==
        "marlin-agent: --limit: expected a number, found \"many\"\nTry: marlin-agent jobs --help\n");
  CHECK(said({"jobs", "--json", "--csv"}) ==
        "marlin-agent: --json cannot be used with --csv\nTry: marlin-agent jobs --help\n");
}

TEST_CASE("help and version end with status 0") {
  for (const char* word : {"--help", "--version"}) {
    const Command command = parse({word});
    REQUIRE(std::holds_alternative<EarlyExit>(command));
    CHECK(std::get<EarlyExit>(command).code == 0);
    CHECK(std::get<EarlyExit>(command).text.find("marlin-agent") != std::string::npos);
  }
  const Command help = parse({"run", "--help"});
  CHECK(std::get<EarlyExit>(help).text.find("--web.listen-address") != std::string::npos);
}

TEST_CASE("the command line overrides the file, the file overrides the environment") {
  const agent::config::Environment environment = [](const char* name) -> const char* {
    return std::strcmp(name, "RUNTIME_DIRECTORY") == 0 ? "/run/unit:/run/other" : nullptr;
  };
  agent::config::Configuration file;
  file.printers.push_back({"mk3s", "/dev/a", {}, 115200, 0, {}});
  file.defaults.baud = 250000;
  file.defaults.relay.poll = false;

  RunOptions nothing;
  CHECK(agent::config::overlay(file, nothing, environment).runtime_dir == "/run/unit");
  REQUIRE(agent::config::overlay(file, nothing, environment).printers.size() == 1);
  CHECK(agent::config::overlay(file, nothing, environment).printers[0].device == "/dev/a");

  file.runtime_dir = "/run/file";
  CHECK(agent::config::overlay(file, nothing, environment).runtime_dir == "/run/file");

  RunOptions options;
  options.runtime_dir = "/run/option";
  options.printers = {{"b", "/dev/b", std::nullopt}, {"c", "/dev/c", 57600}};
  const agent::config::Configuration c = agent::config::overlay(file, options, environment);
  CHECK(c.runtime_dir == "/run/option");
  REQUIRE(c.printers.size() == 2);
  CHECK(c.printers[0].baud == 250000);
  CHECK_FALSE(c.printers[0].relay.poll);
  CHECK(c.printers[1].baud == 57600);
}

TEST_CASE("run without a file and without --printer takes every Prusa on USB, with --printer only those named") {
  const auto environment = [](const char*) -> const char* { return nullptr; };
  RunOptions options;
  agent::config::Configuration file;
  CHECK(agent::usb::takes_automatically(agent::config::overlay(file, options, environment)));
  file.usb_automatic = true;
  options.printers = {{"b", "/dev/b", std::nullopt}};
  CHECK_FALSE(agent::usb::takes_automatically(agent::config::overlay(file, options, environment)));
}

TEST_CASE("list takes a configuration file and can answer in JSON") {
  const char* const words[]{"marlin-agent", "list", "--json", "--config", "/etc/x.toml"};
  const agent::cli::Command command = agent::cli::parse_command_line(5, words);
  REQUIRE(std::holds_alternative<agent::cli::ListOptions>(command));
  CHECK(std::get<agent::cli::ListOptions>(command).json);
  CHECK(std::get<agent::cli::ListOptions>(command).config_file == "/etc/x.toml");
}

TEST_CASE("run reports a missing file") {
  RunOptions options;
  options.config_file = "/nonexistent/marlin-agent.toml";
  const auto result = agent::config::run_configuration(options, [](const char*) { return nullptr; });
  REQUIRE(std::holds_alternative<std::vector<std::string>>(result));
  CHECK(std::get<std::vector<std::string>>(result) ==
        std::vector<std::string>{"/nonexistent/marlin-agent.toml: cannot be read: No such file or directory"});
}

TEST_CASE("a configuration left by the previous instance is parsed like its file, an invalid one is ignored") {
  RunOptions options;
  options.listen = {"127.0.0.1:1"};
  const auto nothing = [](const char*) -> const char* { return nullptr; };
  const std::string text = "[printer.mk3]\ndevice = '/dev/x'\n";
  const auto configuration = agent::config::run_configuration_of(text, options, nothing);
  REQUIRE(configuration);
  CHECK(configuration->printers.at(0).device == "/dev/x");
  CHECK(configuration->listen == options.listen);
  CHECK(configuration->text == text);
  CHECK_FALSE(agent::config::run_configuration_of("[printer.mk3]\n", options, nothing));
}

TEST_CASE("doctor takes the configuration and the agent's directories") {
  const Command command = parse({"doctor", "--config", "c", "--runtime-dir", "r", "--state-dir", "s"});
  REQUIRE(std::holds_alternative<agent::cli::DoctorOptions>(command));
  const auto& options = std::get<agent::cli::DoctorOptions>(command);
  CHECK(options.config_file == "c");
  CHECK(options.runtime_dir == "r");
  CHECK(options.state_dir == "s");
  CHECK(refusal({"doctor", "--jsn"}).find("--jsn") != std::string::npos);
}

}  // namespace
