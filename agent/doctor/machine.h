// The machine that is checked, and what a check finds. Every path is below Machine::root, and what no file shows is a value
// or a function, so that a test sets up each fault in a directory.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

namespace agent::doctor {

struct Machine {
  std::filesystem::path root = "/";
  std::string user;                               ///< who asks; "root": nobody who would run a host program
  double now = 0;                                 ///< the wall clock, Unix seconds
  bool is_clock_set = true;                       ///< the kernel calls the clock synchronised
  std::string agent_missing;                      ///< why no agent answers; empty: one does
  std::vector<std::string> configuration_faults;  ///< errors in the configuration file, one sentence each

  /// The programs that have a tty open, except the agent: "pronsole (process 812)", or empty.
  std::function<std::string(const std::string& tty)> holder = [](const std::string&) { return std::string(); };
  /// Free bytes for users in the file system of a path.
  std::function<std::uint64_t(const std::filesystem::path&)> free_bytes = [](const auto&) { return UINT64_MAX; };

  /// "/etc/group" below the root.
  [[nodiscard]] std::filesystem::path at(const std::string& path) const {
    return root / std::filesystem::path(path).relative_path();
  }
};

struct Finding {
  enum class Grade : std::uint8_t {
    kWrong,
    kUnknown  ///< this user may not look
  };
  Grade grade = Grade::kWrong;
  std::string fault;  ///< what is wrong, or not readable
  std::string cure;   ///< what to do
};

using Findings = std::vector<Finding>;

}  // namespace agent::doctor
