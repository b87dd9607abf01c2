// Finds which other programs have a device open, without blocking the I/O thread: a separate thread asks the root
// helper (port_users_answer.h). Without a helper it searches /proc as far as this user may. A helper that exists but
// does not answer in time (the machine boots or is busy) is asked again: a missing answer does not mean that the port
// is free.
#pragma once

#include <utility>  // before any Asio header: Boost 1.74 forgets it in C++20

#include <boost/asio/io_context.hpp>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "agent/process/open_elsewhere.h"
#include "agent/process/port_users_answer.h"
#include "transport/file_descriptor.h"

namespace agent::link {

/// Where the root helper answers, and how long it may take.
struct PortHelper {
  std::string socket = process::kPortUsersSocket;
  std::chrono::milliseconds answer_time{10'000};
  int attempts = 3;  ///< a helper that answers none of them is broken: that must not block a printer
  bool (*is_asked_about)(std::string_view path) = process::is_serial_port_path;
};

class PortUsers {
 public:
  using Found = std::function<void(const std::vector<process::Program>&)>;
  /// Takes a sentence for the log, on the I/O thread.
  using Report = std::function<void(const std::string&)>;

  /// `io` is not owned and outlives this. Process 1, this process and `manager` (the process that stores our
  /// descriptors; 0: none) do not count as users. The thread starts with the first request.
  explicit PortUsers(boost::asio::io_context& io, pid_t manager = 0, Report report = {}, PortHelper helper = {});
  /// On the I/O thread. Waits at most for one search of /proc.
  ~PortUsers();
  PortUsers(const PortUsers&) = delete;
  PortUsers& operator=(const PortUsers&) = delete;

  /// `found` is called once on the I/O thread, within the time of the helper's attempts, unless it or this object was
  /// destroyed before: the caller keeps `found` alive.
  void ask(const std::string& path, const std::shared_ptr<Found>& found);

 private:
  struct Question {
    std::string path;
    std::weak_ptr<Found> found;
  };

  void work();
  [[nodiscard]] std::vector<process::Program> users_of(const std::string& path);
  [[nodiscard]] std::optional<std::vector<process::Program>> ask_helper(const std::string& path);
  [[nodiscard]] std::optional<std::vector<process::Program>> answer_of(const transport::FileDescriptor& helper,
                                                                       const std::string& path) const;

  boost::asio::io_context& io_;
  const pid_t manager_;
  const Report report_;
  const PortHelper helper_;
  transport::FileDescriptor end_;  ///< an eventfd: readable once the destructor runs
  std::mutex mutex_;               // protects questions_ and ends_
  std::condition_variable changed_;
  std::deque<Question> questions_;
  bool ends_ = false;
  std::thread thread_;
};

}  // namespace agent::link
