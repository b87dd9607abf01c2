// The history's file: SQLite, one writer. Knows statements and schema, no thread. Every call either did all of its work
// or none; it throws StoreError with a sentence.
// Schema 1: table job (one row a print), table total (one row a printer).
#pragma once

#include <cstdint>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "agent/history.h"

struct sqlite3;

namespace agent {

struct StoreError : std::runtime_error {
  using std::runtime_error::runtime_error;
};
/// The file is no database of ours, or damaged: it will not get better.
struct StoreDamaged : StoreError {
  using StoreError::StoreError;
};

/// One change: a print as it is now, and what it adds to its printer's totals.
struct JobChange {
  JobRecord job;
  JobTotals adds;
};

class StoreDatabase {
 public:
  static constexpr int kSchema = 1;
  /// 10,000 prints: ten years of a busy printer, 3 MB. The oldest go.
  static constexpr std::int64_t kMostJobs = 10'000;

  /// Opens or makes `file` for writing and brings its schema up to kSchema.
  [[nodiscard]] static StoreDatabase for_writing(const std::string& file);
  /// Opens a file that another process may be writing; it must exist.
  [[nodiscard]] static StoreDatabase for_reading(const std::string& file);

  /// One transaction, on the disk when this returns.
  void write(const std::vector<JobChange>& changes);
  /// Newest first.
  [[nodiscard]] std::vector<JobRecord> jobs(const JobFilter& filter) const;
  [[nodiscard]] std::vector<std::pair<std::string, JobTotals>> totals() const;
  [[nodiscard]] std::int64_t highest_job_id() const;

 private:
  struct Close {
    void operator()(sqlite3* db) const;
  };
  explicit StoreDatabase(const std::string& file, int flags);
  void run(const char* sql) const;
  void migrate();
  void put(const JobRecord& job) const;
  void add(const std::string& printer, const JobTotals& more) const;

  std::unique_ptr<sqlite3, Close> db_;
};

}  // namespace agent
