// The history file: SQLite, one writer. Knows statements and schema, no thread. Every call does all of its work or
// none; on failure it throws StoreError with a sentence.
// Schema 1: table job (one row per print), table total (one row per printer). Schema 2: table layer (one row per finished
// layer of a host's print). Schema 3: begin of each printer's first print.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <sqlite3.h>

#include "agent/snapshot/history.h"

struct sqlite3;

namespace agent::jobs {

struct StoreError : std::runtime_error {
  using std::runtime_error::runtime_error;
};
/// The file is not a database or is damaged: a retry does not help.
struct StoreDamaged : StoreError {
  using StoreError::StoreError;
};

/// Throws StoreError, or StoreDamaged, depending on `code`.
[[noreturn]] inline void fail_store(sqlite3* db, int code) {
  const std::string text = db != nullptr ? sqlite3_errmsg(db) : sqlite3_errstr(code);
  if ((code & 0xff) == SQLITE_CORRUPT || (code & 0xff) == SQLITE_NOTADB) throw StoreDamaged(text);
  throw StoreError(text);
}

/// One prepared SQLite statement: values bound in order, rows stepped through, columns read in order.
class Statement {
 public:
  Statement(sqlite3* db, std::string_view sql) : db_(db) {
    check(sqlite3_prepare_v2(db, sql.data(), static_cast<int>(sql.size()), &statement_, nullptr));
  }
  ~Statement() { sqlite3_finalize(statement_); }
  Statement(const Statement&) = delete;
  Statement& operator=(const Statement&) = delete;

  // --- values, in the order of the question marks
  Statement& bind(std::int64_t value) { return bound(sqlite3_bind_int64(statement_, ++bound_, value)); }
  Statement& bind(double value) { return bound(sqlite3_bind_double(statement_, ++bound_, value)); }
  Statement& bind(std::string_view value) {
    return bound(
        sqlite3_bind_text(statement_, ++bound_, value.data(), static_cast<int>(value.size()), SQLITE_TRANSIENT));
  }
  Statement& bind(const std::optional<double>& value) {
    return value ? bind(*value) : bound(sqlite3_bind_null(statement_, ++bound_));
  }

  /// True while there is a row.
  bool step() {
    const int code = sqlite3_step(statement_);
    column_ = 0;
    if (code == SQLITE_ROW) return true;
    if (code != SQLITE_DONE) fail_store(db_, code);
    return false;
  }

  // --- columns of the row, in order
  std::int64_t integer() { return sqlite3_column_int64(statement_, column_++); }
  double real() { return sqlite3_column_double(statement_, column_++); }
  std::optional<double> optional_real() {
    if (sqlite3_column_type(statement_, column_) != SQLITE_NULL) return real();
    ++column_;
    return std::nullopt;
  }
  std::string text() {
    const auto* bytes = reinterpret_cast<const char*>(sqlite3_column_text(statement_, column_));
    const int size = sqlite3_column_bytes(statement_, column_++);
    return bytes != nullptr ? std::string(bytes, static_cast<std::size_t>(size)) : std::string();
  }

 private:
  void check(int code) const {
    if (code != SQLITE_OK) fail_store(db_, code);
  }
  Statement& bound(int code) {
    check(code);
    return *this;
  }

  sqlite3* db_;
  sqlite3_stmt* statement_ = nullptr;
  int bound_ = 0;
  int column_ = 0;
};

/// One change: the current state of a print, what it adds to its printer's totals, and layers that it has finished.
struct JobChange {
  snapshot::JobRecord job;
  snapshot::JobTotals adds;
  std::vector<gcode::printer::Layer> layers{};
};

class StoreDatabase {
 public:
  static constexpr int kSchema = 3;
  /// 10,000 prints: ten years of a busy printer, 3 MB. The oldest are deleted.
  static constexpr std::int64_t kMostJobs = 10'000;

  /// Opens or creates `file` for writing and migrates its schema to kSchema.
  [[nodiscard]] static StoreDatabase for_writing(const std::string& file);
  /// Opens a file that another process may be writing; it must exist.
  [[nodiscard]] static StoreDatabase for_reading(const std::string& file);

  /// Reads the whole file; throws StoreDamaged if it is not sound.
  void check() const;
  /// One transaction, on the disk when this returns.
  void write(const std::vector<JobChange>& changes);
  /// Newest first.
  [[nodiscard]] std::vector<snapshot::JobRecord> jobs(const snapshot::JobFilter& filter) const;
  [[nodiscard]] std::vector<std::pair<std::string, snapshot::JobTotals>> totals() const;
  /// Oldest print first, with the print's id.
  [[nodiscard]] std::vector<std::pair<std::int64_t, gcode::printer::Layer>> layers() const;
  [[nodiscard]] std::int64_t highest_job_id() const;

 private:
  explicit StoreDatabase(const std::string& file, int flags);
  void run(const char* sql) const;
  void migrate();
  void put(const snapshot::JobRecord& job) const;
  void add(const std::string& printer, const snapshot::JobTotals& more) const;
  void add(std::int64_t job, const gcode::printer::Layer& layer) const;

  std::unique_ptr<sqlite3, int (*)(sqlite3*)> db_{nullptr, sqlite3_close_v2};
};

}  // namespace agent::jobs
