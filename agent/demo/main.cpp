// marlin-agent-demo: the subcommand `demo`. A separate program, so that the daemon contains no virtual printer. Started
// by marlin-agent.
#include <cstring>
#include <iostream>

#include "agent/demo/demo_options.h"

int main(int argc, char** argv) {
  if (argc < 2 || std::strcmp(argv[1], "demo") != 0) {
    std::cerr << "marlin-agent-demo: start it as marlin-agent demo\n";
    return 2;
  }
  const auto line = agent::demo::parse_demo_options(argc - 1, argv + 1);
  if (const auto* exit = std::get_if<agent::text::EarlyExit>(&line)) return exit->show(std::cout, std::cerr);
  return agent::demo::demo(std::get<agent::demo::DemoOptions>(line));
}
