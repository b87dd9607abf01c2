// `marlin-agent report`: one archive for a bug report. Says what it contains before it is written; sends nothing.
#pragma once

#include <ostream>
#include <string>
#include <variant>
#include <vector>

#include "agent/tools/command_line.h"

namespace agent::tools {

struct ReportOptions {
  std::string printer;
  std::string config_file = "/etc/marlin-agent/marlin-agent.toml";
  std::string state_dir;  ///< empty: the configuration's, or the default
  std::string log_file;   ///< empty: the service's journal
  std::string agent = "http://localhost:11520";
  std::string output;  ///< empty: marlin-agent-report-NAME-TIME.tar.gz in the current directory
  HttpAccess http;
};

/// A file of the archive, or the reason why there is none.
struct ReportPart {
  std::string name;   ///< in the archive, may have one folder
  std::string about;  ///< what it is, or why it is missing, for the owner
  std::string text;
  bool is_missing = false;
};

[[nodiscard]] std::variant<ReportOptions, text::EarlyExit> parse_report(int argc, const char* const* argv);

/// Reads everything. Throws Failure (kUsage) if the agent answers and has no such printer.
[[nodiscard]] std::vector<ReportPart> report_parts(const ReportOptions& options);

int report_command(int argc, const char* const* argv, std::ostream& out, std::ostream& err);

}  // namespace agent::tools
