#include "agent/restart/last_configuration.h"

#include <catch2/catch.hpp>

#include "tests/unit/agent/fixtures/service_manager.h"

namespace {

using agent::restart::DescriptorStore;
using agent::restart::LastConfiguration;
using agent_test::content;
using agent_test::Listener;
using agent_test::started_with;

TEST_CASE("a configuration is stored when it changed, and removed when there is none") {
  Listener systemd;
  REQUIRE(started_with(systemd.path, {}, [](DescriptorStore& store) {
            LastConfiguration last = LastConfiguration::take(store);
            if (!last.text().empty()) return false;
            last.keep("[log]\n", store);
            last.keep("[log]\n", store);
            last.keep("[web]\n", store);
            last.keep("", store);
            return last.text().empty();
          }) == 0);
  const auto messages = systemd.messages();
  REQUIRE(messages.size() == 5);
  CHECK(messages[1].text == "FDSTORE=1\nFDPOLL=0\nFDNAME=marlin--configuration");
  CHECK(content(messages[1].fd) == "[log]\n");
  CHECK(content(messages[3].fd) == "[web]\n");
  CHECK(messages[4].text == "FDSTOREREMOVE=1\nFDNAME=marlin--configuration");
}

TEST_CASE("the next instance gets the configuration of the previous one, and does not store the same one again") {
  Listener systemd;
  CHECK(started_with(systemd.path, {"marlin--configuration", "marlin-mk3-tty"}, [](DescriptorStore& store) {
          LastConfiguration last = LastConfiguration::take(store);
          last.keep("marlin--configuration", store);
          return last.text() == "marlin--configuration" && store.left_over() == std::vector<std::string>{"mk3"};
        }) == 0);
  CHECK(systemd.messages().empty());
}

}  // namespace
