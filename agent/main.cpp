// The program: one command line, one sub-command.
#include <exception>
#include <iostream>

#include "agent/cli/commands.h"
#include "agent/cli/other_program.h"
#include "agent/metrics/metrics.h"

namespace {

int begin(const agent::text::EarlyExit& exit) { return exit.show(std::cout, std::cerr); }
int begin(const agent::config::RunOptions& options) { return agent::cli::run(options); }
int begin(const agent::cli::CheckConfigOptions& options) {
  return agent::cli::check_config(options, std::cout, std::cerr);
}
int begin(const agent::cli::ListOptions& options) { return agent::cli::list(options, std::cout, std::cerr); }
int begin(const agent::cli::DoctorOptions& options) { return agent::cli::doctor(options, std::cout); }
int begin(const agent::cli::DecodeOptions& options) {
  return agent::cli::decode_file(options, std::cin, std::cout, std::cerr);
}
int begin(const agent::cli::StatusOptions& options) { return agent::cli::status(options, std::cout, std::cerr); }
int begin(const agent::cli::WatchOptions& options) { return agent::cli::watch(options, std::cout, std::cerr); }
int begin(const agent::cli::CommandOptions& options) { return agent::cli::send_command(options, std::cout, std::cerr); }
int begin(const agent::cli::JobsOptions& options) { return agent::cli::list_jobs(options, std::cout, std::cerr); }
int begin(const agent::cli::IncidentsOptions& options) {
  return agent::cli::list_incidents(options, std::cout, std::cerr);
}
int begin(const agent::cli::ReferenceOptions&) {
  std::cout << agent::metrics::metrics_reference();
  return 0;
}
int begin(const agent::cli::OtherProgram&) { return 1; }  // main() has already replaced the process

}  // namespace

int main(int argc, char** argv) {
  if (argc > 1) {
    if (const auto program = agent::cli::other_program(argv[1])) return agent::cli::become(*program, argv, std::cerr);
  }
  try {
    return std::visit([](const auto& command) { return begin(command); }, agent::cli::parse_command_line(argc, argv));
  } catch (const std::exception& error) {  // memory, descriptors or threads
    std::cerr << "marlin-agent: " << error.what() << '\n';
    return 1;
  }
}
