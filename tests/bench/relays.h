// The relays that the benchmark compares, each started between FakePrinters and host ports: none at all, the minimal C
// relay, socat, and the agent. Knows how each is started and when it is ready.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "tests/bench/child_process.h"
#include "tests/bench/conversation.h"
#include "tests/bench/service_manager.h"

namespace bench {

struct Programs {
  std::string agent;  ///< empty: not measured
  std::string plain_relay;
  std::filesystem::path work;  ///< a private directory for links, logs and configurations
};

/// One or more printers behind one process (or behind none, when the port is the device itself).
struct Relay {
  std::string name;
  std::vector<std::unique_ptr<Line>> lines;
  std::filesystem::path state_directory{};    ///< the agent's
  std::unique_ptr<ServiceManager> manager{};  ///< destroyed after the process
  std::unique_ptr<ChildProcess> process{};

  [[nodiscard]] std::vector<Line*> all_lines() const;
  [[nodiscard]] Line& first() const { return *lines.front(); }
};

/// The name of its relay.
inline constexpr const char* kSurvivingAgent = "marlin-agent, to outlive its process";

[[nodiscard]] Relay start_direct();
[[nodiscard]] Relay start_plain_relay(const Programs& programs);
/// std::runtime_error if there is no socat, or if a relay does not start.
[[nodiscard]] Relay start_socat(const Programs& programs);
/// The agent with `printers` printers, each with a temperature query once a second, ready and identified.
/// `wrapper`: words before the program, such as valgrind's.
[[nodiscard]] Relay start_agent(const Programs& programs, std::size_t printers, std::vector<std::string> wrapper = {});
/// The same with a black box of 256 KiB for each printer.
[[nodiscard]] Relay start_agent_with_black_box(const Programs& programs, std::size_t printers);
/// The same as start_agent() with one printer and a service manager that keeps its descriptors, as systemd does: every
/// byte goes through the staging pipes and every step into the checkpoint.
[[nodiscard]] Relay start_surviving_agent(const Programs& programs, std::vector<std::string> wrapper = {});

}  // namespace bench
