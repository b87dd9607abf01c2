#include "agent/cli/control_options.h"

#include <catch2/catch.hpp>

#include "agent/cli/options.h"

namespace {

using agent::cli::Command;
using agent::cli::CommandOptions;
using agent::cli::StatusOptions;
using agent::cli::WatchOptions;
using agent::control::ControlVerb;
using agent::text::EarlyExit;

Command parse(std::vector<const char*> words) {
  words.insert(words.begin(), "marlin-agent");
  return agent::cli::parse_command_line(static_cast<int>(words.size()), words.data());
}

template <class Options>
Options parsed(std::vector<const char*> words) {
  const Command command = parse(std::move(words));
  REQUIRE(std::holds_alternative<Options>(command));
  return std::get<Options>(command);
}

std::string refusal(std::vector<const char*> words) {
  const auto exit = parsed<EarlyExit>(std::move(words));
  CHECK(exit.code == 2);
  return exit.text;
}

TEST_CASE("status takes a printer, a format and a directory, all of them optional") {
  const auto nothing = parsed<StatusOptions>({"status"});
  CHECK(nothing.printer.empty());
  CHECK_FALSE(nothing.json);
  CHECK_FALSE(nothing.watch);
  CHECK_FALSE(nothing.runtime_dir);
  const auto all = parsed<StatusOptions>({"status", "mk3", "--json", "--watch", "--runtime-dir", "/tmp/run"});
  CHECK(all.printer == "mk3");
  CHECK(all.json);
  CHECK(all.watch);
  CHECK(all.runtime_dir == "/tmp/run");
}

TEST_CASE("each command takes its printer and its other options") {
  const auto release = parsed<CommandOptions>({"release", "mk3", "--force", "--for", "10min", "--runtime-dir", "/r"});
  CHECK(release.request.verb == ControlVerb::kRelease);
  CHECK(release.request.printer == "mk3");
  CHECK(release.request.force);
  CHECK(release.request.duration == std::chrono::minutes(10));
  CHECK(release.runtime_dir == "/r");
  CHECK_FALSE(parsed<CommandOptions>({"release", "mk3"}).request.duration);
  for (const char* hour : {"1h", "60m", "60min", "3600s", "0.5h30m"}) {
    INFO(hour);
    CHECK(parsed<CommandOptions>({"release", "mk3", "--for", hour}).request.duration == std::chrono::hours(1));
  }
  const auto attach = parsed<CommandOptions>({"attach", "mk3"});
  CHECK(attach.request.verb == ControlVerb::kAttach);
  CHECK_FALSE(attach.request.force);
  const auto reset = parsed<CommandOptions>({"reset", "mk3", "--force"});
  CHECK(reset.request.verb == ControlVerb::kReset);
  CHECK(reset.request.force);
}

TEST_CASE("an invalid command is one sentence with status 2") {
  for (const char* word : {"release", "attach", "reset"}) CHECK(refusal({word}).find("NAME") != std::string::npos);
  CHECK(refusal({"release", "../x"}).find("a printer's name") != std::string::npos);
  CHECK(refusal({"release", "control.sock"}).find("a printer's name") != std::string::npos);
  for (const char* time : {"0s", "10", "soon", "20000min", "8d", "-1s"}) {
    const std::string sentence = refusal({"release", "mk3", "--for", time});
    CHECK(sentence.find("--for: expected a duration from 1s to 1w, such as 10m, found \"" + std::string(time) + '"') !=
          std::string::npos);
  }
  refusal({"attach", "mk3", "--force"});
  refusal({"reset", "mk3", "--for", "10s"});
  refusal({"status", "a", "b"});
}

TEST_CASE("help explains the exit status") {
  for (const char* word : {"status", "release", "attach", "reset"}) {
    const auto help = parsed<EarlyExit>({word, "--help"});
    CHECK(help.code == 0);
    CHECK(help.text.find("3: no such printer") != std::string::npos);
    CHECK(help.text.find("--runtime-dir") != std::string::npos);
  }
  CHECK(parsed<EarlyExit>({"--help"}).text.find("release") != std::string::npos);
}

TEST_CASE("watch takes a printer, kinds of lines and senders, and refuses words that are none") {
  using agent::recording::Sender;
  const auto plain = parsed<WatchOptions>({"watch", "mk3"});
  CHECK(plain.printer == "mk3");
  CHECK(plain.filter.kinds.empty());
  CHECK(plain.filter.senders.empty());
  CHECK_FALSE(plain.raw);
  const auto all = parsed<WatchOptions>(
      {"watch", "mk3", "--kind", "motion,error", "--kind", "start", "--from", "host,printer", "--runtime-dir", "/r"});
  CHECK(all.filter.kinds == std::vector<std::string>{"motion", "error", "start"});
  CHECK(all.filter.senders == std::vector<Sender>{Sender::kHost, Sender::kPrinter});
  CHECK(all.runtime_dir == "/r");
  CHECK(parsed<WatchOptions>({"watch", "mk3", "--raw", "--from", "agent"}).raw);
  CHECK_THAT(refusal({"watch"}), Catch::Contains("NAME"));
  CHECK_THAT(refusal({"watch", "mk3", "--kind", "motion,fast"}),
             Catch::Contains("expected a kind of line as `decode` names it") && Catch::Contains("\"fast\""));
  CHECK_THAT(refusal({"watch", "mk3", "--from", "me"}), Catch::Contains("expected host, agent or printer"));
  CHECK_THAT(refusal({"watch", "mk3", "--raw", "--kind", "ok"}), Catch::Contains("--raw"));
}

}  // namespace
