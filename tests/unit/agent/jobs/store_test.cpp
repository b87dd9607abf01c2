#include "agent/jobs/store.h"

#include <catch2/catch.hpp>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <thread>

#include "tests/scratch_dir.h"

using agent::jobs::JobChange;
using agent::jobs::Store;
using agent::snapshot::History;
using agent::snapshot::JobResult;

namespace {

JobChange job(std::int64_t id, JobResult result = JobResult::kCompleted) {
  JobChange change;
  change.job.id = id;
  change.job.printer = "mk3";
  change.job.result = result;
  change.job.began_unix = 1.7e9;
  change.adds.started = 1;
  return change;
}

struct Bench {
  test::ScratchDir dir;
  agent::log::LogCounters log_counters;
  agent::log::Log log{{}, log_counters};
  agent::snapshot::StoreCounters counters;
  History history;
  std::string file() const { return dir.path() / Store::kFileName; }
};

template <class Condition>
bool wait_for(Condition&& holds) {
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(30);
  while (!holds()) {
    if (std::chrono::steady_clock::now() > end) return false;
    std::this_thread::yield();
  }
  return true;
}

}  // namespace

TEST_CASE("an ended print is written to disk immediately, and is there after a restart") {
  Bench b;
  {
    Store store(b.dir.path(), b.history, b.counters, b.log);
    store.put(job(b.history.next_job_id()), true);
    REQUIRE(wait_for([&] { return b.counters.writes == 1; }));
    CHECK(agent::jobs::StoreDatabase::for_reading(b.file()).jobs({}).size() == 1);
    CHECK(wait_for([&] { return b.history.totals("mk3").started == 1; }));
  }
  History later;
  Store store(b.dir.path(), later, b.counters, b.log);
  CHECK(later.jobs({}).size() == 1);
  CHECK(later.totals("mk3").started == 1);
  CHECK(later.next_job_id() == 2);
}

TEST_CASE("the figures of a running print are written once a minute, and at the end of the program") {
  Bench b;
  {
    Store store(b.dir.path(), b.history, b.counters, b.log);
    store.put(job(1, JobResult::kRunning), true);
    REQUIRE(wait_for([&] { return b.counters.writes == 1; }));
    for (int i = 0; i < 100; ++i) {
      auto running = job(1, JobResult::kRunning);
      running.job.elapsed_seconds = i;
      store.put(running, false);
    }
    CHECK(b.counters.writes == 1);
  }
  CHECK(b.counters.writes == 2);
  CHECK(agent::jobs::StoreDatabase::for_reading(b.file()).jobs({}).at(0).elapsed_seconds == 99);
}

TEST_CASE("an unwritable directory costs one log line and a metric, and no print") {
  Bench b;
  std::ofstream(b.dir.path() / "file") << "in the way";
  Store store(b.dir.path() / "file", b.history, b.counters, b.log);
  CHECK_FALSE(b.counters.works);
  CHECK(b.counters.errors == 1);
  const auto id = b.history.next_job_id();
  store.put(job(id), true);
  CHECK(wait_for([&] { return b.history.totals("mk3").started == 1; }));
  store.put(job(id), true);
  CHECK(wait_for([&] { return b.history.totals("mk3").started == 2; }));
  CHECK(wait_for([&] { return b.log_counters.errors == 1; }));
}

TEST_CASE("a store that could not be opened comes back by itself, with its directory, also without a print") {
  Bench b;
  const std::string dir = b.dir.path() / "state";
  std::ofstream(dir) << "in the way";
  Store store(dir, b.history, b.counters, b.log, std::chrono::milliseconds(5));
  CHECK_FALSE(b.counters.works);
  REQUIRE(wait_for([&] { return b.counters.errors >= 3; }));
  CHECK(b.log_counters.errors == 1);
  std::filesystem::remove(dir);
  CHECK(wait_for([&] { return b.counters.works.load(); }));
  CHECK(std::filesystem::exists(dir + "/history.db"));
}

TEST_CASE("a state directory that every user may write to is not used until that is mended") {
  Bench b;
  const std::string dir = b.dir.path() / "state";
  std::filesystem::create_directory(dir);
  std::filesystem::permissions(dir, std::filesystem::perms::all);
  Store store(dir, b.history, b.counters, b.log, std::chrono::milliseconds(5));
  CHECK_FALSE(b.counters.works);
  REQUIRE(wait_for([&] { return b.counters.errors >= 3; }));
  CHECK_FALSE(std::filesystem::exists(dir + "/history.db"));
  std::filesystem::permissions(dir, std::filesystem::perms::owner_all);
  CHECK(wait_for([&] { return b.counters.works.load(); }));
}

TEST_CASE("ids that were assigned while the file could not be read do not collide with those in it") {
  Bench b;
  {
    Store store(b.dir.path(), b.history, b.counters, b.log);
    store.put(job(1), true);
  }
  const std::string away = b.dir.path().string() + "-away";
  std::filesystem::rename(b.dir.path(), away);
  std::ofstream(b.dir.path()) << "in the way";
  History other;
  {
    Store store(b.dir.path(), other, b.counters, b.log);
    CHECK(other.next_job_id() > 1'000'000);
    std::filesystem::remove(b.dir.path());
    std::filesystem::rename(away, b.dir.path());
    store.put(job(other.next_job_id()), true);
  }
  CHECK(agent::jobs::StoreDatabase::for_reading(b.file()).jobs({}).size() == 2);
}

TEST_CASE("a damaged file is moved aside and a new one is created") {
  Bench b;
  std::ofstream(b.file()) << std::string(8192, 'x');
  {
    Store store(b.dir.path(), b.history, b.counters, b.log);
    store.put(job(b.history.next_job_id()), true);
  }
  CHECK(agent::jobs::StoreDatabase::for_reading(b.file()).jobs({}).size() == 1);
  int aside = 0;
  for (const auto& entry : std::filesystem::directory_iterator(b.dir.path())) {
    aside += entry.path().filename().string().find(".damaged-") != std::string::npos ? 1 : 0;
  }
  CHECK(aside == 1);
}

TEST_CASE("a file whose damage shows only later is replaced too, and the print that shows it is kept") {
  Bench b;
  {
    Store store(b.dir.path(), b.history, b.counters, b.log);
    JobChange change = job(b.history.next_job_id());
    for (std::uint32_t number = 1; number <= 500; ++number) change.layers.push_back({.number = number});
    store.put(change, true);
  }
  {
    // The free space of the first page, which only a check or a write looks at.
    std::fstream file(b.file(), std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(101);
    file.write("\x0f\xff", 2);
  }
  History next;
  agent::snapshot::StoreCounters counters;
  {
    Store store(b.dir.path(), next, counters, b.log);
    CHECK(next.jobs({}).size() == 1);
    store.put(job(next.next_job_id()), true);
  }
  CHECK(counters.works);
  CHECK(agent::jobs::StoreDatabase::for_reading(b.file()).jobs({}).size() == 1);
  CHECK(counters.errors == 1);
}
