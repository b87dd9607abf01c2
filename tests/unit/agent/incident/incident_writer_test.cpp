#include "agent/incident/incident_writer.h"

#include <catch2/catch.hpp>

#include <csignal>
#include <fstream>

#include <fcntl.h>

#include "tests/scratch_dir.h"
#include "transport/file_descriptor.h"

namespace {

namespace fs = std::filesystem;
using agent::incident::BlackBox;
using agent::incident::Incident;
using agent::incident::IncidentFiles;
using agent::incident::IncidentWriter;

struct Rig {
  test::ScratchDir dir;
  fs::path incidents = dir.path() / "incidents";
  agent::log::LogCounters counters;
  agent::log::Log log{{}, counters, [](std::string_view) {}};
  agent::snapshot::History history;
  BlackBox box{BlackBox::kLeastBytes};

  Rig() { box.add({gcode::decode::TraceDirection::kToPrinter, "N1 G1 X1*97\n", {}, gcode::line::Time(1)}); }
  [[nodiscard]] static Incident incident() {
    Incident out;
    out.printer = "mk3";
    out.sentence = "the printer restarted";
    out.print.emplace();
    out.print->acknowledged = out.print->sent = 1;
    return out;
  }
  [[nodiscard]] std::size_t files() const {
    std::error_code error;
    return IncidentFiles(incidents).list(error).size();
  }
};

TEST_CASE("what was passed on before the end is on the disk afterwards, with the lines named") {
  Rig rig;
  {
    IncidentWriter writer(IncidentFiles(rig.incidents), rig.log, rig.history);
    for (int i = 0; i < 3; ++i) writer.write(Rig::incident(), rig.box.contents());
  }
  CHECK(rig.files() == 3);
  std::ifstream file(rig.incidents / "000001-mk3-error.jsonl");
  std::string head;
  std::getline(file, head);
  CHECK_THAT(head, Catch::Contains("\"acknowledged_text\":\"G1 X1\""));
  CHECK(rig.counters.errors == 0);
}

TEST_CASE("the history lists the incidents whose files are kept, also those of the process before") {
  Rig rig;
  {
    IncidentWriter writer(IncidentFiles(rig.incidents, 2), rig.log, rig.history);
    CHECK(rig.history.incidents().empty());
    for (int i = 0; i < 3; ++i) writer.write(Rig::incident(), rig.box.contents());
  }
  REQUIRE(rig.history.incidents().size() == 2);
  CHECK(rig.history.incidents()[0].id == 2);
  CHECK(rig.history.incidents()[1].id == 3);
  std::ofstream(rig.incidents / "000004-mk3-error.jsonl")
      << R"({"incident":1,"printer":"mk3","sentence":"","at_unix_seconds":1})";
  agent::snapshot::History next;
  const IncidentWriter writer(IncidentFiles(rig.incidents), rig.log, next);
  REQUIRE(next.incidents().size() == 2);
  CHECK(next.incidents()[0].printer == "mk3");
  CHECK(next.incidents()[0].kind == "error");
  CHECK_THAT(next.incidents()[0].sentence, Catch::StartsWith("the printer restarted"));
}

TEST_CASE("a disk that hangs delays nobody: a few incidents wait, the others are lost and logged") {
  Rig rig;
  fs::create_directory(rig.incidents);
  constexpr std::size_t kMany = 50;
  {
    IncidentWriter writer(IncidentFiles(rig.incidents), rig.log, rig.history);
    // Behind each incident the writer opens the files that are there. Opening this one hangs until its lease ends; the
    // signal that says so is one that is ignored.
    transport::FileDescriptor lease(
        ::open((rig.incidents / "000001-mk3-error.jsonl").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
    REQUIRE(::fcntl(lease.get(), F_SETSIG, SIGURG) == 0);
    if (::fcntl(lease.get(), F_SETLEASE, F_WRLCK) != 0) {
      WARN("not tried: this file system has no leases");
      return;
    }
    const auto began = std::chrono::steady_clock::now();
    for (std::size_t i = 0; i < kMany; ++i) writer.write(Rig::incident(), rig.box.contents());
    CHECK(std::chrono::steady_clock::now() - began < std::chrono::seconds(5));
    CHECK(rig.counters.errors >= kMany - IncidentWriter::kMostWaiting - 1);
    CHECK(rig.files() <= 2);
    lease = {};
  }
  CHECK(rig.counters.errors <= kMany - IncidentWriter::kMostWaiting);
  CHECK(rig.files() == kMany - rig.counters.errors + 1);
}

TEST_CASE("a state directory that cannot be written is logged, and the writer goes on") {
  Rig rig;
  std::ofstream(rig.incidents) << "a file";
  {
    IncidentWriter writer(IncidentFiles(rig.incidents), rig.log, rig.history);
    for (int i = 0; i < 3; ++i) writer.write(Rig::incident(), rig.box.contents());
  }
  CHECK(rig.counters.errors == 3);
}

}  // namespace
