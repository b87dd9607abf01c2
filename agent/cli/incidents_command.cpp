#include "agent/cli/commands.h"

#include <cstdlib>
#include <filesystem>

#include <nlohmann/json.hpp>

#include "agent/config/run_configuration.h"
#include "agent/incident/incident_files.h"
#include "agent/text/text_table.h"
#include "agent/text/time_text.h"

namespace agent::cli {
namespace {

using nlohmann::ordered_json;

text::TextRow row_of(const ordered_json& incident) {
  return {incident["id"].dump(), incident["printer"], text::local_time_text(incident["at_unix_seconds"]),
          incident["incident"], incident["sentence"]};
}

}  // namespace

int list_incidents(const IncidentsOptions& options, std::ostream& out, std::ostream& err) {
  const std::string state = options.state_dir ? *options.state_dir : config::default_state_dir(::getenv);
  const incident::IncidentFiles files(std::filesystem::path(state) / incident::kIncidentFolder);
  std::error_code error;
  const ordered_json all = files.heads(error);
  if (error == std::errc::no_such_file_or_directory && std::filesystem::exists(state))
    error.clear();  // no incident yet
  if (error) {
    err << "marlin-agent: cannot read the incidents in " << files.dir().string() << ": " << error.message()
        << " (another directory: --state-dir DIR)\n";
    return 1;
  }
  if (options.json) {
    out << all.dump(2) << '\n';
    return 0;
  }
  std::vector<text::TextRow> rows{{"ID", "PRINTER", "TIME", "KIND", "WHAT"}};
  for (const ordered_json& incident : all) rows.push_back(row_of(incident));
  text::write_columns(out, rows);
  return 0;
}

}  // namespace agent::cli
