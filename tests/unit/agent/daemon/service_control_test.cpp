#include "agent/daemon/service.h"

#include <catch2/catch.hpp>

#include <thread>

#include <boost/asio/executor_work_guard.hpp>

#include "tests/scratch_dir.h"
#include "tests/unit/agent/fixtures/control_rig.h"
#include "tests/unit/agent/fixtures/pty_device.h"
#include "tests/unit/transport/loop.h"

namespace {

using agent::config::Configuration;
using agent::control::ControlCode;
using agent::control::ControlRequest;
using agent::control::ControlVerb;
using agent_test::PtyDevice;
using control_test::Client;
using transport_test::run_until;

struct Rig {
  test::ScratchDir dir;
  agent::log::LogCounters counters;
  agent::log::Log log{{}, counters, [](std::string_view) {}};
  agent::daemon::Service service{log, counters};
  std::string socket = dir.path() / "run/control.sock";

  [[nodiscard]] std::string path(const std::string& name) const { return dir.path() / name; }
  [[nodiscard]] Configuration configuration(const std::vector<std::string>& printers) const {
    Configuration c;
    c.listen = {"127.0.0.1:0"};
    c.runtime_dir = path("run");
    c.state_dir = path("state");
    for (const auto& name : printers) {
      agent::config::PrinterConfiguration printer;
      printer.name = name;
      printer.device = path(name + "-device");
      printer.relay.poll = false;
      c.printers.push_back(printer);
    }
    return c;
  }
  /// No port-user check, so the answer comes immediately.
  [[nodiscard]] agent::control::ControlAnswer control(const ControlRequest& request) {
    std::optional<agent::control::ControlAnswer> answer;
    service.control(request, [&](const agent::control::ControlAnswer& a) { answer = a; });
    REQUIRE(answer);
    return *answer;
  }
  void begin(const Configuration& c) {
    REQUIRE_FALSE(service.prepare(c));
    service.commit(c);
  }
  [[nodiscard]] std::shared_ptr<const agent::snapshot::LinkSnapshot> seen(const std::string& name) const {
    for (const auto& link : service.snapshots().links()) {
      if (link->name == name) return link;
    }
    return nullptr;
  }
  /// One request over the socket, with the I/O thread running meanwhile.
  std::string ask(const std::string& request) {
    std::string answer;
    std::atomic<bool> done = false;
    std::thread client([&] {
      Client c(socket);
      (void)c.say(request + '\n');
      answer = c.line();
      done = true;
    });
    const bool came = run_until(service.io(), [&] { return done.load(); });
    client.join();
    REQUIRE(came);
    return answer;
  }
};

TEST_CASE("commands over the socket reach the printer they name, and status answers") {
  Rig rig;
  PtyDevice a(rig.path("a-device")), b(rig.path("b-device"));
  rig.begin(rig.configuration({"a", "b"}));
  CHECK_THAT(rig.ask(R"({"command":"release","printer":"a"})"),
             Catch::Contains("\"ok\":true") && Catch::Contains("is free until"));
  CHECK_FALSE(rig.seen("a")->serial_open);
  CHECK(rig.seen("b")->serial_open);
  CHECK_THAT(rig.ask(R"({"command":"status","printer":"a"})"),
             Catch::Contains("\"state\":\"released\"") && !Catch::Contains("b-device"));
  CHECK_THAT(rig.ask(R"({"command":"status"})"), Catch::Contains("b-device"));
  CHECK_THAT(rig.ask(R"({"command":"reset","printer":"b"})"), Catch::Contains("\"code\":\"device\""));
  CHECK_THAT(rig.ask(R"({"command":"attach","printer":"b"})"), Catch::Contains("\"code\":\"state\""));
  CHECK_THAT(rig.ask(R"({"command":"attach","printer":"a"})"), Catch::Contains("\"ok\":true"));
  CHECK(rig.seen("a")->serial_open);
}

TEST_CASE("watch feeds the live line, to several clients, until its printer is removed") {
  Rig rig;
  PtyDevice a(rig.path("a-device"));
  rig.begin(rig.configuration({"a"}));
  std::string first, second;
  const auto one = rig.control({ControlVerb::kWatch, "a", false, std::nullopt});
  const auto two = rig.control({ControlVerb::kWatch, "a", false, std::nullopt});
  REQUIRE(one.is_ok());
  REQUIRE(two.is_ok());
  REQUIRE(transport_test::write_all(a.master(), "echo:\x1b[2Jhello\n"));
  REQUIRE(run_until(rig.service.io(), [&] {
    REQUIRE(one.feed(first));
    REQUIRE(two.feed(second));
    return !first.empty() && !second.empty();
  }));
  CHECK_THAT(first, Catch::Contains("\"dir\": \"rx\", \"data\": \"echo:\\u001b[2Jhello\\n\"}"));
  CHECK_THAT(second, Catch::Contains("\"dir\": \"rx\", \"data\": \"echo:\\u001b[2Jhello\\n\"}"));
  rig.begin(rig.configuration({}));
  CHECK(rig.seen("a") == nullptr);
  CHECK_FALSE(one.feed(first));
}

TEST_CASE("a ninth program that watches a printer is refused, until one of the others ends") {
  Rig rig;
  rig.begin(rig.configuration({"a"}));
  std::vector<agent::control::ControlAnswer> watching;
  for (int i = 0; i < 8; ++i) watching.push_back(rig.control({ControlVerb::kWatch, "a", false, std::nullopt}));
  for (const auto& answer : watching) CHECK(answer.is_ok());
  const auto refused = rig.control({ControlVerb::kWatch, "a", false, std::nullopt});
  CHECK(refused.code == ControlCode::kState);
  CHECK(refused.message == "a is watched by 8 programs already");
  watching.pop_back();
  CHECK(rig.control({ControlVerb::kWatch, "a", false, std::nullopt}).is_ok());
}

TEST_CASE("a missing printer is named, with the existing ones") {
  Rig rig;
  rig.begin(rig.configuration({"a", "b"}));
  const ControlRequest request{ControlVerb::kAttach, "mk4", false, std::nullopt};
  CHECK(rig.control(request).code == ControlCode::kUnknownPrinter);
  CHECK(rig.control(request).message == "no printer \"mk4\"; there are a, b");
  CHECK_THAT(rig.ask(R"({"command":"status","printer":"mk4"})"), Catch::Contains("\"code\":\"unknown_printer\""));
}

TEST_CASE("a reload takes no released printer back, not even when its device or speed changed") {
  Rig rig;
  PtyDevice a(rig.path("a-device")), b(rig.path("b-device")), elsewhere(rig.path("elsewhere"));
  Configuration c = rig.configuration({"a", "b"});
  rig.begin(c);
  for (const char* name : {"a", "b"}) REQUIRE(rig.control({ControlVerb::kRelease, name, false, std::nullopt}).is_ok());
  c.printers[0].relay.poll = true;
  c.printers[1].device = rig.path("elsewhere");
  rig.begin(c);
  for (const char* name : {"a", "b"}) {
    CHECK(rig.seen(name)->released);
    CHECK_FALSE(rig.seen(name)->serial_open);
  }
  REQUIRE(rig.control({ControlVerb::kAttach, "b", false, std::nullopt}).is_ok());
  CHECK(rig.seen("b")->device == rig.path("elsewhere"));
  CHECK(rig.seen("b")->serial_open);
}

TEST_CASE("status answers while the I/O thread is blocked") {
  Rig rig;
  rig.begin(rig.configuration({"a"}));
  Client client(rig.socket);  // nothing runs the io_context meanwhile
  REQUIRE(client.say("{\"command\":\"status\"}\n"));
  CHECK_THAT(client.line(), Catch::StartsWith("{") && Catch::Contains("\"name\":\"a\""));
}

TEST_CASE("without a control socket the printers are served all the same, and a reload creates it") {
  Rig rig;
  PtyDevice a(rig.path("a-device"));
  std::filesystem::create_directories(rig.socket);  // a directory where the socket should be
  const Configuration c = rig.configuration({"a"});
  rig.begin(c);
  CHECK(rig.counters.errors == 1);
  CHECK(rig.seen("a")->serial_open);
  std::filesystem::remove(rig.socket);
  rig.begin(c);
  CHECK(rig.counters.errors == 1);
  CHECK_THAT(rig.ask(R"({"command":"status"})"), Catch::Contains("\"ok\":true"));
}

}  // namespace
