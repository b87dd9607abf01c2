#include "tests/bench/child_process.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <thread>

namespace bench {

ChildProcess::ChildProcess(const std::vector<std::string>& words, const std::string& log) {
  std::vector<char*> arguments;
  for (const std::string& word : words) arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);
  const int output = ::open(log.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
  pid_ = ::fork();
  if (pid_ == 0) {
    // A relay that outlives the benchmark would keep opening its device, which may be another program's pseudo-terminal
    // then.
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    ::dup2(output, STDOUT_FILENO);
    ::dup2(output, STDERR_FILENO);
    ::execvp(arguments[0], arguments.data());
    ::_exit(127);
  }
  ::close(output);
  if (pid_ < 0) throw std::runtime_error("cannot start " + words[0]);
}

ChildProcess::~ChildProcess() { stop(); }

bool ChildProcess::is_running() {
  if (pid_ < 0) return false;
  if (::waitpid(pid_, nullptr, WNOHANG) == 0) return true;
  pid_ = -1;
  return false;
}

bool ChildProcess::stop() {
  if (pid_ < 0) return true;
  ::kill(pid_, SIGTERM);
  for (int tenths = 0; tenths < 500; ++tenths) {
    if (!is_running()) return true;
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  ::kill(pid_, SIGKILL);
  ::waitpid(pid_, nullptr, 0);
  pid_ = -1;
  return false;
}

std::chrono::nanoseconds ChildProcess::processor_time() const {
  clockid_t clock;
  timespec time{};
  if (pid_ < 0 || ::clock_getcpuclockid(pid_, &clock) != 0 || ::clock_gettime(clock, &time) != 0) return {};
  return std::chrono::seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec);
}

long ChildProcess::private_kilobytes() const {
  std::ifstream rollup("/proc/" + std::to_string(pid_) + "/smaps_rollup");
  long sum = 0;
  for (std::string line; std::getline(rollup, line);) {
    for (const char* kind : {"Private_Dirty:", "Shared_Dirty:"}) {
      if (line.starts_with(kind)) sum += std::stol(line.substr(line.find(':') + 1));
    }
  }
  return sum;
}

long ChildProcess::wakeups() const {
  long sum = 0;
  for (const auto& thread : std::filesystem::directory_iterator("/proc/" + std::to_string(pid_) + "/task")) {
    std::ifstream status(thread.path() / "status");
    for (std::string line; std::getline(status, line);) {
      if (line.starts_with("voluntary_ctxt_switches:")) sum += std::stol(line.substr(line.find(':') + 1));
    }
  }
  return sum;
}

}  // namespace bench
