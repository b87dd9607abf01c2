// A program under measurement: started with its output in a file, measured for processor time and memory, ended by its
// process id.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <string>
#include <vector>

namespace bench {

class ChildProcess {
 public:
  /// Starts `words[0]`, found by PATH, with both outputs appended to `log`. Throws std::runtime_error.
  ChildProcess(const std::vector<std::string>& words, const std::string& log);
  ~ChildProcess();  ///< stop()
  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;

  /// SIGTERM, and SIGKILL five seconds later. Returns whether SIGTERM ended it.
  bool stop();
  [[nodiscard]] bool is_running();

  /// User and system time of all its threads, to the nanosecond.
  [[nodiscard]] std::chrono::nanoseconds processor_time() const;
  /// Private memory in kB: written pages, anonymous or of a shared mapping. Code and constants of the program and its
  /// libraries are not counted: the kernel can drop them at any time. 0: not known.
  [[nodiscard]] long private_kilobytes() const;
  /// How often its threads have waited and been woken.
  [[nodiscard]] long wakeups() const;
  [[nodiscard]] pid_t pid() const { return pid_; }

 private:
  pid_t pid_ = -1;
};

}  // namespace bench
