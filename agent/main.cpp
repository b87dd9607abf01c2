// The program: one command line, one sub-command.
#include <iostream>

#include "agent/cli/check_config.h"
#include "agent/cli/decode_command.h"
#include "agent/cli/jobs_command.h"
#include "agent/cli/list_command.h"
#include "agent/cli/options.h"
#include "agent/cli/order_command.h"
#include "agent/cli/other_program.h"
#include "agent/cli/run_command.h"
#include "agent/cli/status_command.h"
#include "agent/metrics/metrics_reference.h"

namespace {

int begin(const agent::EarlyExit& exit) {
  (exit.code == 0 ? std::cout : std::cerr) << exit.text;
  return exit.code;
}
int begin(const agent::RunOptions& options) { return agent::run(options); }
int begin(const agent::CheckConfigOptions& options) { return agent::check_config(options, std::cout, std::cerr); }
int begin(const agent::ListOptions& options) { return agent::list(options, std::cout, std::cerr); }
int begin(const agent::DecodeOptions& options) { return agent::decode_file(options, std::cin, std::cout, std::cerr); }
int begin(const agent::StatusOptions& options) { return agent::status(options, std::cout, std::cerr); }
int begin(const agent::OrderOptions& options) { return agent::give_order(options, std::cout, std::cerr); }
int begin(const agent::JobsOptions& options) { return agent::list_jobs(options, std::cout, std::cerr); }
int begin(const agent::ReferenceOptions&) {
  std::cout << agent::metrics_reference();
  return 0;
}
int begin(const agent::OtherProgram&) { return 1; }  // main() has become it before

}  // namespace

int main(int argc, char** argv) {
  if (argc > 1) {
    if (const auto program = agent::other_program(argv[1])) return agent::become(*program, argv, std::cerr);
  }
  return std::visit([](const auto& command) { return begin(command); }, agent::parse_command_line(argc, argv));
}
