#include "agent/jobs/store_database.h"

#include <array>
#include <limits>

#include <unistd.h>

#include "agent/text/metrics_text.h"

namespace agent::jobs {
namespace {

// A second process that reads locks the file for milliseconds; a backup program may lock it longer.
constexpr int kPatienceMilliseconds = 5000;

// Step i brings schema i to i + 1. A released step is never changed.
constexpr std::array<const char*, StoreDatabase::kSchema> kMigrations{
    R"(CREATE TABLE job (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  printer TEXT NOT NULL, source TEXT NOT NULL, file TEXT NOT NULL,
  result TEXT NOT NULL, reason TEXT NOT NULL, joined INTEGER NOT NULL,
  began REAL NOT NULL, ended REAL NOT NULL, elapsed REAL NOT NULL,
  extruded REAL NOT NULL, travel_x REAL NOT NULL, travel_y REAL NOT NULL, travel_z REAL NOT NULL,
  highest_tool REAL NOT NULL, highest_bed REAL NOT NULL, progress REAL,
  resends INTEGER NOT NULL, stalls INTEGER NOT NULL);
CREATE INDEX job_began ON job (began);
CREATE TABLE total (
  printer TEXT PRIMARY KEY, started INTEGER NOT NULL,
  completed INTEGER NOT NULL, cancelled INTEGER NOT NULL, failed INTEGER NOT NULL,
  print_seconds REAL NOT NULL, extruded REAL NOT NULL);)",
    R"(CREATE TABLE layer (
  id INTEGER PRIMARY KEY, job INTEGER NOT NULL, number INTEGER NOT NULL,
  height REAL NOT NULL, seconds REAL NOT NULL, extruded REAL NOT NULL,
  underruns INTEGER NOT NULL, resends INTEGER NOT NULL, lowest_buffered REAL,
  UNIQUE (job, number));)",
    R"(ALTER TABLE total ADD COLUMN since REAL;
UPDATE total SET since = (SELECT min(began) FROM job WHERE job.printer = total.printer);)"};

constexpr const char* kColumns =
    "id, printer, source, file, result, reason, joined, began, ended, elapsed, extruded, travel_x, travel_y, travel_z, "
    "highest_tool, highest_bed, progress, resends, stalls";

/// Reads the columns of a row and notes values that cannot be: a changed bit on the card, which SQLite does not notice. A
/// row with one is left out.
class CheckedRow {
 public:
  explicit CheckedRow(Statement& row) : row_(row) {}

  [[nodiscard]] bool is_possible() const { return possible_; }
  /// Ids and counts: 2^53 and below are exact in JSON and in the metrics.
  std::int64_t count(std::int64_t most = std::int64_t{1} << 53) {
    const std::int64_t value = row_.integer();
    return check(value >= 0 && value <= most) ? value : 0;
  }
  std::uint32_t small_count() { return static_cast<std::uint32_t>(count(std::numeric_limits<std::uint32_t>::max())); }
  double figure(double least = -kMost) {
    const double value = row_.real();
    return check(value >= least && value <= kMost) ? value : 0;  // not for NaN
  }
  double time() { return figure(0); }
  std::string text(std::size_t most) { return text::clean_text(row_.text(), most); }
  Statement& unchecked() { return row_; }

 private:
  static constexpr double kMost = 1e12;  // as seconds, 30,000 years

  bool check(bool holds) {
    possible_ = possible_ && holds;
    return holds;
  }

  Statement& row_;
  bool possible_ = true;
};

snapshot::JobRecord read_job(CheckedRow& row) {
  constexpr std::size_t kLongestName = 256, kLongestReason = 512;
  snapshot::JobRecord job;
  job.id = row.count();
  job.printer = row.text(kLongestName);
  job.source = row.unchecked().text() == "sd" ? gcode::printer::PrintSource::kSd : gcode::printer::PrintSource::kHost;
  job.file = row.text(kLongestName);
  job.result = snapshot::job_result_of(row.unchecked().text()).value_or(snapshot::JobResult::kUnknown);
  job.reason = row.text(kLongestReason);
  job.joined = row.unchecked().integer() != 0;
  job.began_unix = row.time();
  job.ended_unix = row.time();
  job.elapsed_seconds = row.time();
  job.extruded_meters = row.figure();
  for (double& meters : job.travel_meters) meters = row.figure();
  job.highest_tool_celsius = row.figure();
  job.highest_bed_celsius = row.figure();
  job.progress = row.unchecked().optional_real();
  if (job.progress && !(*job.progress >= 0 && *job.progress <= 1)) job.progress.reset();
  job.resends = row.small_count();
  job.stalls = row.small_count();
  return job;
}

}  // namespace

StoreDatabase::StoreDatabase(const std::string& file, int flags) {
  sqlite3* db = nullptr;
  const int code = sqlite3_open_v2(file.c_str(), &db, flags | SQLITE_OPEN_FULLMUTEX | SQLITE_OPEN_URI, nullptr);
  db_.reset(db);
  if (code != SQLITE_OK) fail_store(db, code);
  sqlite3_busy_timeout(db, kPatienceMilliseconds);
}

StoreDatabase StoreDatabase::for_writing(const std::string& file) {
  StoreDatabase database(file, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE);
  // WAL: a reader never waits. FULL: a commit is on the card when the call returns, also if the power fails.
  database.run("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA journal_size_limit=1048576");
  database.migrate();
  return database;
}

StoreDatabase StoreDatabase::for_reading(const std::string& file) {
  try {
    StoreDatabase database(file, SQLITE_OPEN_READONLY);
    (void)database.highest_job_id();
    return database;
  } catch (const StoreDamaged&) {
    throw;
  } catch (const StoreError&) {
    // A reader that may not write to the directory cannot share a WAL; without a WAL no process is writing.
    if (::access((file + "-wal").c_str(), F_OK) == 0 || ::access(file.c_str(), R_OK) != 0) throw;
    return StoreDatabase("file:" + file + "?immutable=1", SQLITE_OPEN_READONLY);
  }
}

void StoreDatabase::run(const char* sql) const {
  const int code = sqlite3_exec(db_.get(), sql, nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) fail_store(db_.get(), sqlite3_extended_errcode(db_.get()));
}

void StoreDatabase::check() const {
  Statement rows(db_.get(), "PRAGMA quick_check(1)");
  const std::string said = rows.step() ? rows.text() : "no answer";
  if (said != "ok") throw StoreDamaged("its content is damaged");
}

void StoreDatabase::migrate() {
  Statement question(db_.get(), "PRAGMA user_version");
  question.step();
  const auto have = question.integer();
  if (have > kSchema) {
    throw StoreError("it was written by a newer marlin-agent (schema " + std::to_string(have) + ", this one knows " +
                     std::to_string(kSchema) + ")");
  }
  for (auto step = static_cast<std::size_t>(have); step < kMigrations.size(); ++step) {
    const std::string all = "BEGIN IMMEDIATE;" + std::string(kMigrations[step]) +
                            "PRAGMA user_version=" + std::to_string(step + 1) + ";COMMIT";
    run(all.c_str());
  }
}

void StoreDatabase::write(const std::vector<JobChange>& changes) {
  run("BEGIN IMMEDIATE");
  try {
    for (const JobChange& change : changes) {
      put(change.job);
      add(change.job.printer, change.adds);
      for (const auto& layer : change.layers) add(change.job.id, layer);
    }
    Statement(db_.get(), "DELETE FROM job WHERE id <= (SELECT id FROM job ORDER BY id DESC LIMIT 1 OFFSET ?)")
        .bind(kMostJobs)
        .step();
    Statement(db_.get(), "DELETE FROM layer WHERE id <= (SELECT max(id) FROM layer) - ?")
        .bind(static_cast<std::int64_t>(snapshot::History::kMostLayers))
        .step();
    run("COMMIT");
  } catch (const StoreError&) {
    sqlite3_exec(db_.get(), "ROLLBACK", nullptr, nullptr, nullptr);
    throw;
  }
}

void StoreDatabase::put(const snapshot::JobRecord& job) const {
  Statement statement(db_.get(), "INSERT OR REPLACE INTO job (" + std::string(kColumns) +
                                     ") VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)");
  statement.bind(job.id)
      .bind(job.printer)
      .bind(snapshot::word_of(job.source))
      .bind(job.file)
      .bind(snapshot::word_of(job.result))
      .bind(job.reason);
  statement.bind(std::int64_t{job.joined}).bind(job.began_unix).bind(job.ended_unix).bind(job.elapsed_seconds);
  statement.bind(job.extruded_meters);
  for (const double meters : job.travel_meters) statement.bind(meters);
  statement.bind(job.highest_tool_celsius).bind(job.highest_bed_celsius).bind(job.progress);
  statement.bind(std::int64_t{job.resends}).bind(std::int64_t{job.stalls});
  statement.step();
}

void StoreDatabase::add(const std::string& printer, const snapshot::JobTotals& more) const {
  const auto count = [](std::uint64_t value) { return static_cast<std::int64_t>(value); };
  Statement statement(
      db_.get(),
      "INSERT INTO total VALUES (?,?,?,?,?,?,?,?) ON CONFLICT (printer) DO UPDATE SET "
      "started = started + excluded.started, completed = completed + excluded.completed, "
      "cancelled = cancelled + excluded.cancelled, failed = failed + excluded.failed, "
      "print_seconds = print_seconds + excluded.print_seconds, extruded = extruded + excluded.extruded, "
      "since = min(coalesce(since, excluded.since), coalesce(excluded.since, since))");
  statement.bind(printer).bind(count(more.started));
  for (const std::uint64_t ended : more.ended) statement.bind(count(ended));
  statement.bind(more.print_seconds).bind(more.extruded_meters).bind(more.since_unix).step();
}

// A layer that was written before a restart may come again.
void StoreDatabase::add(std::int64_t job, const gcode::printer::Layer& layer) const {
  Statement statement(db_.get(),
                      "INSERT OR IGNORE INTO layer (job, number, height, seconds, extruded, underruns, resends, "
                      "lowest_buffered) VALUES (?,?,?,?,?,?,?,?)");
  statement.bind(job).bind(std::int64_t{layer.number});
  for (const float value : {layer.height_mm, layer.seconds, layer.extruded_mm}) statement.bind(double{value});
  statement.bind(std::int64_t{layer.underruns}).bind(std::int64_t{layer.resends});
  const bool known = layer.lowest_buffered >= 0;
  statement.bind(known ? std::optional<double>(layer.lowest_buffered) : std::nullopt).step();
}

std::vector<std::pair<std::int64_t, gcode::printer::Layer>> StoreDatabase::layers() const {
  Statement rows(db_.get(),
                 "SELECT job, number, height, seconds, extruded, underruns, resends, coalesce(lowest_buffered, -1) "
                 "FROM layer ORDER BY job, number LIMIT ?");
  rows.bind(static_cast<std::int64_t>(snapshot::History::kMostLayers));
  std::vector<std::pair<std::int64_t, gcode::printer::Layer>> found;
  while (rows.step()) {
    CheckedRow row(rows);
    std::pair<std::int64_t, gcode::printer::Layer> entry;
    auto& [job, layer] = entry;
    job = row.count();
    layer.number = row.small_count();
    layer.height_mm = static_cast<float>(row.figure());
    layer.seconds = static_cast<float>(row.time());
    layer.extruded_mm = static_cast<float>(row.figure());
    layer.underruns = row.small_count();
    layer.resends = row.small_count();
    layer.lowest_buffered = static_cast<float>(row.figure());
    if (row.is_possible()) found.push_back(entry);
  }
  return found;
}

std::vector<snapshot::JobRecord> StoreDatabase::jobs(const snapshot::JobFilter& filter) const {
  std::string sql = "SELECT " + std::string(kColumns) + " FROM job WHERE 1";
  if (!filter.printer.empty()) sql += " AND printer = ?";
  if (filter.result) sql += " AND result = ?";
  if (filter.since_unix) sql += " AND began >= ?";
  if (filter.until_unix) sql += " AND began <= ?";
  if (filter.before_id) sql += " AND id < ?";
  Statement rows(db_.get(), sql + " ORDER BY id DESC LIMIT ?");
  if (!filter.printer.empty()) rows.bind(filter.printer);
  if (filter.result) rows.bind(snapshot::word_of(*filter.result));
  if (filter.since_unix) rows.bind(*filter.since_unix);
  if (filter.until_unix) rows.bind(*filter.until_unix);
  if (filter.before_id) rows.bind(*filter.before_id);
  rows.bind(static_cast<std::int64_t>(filter.limit));
  std::vector<snapshot::JobRecord> found;
  while (rows.step()) {
    CheckedRow row(rows);
    auto job = read_job(row);
    if (row.is_possible()) found.push_back(std::move(job));
  }
  return found;
}

std::vector<std::pair<std::string, snapshot::JobTotals>> StoreDatabase::totals() const {
  Statement rows(db_.get(),
                 "SELECT printer, started, completed, cancelled, failed, print_seconds, extruded, since FROM total");
  std::vector<std::pair<std::string, snapshot::JobTotals>> found;
  while (rows.step()) {
    CheckedRow row(rows);
    std::pair<std::string, snapshot::JobTotals> entry;
    auto& [printer, totals] = entry;
    printer = rows.text();
    totals.started = static_cast<std::uint64_t>(row.count());
    for (auto& ended : totals.ended) ended = static_cast<std::uint64_t>(row.count());
    totals.print_seconds = row.time();
    totals.extruded_meters = row.figure();
    totals.since_unix = rows.optional_real();
    if (totals.since_unix && !(*totals.since_unix >= 0)) totals.since_unix.reset();
    if (row.is_possible()) found.push_back(std::move(entry));
  }
  return found;
}

std::int64_t StoreDatabase::highest_job_id() const {
  // The sequence includes the ids of deleted rows.
  Statement rows(db_.get(), "SELECT coalesce(max(seq), 0) FROM sqlite_sequence WHERE name = 'job'");
  if (!rows.step()) return 0;
  CheckedRow row(rows);
  const std::int64_t id = row.count();
  if (!row.is_possible()) throw StoreDamaged("the number of its last print is none");
  return id;
}

}  // namespace agent::jobs
