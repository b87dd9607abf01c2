// A history file that the store itself has written, with any bytes changed: the store reads it or puts it aside, what it
// shows is possible, and it keeps the next print. The input is a list of changes: two bytes where, one byte how many, the
// bytes.
#include <cmath>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include <unistd.h>

#include <nlohmann/json.hpp>

#include "agent/jobs/store.h"
#include "agent/status/status_json.h"
#include "agent/text/utf8.h"
#include "tests/fuzz/claim.h"

namespace {

namespace fs = std::filesystem;
using agent::jobs::JobChange;
using agent::jobs::Store;
using agent::jobs::StoreDatabase;
using fuzz::claim;

constexpr std::int64_t kMostExact = std::int64_t{1} << 53;

/// In memory: a disk would take most of the time.
const fs::path& folder() {
  static const fs::path path = "/dev/shm/marlin-history-fuzz-" + std::to_string(::getpid());
  return path;
}

JobChange job(std::int64_t id, const char* printer, agent::snapshot::JobResult result) {
  JobChange change;
  auto& record = change.job;
  record.id = id;
  record.printer = printer;
  record.file = "/part " + std::to_string(id) + ".gco";
  record.result = result;
  record.reason = "the printer said Done printing file";
  record.began_unix = 1.7e9 + static_cast<double>(id % 1000) * 1000;
  record.ended_unix = record.began_unix + 600;
  record.elapsed_seconds = 599.5;
  record.extruded_meters = 1.25;
  record.travel_meters = {1, 2, 3};
  record.highest_tool_celsius = 215.5;
  record.highest_bed_celsius = 60.5;
  record.progress = 0.5;
  change.adds.started = 1;
  change.adds.print_seconds = 599.5;
  change.adds.since_unix = record.began_unix;
  for (std::uint32_t number = 1; number <= 5; ++number)
    change.layers.push_back({.number = number, .height_mm = 0.2F * static_cast<float>(number), .seconds = 30});
  return change;
}

/// A small file as the store leaves it.
std::string new_file() {
  fs::create_directories(folder());
  const std::string file = folder() / Store::kFileName;
  {
    auto database = StoreDatabase::for_writing(file);
    using Result = agent::snapshot::JobResult;
    database.write(
        {job(1, "mk3", Result::kCompleted), job(2, "mk4", Result::kFailed), job(3, "mk3", Result::kRunning)});
  }
  std::ifstream in(file, std::ios::binary);
  std::string bytes{std::istreambuf_iterator<char>(in), {}};
  claim(bytes.size() > 4096 && bytes.size() <= 65536, "two bytes are enough for a place in the file");
  return bytes;
}

void change(std::string& file, const std::uint8_t* data, std::size_t size) {
  while (size > 3) {
    const std::size_t offset = (data[0] | data[1] << 8) % file.size();
    const std::size_t bytes = std::min({std::size_t{data[2]}, size - 3, file.size() - offset});
    std::memcpy(file.data() + offset, data + 3, bytes);
    data += 3 + bytes;
    size -= 3 + bytes;
  }
}

bool is_figure(double value) { return std::abs(value) <= 1e12; }  // not for NaN
bool is_time(double value) { return value >= 0 && is_figure(value); }

void check(const agent::snapshot::JobRecord& job) {
  claim(job.id >= 0 && job.id <= kMostExact, "an id is exact");
  claim(agent::text::is_utf8(job.printer) && agent::text::is_utf8(job.file) && agent::text::is_utf8(job.reason),
        "texts are UTF-8");
  claim((job.printer + job.file + job.reason).find('\x1b') == std::string::npos, "no text controls a terminal");
  for (const double time : {job.began_unix, job.ended_unix, job.elapsed_seconds})
    claim(is_time(time), "a time is possible");
  for (const double figure : {job.extruded_meters, job.travel_meters[0], job.travel_meters[1], job.travel_meters[2],
                              job.highest_tool_celsius, job.highest_bed_celsius})
    claim(is_figure(figure), "a figure is a number");
  claim(!job.progress || (*job.progress >= 0 && *job.progress <= 1), "progress is a ratio");
  claim(!agent::status::job_json_with_deprecated_names(job).dump().empty(), "a print has its JSON");
}

void check(const agent::snapshot::JobTotals& totals) {
  claim(totals.started <= static_cast<std::uint64_t>(kMostExact), "a count is exact");
  for (const auto ended : totals.ended) claim(ended <= static_cast<std::uint64_t>(kMostExact), "a count is exact");
  claim(is_time(totals.print_seconds) && is_figure(totals.extruded_meters), "a sum is a number");
  claim(!totals.since_unix || *totals.since_unix >= 0, "a begin is a time");
}

void check(const agent::snapshot::History& history) {
  agent::snapshot::JobFilter all;
  all.limit = agent::snapshot::History::kMostJobs;
  for (const auto& job : history.jobs(all)) {
    check(job);
    for (const auto& layer : history.layers(job.id)) {
      claim(is_time(layer.seconds) && is_figure(layer.height_mm) && is_figure(layer.extruded_mm),
            "a layer is possible");
      claim(is_figure(layer.lowest_buffered), "a layer is possible");
    }
  }
  for (const char* printer : {"mk3", "mk4"}) check(history.totals(printer));
  const auto sums = history.summary(all);
  claim(std::isfinite(sums.elapsed_seconds) && std::isfinite(sums.extruded_meters), "sums are numbers");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const std::string kFile = new_file();
  std::string bytes = kFile;
  change(bytes, data, size);
  fs::remove_all(folder());
  fs::create_directories(folder());
  const std::string file = folder() / Store::kFileName;
  std::ofstream(file, std::ios::binary) << bytes;

  agent::log::LogCounters lines;
  agent::log::Log log{{}, lines, [](std::string_view) {}};
  agent::snapshot::StoreCounters counters;
  agent::snapshot::History history;
  std::int64_t id = 0;
  {
    Store store(folder(), history, counters, log);
    check(history);
    id = history.next_job_id();
    claim(id > 0 && id <= kMostExact + 1, "the next id is one");
    store.put(job(id, "mk3", agent::snapshot::JobResult::kCompleted), true);
  }
  check(history);
  claim(counters.works || lines.errors > 0, "a store that does not work says why");
  if (counters.works) {
    bool is_there = false;
    for (const auto& job : StoreDatabase::for_reading(file).jobs({})) is_there = is_there || job.id == id;
    claim(is_there, "the next print is kept");
  }
  return 0;
}
