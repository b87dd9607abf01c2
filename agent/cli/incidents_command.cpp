#include "agent/cli/commands.h"

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include <nlohmann/json.hpp>

#include "agent/config/run_configuration.h"
#include "agent/incident/incident_files.h"
#include "agent/text/text_table.h"
#include "agent/text/time_text.h"

namespace agent::cli {
namespace {

using nlohmann::ordered_json;

// Ten times the longest head.
constexpr std::size_t kLongestHead = 64 << 10;

/// The head of a file without the keys of a recording; nothing if it has none.
ordered_json head_of(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::string line(kLongestHead, '\0');
  file.getline(line.data(), static_cast<std::streamsize>(line.size()));
  ordered_json head = ordered_json::parse(line.c_str(), nullptr, false);
  if (!head.is_object() || !head.contains("incident") || !head.contains("sentence")) return nullptr;
  for (const char* key : {"t_us", "dir", "data"}) head.erase(key);
  return head;
}

ordered_json all_heads(const incident::IncidentFiles& files, std::error_code& error) {
  auto out = ordered_json::array();
  for (const incident::IncidentFiles::File& file : files.list(error)) {
    const std::filesystem::path path = files.dir() / file.name;
    const ordered_json head = head_of(path);
    if (head.is_null()) continue;
    ordered_json& item =
        out.emplace_back(ordered_json{{"id", file.number}, {"file", path.string()}, {"bytes", file.bytes}});
    item.update(head);
  }
  return out;
}

text::TextRow row_of(const ordered_json& incident) {
  return {incident["id"].dump(), incident.value("printer", ""),
          text::local_time_text(incident.value("at_unix_seconds", 0.0)), incident.value("incident", ""),
          incident.value("sentence", "")};
}

}  // namespace

int list_incidents(const IncidentsOptions& options, std::ostream& out, std::ostream& err) {
  const std::string state = options.state_dir ? *options.state_dir : config::default_state_dir(::getenv);
  const incident::IncidentFiles files(std::filesystem::path(state) / incident::kIncidentFolder);
  std::error_code error;
  const ordered_json all = all_heads(files, error);
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
