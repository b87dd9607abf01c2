#include "agent/cli/commands.h"

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <limits>

#include <unistd.h>

#include "agent/cli/jobs_text.h"
#include "agent/config/run_configuration.h"
#include "agent/jobs/store.h"
#include "agent/text/time_text.h"

namespace agent::cli {
namespace {

snapshot::JobFilter filter_of(const JobsOptions& options) {
  const auto now = static_cast<double>(std::time(nullptr));
  snapshot::JobFilter filter;
  filter.printer = options.printer;
  if (!options.result.empty()) filter.result = snapshot::job_result_of(options.result);
  if (!options.since.empty()) filter.since_unix = text::parse_time(options.since, now);
  if (!options.until.empty()) filter.until_unix = text::parse_time(options.until, now);
  filter.limit = options.limit > 0 ? options.limit : std::numeric_limits<std::int32_t>::max();
  return filter;
}

constexpr const char* kDeprecated =
    "marlin-agent: deprecated names in the output of jobs: began, ended, filament_meters and progress are removed in the "
    "next version; use began_unix_seconds, ended_unix_seconds, extruded_meters and progress_ratio\n";

}  // namespace

int list_jobs(const JobsOptions& options, std::ostream& out, std::ostream& err) {
  const std::string dir =
      options.state_dir ? *options.state_dir
                        : config::default_state_dir([](const char* name) -> const char* { return std::getenv(name); });
  const std::string file = dir + '/' + jobs::Store::kFileName;
  if (::access(file.c_str(), R_OK) != 0) {
    err << "marlin-agent: cannot read the history " << file << ": " << std::strerror(errno)
        << (errno == ENOENT ? " (another directory: --state-dir DIR)" : "") << '\n';
    return 1;
  }
  try {
    const auto jobs = jobs::StoreDatabase::for_reading(file).jobs(filter_of(options));
    if (options.json) write_jobs_json(out, jobs);
    else if (options.csv) write_jobs_csv(out, jobs);
    else write_jobs_table(out, jobs);
    if (options.json || options.csv) err << kDeprecated;
  } catch (const jobs::StoreError& error) {
    err << "marlin-agent: cannot read the history " << file << ": " << error.what() << '\n';
    return 1;
  }
  return 0;
}

}  // namespace agent::cli
