// marlin-agent-tools: the subcommands that send requests to servers, export, metrics and report. A separate program, so that
// the daemon contains no HTTP client. Started by marlin-agent.
#include <iostream>
#include <string_view>

#include "agent/tools/command_line.h"
#include "agent/tools/export_options.h"
#include "agent/tools/metrics_command.h"
#include "agent/tools/report_command.h"

int main(int argc, char** argv) {
  std::ios::sync_with_stdio(false);
  const std::string_view command = argc > 1 ? argv[1] : "";
  if (command == "export") return agent::tools::export_command(argc - 1, argv + 1, std::cout, std::cerr);
  if (command == "metrics") return agent::tools::metrics_command(argc - 1, argv + 1, std::cout, std::cerr);
  if (command == "report") return agent::tools::report_command(argc - 1, argv + 1, std::cout, std::cerr);
  std::cerr << "marlin-agent-tools: start it as marlin-agent export, metrics or report\n";
  return static_cast<int>(agent::tools::Exit::kUsage);
}
