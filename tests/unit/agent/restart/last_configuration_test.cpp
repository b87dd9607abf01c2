#include "agent/restart/last_configuration.h"

#include <catch2/catch.hpp>

#include "tests/unit/agent/fixtures/service_manager.h"

namespace {

using agent::restart::DescriptorStore;
using agent::restart::LastConfiguration;
using agent_test::content;
using agent_test::Listener;
using agent_test::started_with;
using agent_test::started_with_texts;

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

TEST_CASE("three starts with a new file that did not end are the most, and the count outlives each of them") {
  Listener systemd;
  for (const char* const starts : {"", "1[bad]\n", "2[bad]\n"}) {
    INFO(starts);
    CHECK(started_with_texts(systemd.path, {{"marlin--configuration", "[good]\n"}, {"marlin--starts", starts}},
                             [](DescriptorStore& store) {
                               return LastConfiguration::take(store).begin_start("[bad]\n", store);
                             }) == 0);
    const auto messages = systemd.messages();
    REQUIRE(messages.size() == 2);
    CHECK(messages[1].text == "FDSTORE=1\nFDPOLL=0\nFDNAME=marlin--starts");
    CHECK(content(messages[1].fd) == static_cast<char>(*starts == 0 ? '1' : *starts + 1) + std::string("[bad]\n"));
  }
  CHECK(started_with_texts(systemd.path, {{"marlin--configuration", "[good]\n"}, {"marlin--starts", "3[bad]\n"}},
                           [](DescriptorStore& store) {
                             LastConfiguration last = LastConfiguration::take(store);
                             const bool is_refused = !last.begin_start("[bad]\n", store);
                             last.end_start(store);  // with the other configuration: the count stays
                             return is_refused && last.text() == "[good]\n";
                           }) == 0);
  CHECK(systemd.messages().empty());
}

TEST_CASE("a changed file is counted from one, a start that ended is not counted, and without another file none is") {
  Listener systemd;
  CHECK(started_with_texts(systemd.path, {{"marlin--configuration", "[good]\n"}, {"marlin--starts", "3[bad]\n"}},
                           [](DescriptorStore& store) {
                             LastConfiguration last = LastConfiguration::take(store);
                             const bool may_start = last.begin_start("[better]\n", store);
                             last.end_start(store);
                             return may_start;
                           }) == 0);
  const auto messages = systemd.messages();
  REQUIRE(messages.size() == 3);
  CHECK(content(messages[1].fd) == "1[better]\n");
  CHECK(messages[2].text == "FDSTOREREMOVE=1\nFDNAME=marlin--starts");
  CHECK(started_with_texts(systemd.path, {{"marlin--configuration", "[good]\n"}}, [](DescriptorStore& store) {
          return LastConfiguration::take(store).begin_start("[good]\n", store);
        }) == 0);
  CHECK(started_with_texts(systemd.path, {}, [](DescriptorStore& store) {
          return LastConfiguration::take(store).begin_start("[bad]\n", store);
        }) == 0);
  CHECK(systemd.messages().empty());
}

}  // namespace
