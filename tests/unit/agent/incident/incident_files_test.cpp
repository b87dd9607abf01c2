#include "agent/incident/incident_files.h"

#include <catch2/catch.hpp>

#include <cerrno>
#include <fstream>
#include <sstream>

#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "agent/recording/decode_input.h"
#include "tests/scratch_dir.h"

namespace {

namespace fs = std::filesystem;
using agent::incident::BlackBox;
using agent::incident::IncidentFiles;
using agent::incident::Kind;
using gcode::decode::TraceDirection;

std::vector<std::string> names(const IncidentFiles& files) {
  std::error_code error;
  std::vector<std::string> out;
  for (const auto& file : files.list(error)) out.push_back(file.name);
  return out;
}

TEST_CASE("the oldest files are removed beyond the number, and the numbers go on") {
  test::ScratchDir dir;
  const IncidentFiles files(dir.path() / "state/incidents");
  for (int i = 0; i < 25; ++i) REQUIRE(files.add("mk3", Kind::kRestart, "{}\n") == 0);
  const auto left = names(files);
  REQUIRE(left.size() == 20);
  CHECK(left.front() == "000006-mk3-restart.jsonl");
  CHECK(left.back() == "000025-mk3-restart.jsonl");
}

TEST_CASE("the oldest files are removed beyond the bytes, and the newest stays in any case") {
  test::ScratchDir dir;
  const IncidentFiles files(dir.path(), 20, 1000);
  for (int i = 0; i < 5; ++i) REQUIRE(files.add("a", Kind::kError, std::string(400, 'x')) == 0);
  CHECK(names(files) == std::vector<std::string>{"000004-a-error.jsonl", "000005-a-error.jsonl"});
  REQUIRE(files.add("a", Kind::kError, std::string(5000, 'x')) == 0);
  CHECK(names(files) == std::vector<std::string>{"000006-a-error.jsonl"});
}

TEST_CASE("other files of the directory are neither listed nor removed, and an unfinished one is replaced") {
  test::ScratchDir dir;
  for (const char* other : {"notes.txt", "5-mk3-restart.jsonl", ".unfinished", "000001.jsonl"})
    std::ofstream(dir.path() / other) << "old";
  const IncidentFiles files(dir.path(), 1, 100);
  for (int i = 0; i < 3; ++i) REQUIRE(files.add("mk3", Kind::kKill, "new\n") == 0);
  CHECK(names(files) == std::vector<std::string>{"000003-mk3-kill.jsonl"});
  for (const char* other : {"notes.txt", "5-mk3-restart.jsonl", "000001.jsonl"}) CHECK(fs::exists(dir.path() / other));
  CHECK_FALSE(fs::exists(dir.path() / ".unfinished"));
}

TEST_CASE("a directory that cannot be used is an error, and leaves no part of a file") {
  test::ScratchDir dir;
  std::ofstream(dir.path() / "state") << "a file";
  CHECK(IncidentFiles(dir.path() / "state/incidents").add("mk3", Kind::kStop, "x") == ENOTDIR);
  // A disk that takes a part of the file, by a limit on the size of files in a child.
  const IncidentFiles full(dir.path() / "full");
  const pid_t child = ::fork();
  if (child == 0) {
    const rlimit limit{1000, 1000};
    ::signal(SIGXFSZ, SIG_IGN);
    ::setrlimit(RLIMIT_FSIZE, &limit);
    ::_exit(full.add("mk3", Kind::kStop, std::string(5000, 'x')) == EFBIG ? 0 : 1);
  }
  REQUIRE(child > 0);
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  CHECK(status == 0);
  CHECK(fs::is_empty(dir.path() / "full"));
}

TEST_CASE("a link in the place of an unfinished file is replaced, and its target is not written to") {
  test::ScratchDir dir;
  const fs::path victim = dir.path() / "victim", incidents = dir.path() / "incidents";
  std::ofstream(victim) << "precious";
  fs::create_directory(incidents);
  fs::create_symlink(victim, incidents / ".unfinished");
  const IncidentFiles files(incidents);
  REQUIRE(files.add("mk3", Kind::kStop, "new\n") == 0);
  std::string text;
  std::getline(std::ifstream(victim), text);
  CHECK(text == "precious");
  CHECK(fs::is_regular_file(fs::symlink_status(incidents / "000001-mk3-stop.jsonl")));
}

TEST_CASE("a file is a recording that decode reads, from its first line") {
  BlackBox box(BlackBox::kLeastBytes);
  box.add({TraceDirection::kToPrinter, "N1 G1 X1*97\n", {}, std::chrono::seconds(100)});
  box.add({TraceDirection::kFromPrinter, "ok\n\xff\x1b", {}, std::chrono::seconds(101)});
  box.add({TraceDirection::kToPrinter, "M105\n", {}, std::chrono::seconds(102), true});
  agent::incident::Incident incident;
  incident.printer = "mk3";
  incident.sentence = "the printer restarted";
  incident.at = std::chrono::seconds(101);
  const std::string text = IncidentFiles::text_of(incident, box.contents());
  std::istringstream in(text);
  std::ostringstream err;
  std::vector<std::string> lines;
  gcode::decode::Conversation conversation(
      nullptr,
      [&](const gcode::decode::LineNote& note, const gcode::command::Command&) { lines.emplace_back(note.line); },
      [&](const gcode::decode::LineNote& note, const gcode::reply::Reply&) { lines.emplace_back(note.line); });
  CHECK(agent::recording::read_conversation("jsonl", "incident", in, conversation, err));
  conversation.finish();
  CHECK(err.str().empty());
  CHECK(lines == std::vector<std::string>{"N1 G1 X1*97", "ok", "M105", "\xff\x1b"});
  CHECK_THAT(text,
             Catch::Contains("{\"t_us\": 2000000, \"dir\": \"tx\", \"data\": \"M105\\n\", \"owner\": \"agent\"}"));
}

TEST_CASE("a process that is killed while it writes leaves complete files only") {
  test::ScratchDir dir;
  const IncidentFiles files(dir.path());
  const std::string text(3 << 20, 'x');
  for (int round = 0; round < 20; ++round) {
    const pid_t child = ::fork();
    if (child == 0) {
      for (;;) {
        if (files.add("mk3", Kind::kKill, text) != 0) ::_exit(1);
      }
    }
    REQUIRE(child > 0);
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(30);
    const auto is_writing = [&] {
      std::error_code gone;
      const auto bytes = fs::file_size(dir.path() / ".unfinished", gone);
      return !gone && bytes > 0 && bytes < text.size();
    };
    while (!is_writing() && std::chrono::steady_clock::now() < deadline) {}
    ::kill(child, SIGKILL);
    REQUIRE(::waitpid(child, nullptr, 0) == child);
    std::error_code error;
    for (const auto& file : files.list(error)) CHECK(file.bytes == text.size());
  }
  CHECK(files.add("mk3", Kind::kKill, "after\n") == 0);
  CHECK_FALSE(fs::exists(dir.path() / ".unfinished"));
}

}  // namespace
