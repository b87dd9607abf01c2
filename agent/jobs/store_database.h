// The history file: SQLite, one writer. Knows statements and schema, no thread. Every call does all of its work or
// none; on failure it throws StoreError with a sentence.
// Schema 1: table job (one row per print), table total (one row per printer).
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "agent/jobs/store_statement.h"
#include "agent/snapshot/history.h"

struct sqlite3;

namespace agent::jobs {

/// One change: the current state of a print, and what it adds to its printer's totals.
struct JobChange {
  snapshot::JobRecord job;
  snapshot::JobTotals adds;
};

class StoreDatabase {
 public:
  static constexpr int kSchema = 1;
  /// 10,000 prints: ten years of a busy printer, 3 MB. The oldest are deleted.
  static constexpr std::int64_t kMostJobs = 10'000;

  /// Opens or creates `file` for writing and migrates its schema to kSchema.
  [[nodiscard]] static StoreDatabase for_writing(const std::string& file);
  /// Opens a file that another process may be writing; it must exist.
  [[nodiscard]] static StoreDatabase for_reading(const std::string& file);

  /// One transaction, on the disk when this returns.
  void write(const std::vector<JobChange>& changes);
  /// Newest first.
  [[nodiscard]] std::vector<snapshot::JobRecord> jobs(const snapshot::JobFilter& filter) const;
  [[nodiscard]] std::vector<std::pair<std::string, snapshot::JobTotals>> totals() const;
  [[nodiscard]] std::int64_t highest_job_id() const;

 private:
  struct Close {
    void operator()(sqlite3* db) const;
  };
  explicit StoreDatabase(const std::string& file, int flags);
  void run(const char* sql) const;
  void migrate();
  void put(const snapshot::JobRecord& job) const;
  void add(const std::string& printer, const snapshot::JobTotals& more) const;

  std::unique_ptr<sqlite3, Close> db_;
};

}  // namespace agent::jobs
