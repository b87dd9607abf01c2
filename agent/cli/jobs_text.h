// Prints as text: a table for people, JSON and CSV (RFC 4180) for programs. Lengths in metres, times in seconds and UTC in
// the latter two; local time in the table.
#pragma once

#include <ostream>
#include <vector>

#include "agent/snapshot/history.h"

namespace agent::cli {

void write_jobs_table(std::ostream& out, const std::vector<snapshot::JobRecord>& jobs);
void write_jobs_json(std::ostream& out, const std::vector<snapshot::JobRecord>& jobs);
void write_jobs_csv(std::ostream& out, const std::vector<snapshot::JobRecord>& jobs);

}  // namespace agent::cli
