#include "agent/status/status_view.h"

#include <catch2/catch.hpp>

#include "tests/unit/agent/fixtures/sample_printer.h"

namespace {

std::shared_ptr<agent::snapshot::LinkSnapshot> printing(const std::string& name) {
  return std::make_shared<agent::snapshot::LinkSnapshot>(sample::printing_mk3s(name));
}

std::shared_ptr<agent::snapshot::LinkSnapshot> closed(const std::string& name, const std::string& fault) {
  auto link = std::make_shared<agent::snapshot::LinkSnapshot>();
  link->name = name;
  link->open_fault = fault;
  return link;
}

std::string line(const std::vector<std::shared_ptr<const agent::snapshot::LinkSnapshot>>& links) {
  return agent::status::service_line(links, sample::kSampleNow);
}

TEST_CASE("a print's line has its progress and its duration") {
  CHECK(line({printing("mk3")}) == "mk3 printing, 12 %, 1 h 01 min left");
}

TEST_CASE("a missing device is a printer that is not plugged in, and another reason is given") {
  CHECK(line({printing("mk3"), closed("mini", "/dev/ttyACM1: No such file or directory")}) ==
        "2 printers: mk3 printing, 12 %, 1 h 01 min left; mini not plugged in");
  CHECK(line({closed("mini", "/dev/ttyACM1: Permission denied")}) == "mini /dev/ttyACM1: Permission denied");
}

TEST_CASE("a released printer is called released, whatever the state of its device") {
  auto link = closed("mk3", "/dev/ttyACM1: No such file or directory");
  link->released = true;
  CHECK(line({link}) == "mk3 released");
}

TEST_CASE("many printers are counted by their state") {
  CHECK(line({printing("a"), printing("b"), printing("c"), closed("d", ""), closed("e", "")}) ==
        "5 printers: 2 not connected, 3 printing");
}

TEST_CASE("no printer has a text too") { CHECK(line({}) == "no printer"); }

}  // namespace
