// Asks which other programs have a device open, without keeping the I/O thread: a thread of its own asks the root helper
// (port_users_answer.h) and, where no helper answers, looks through /proc as far as this user may.
#pragma once

#include <utility>  // before any Asio header: Boost 1.74 forgets it in C++20

#include <boost/asio/io_context.hpp>
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

namespace agent {

class PortUsers {
 public:
  using Found = std::function<void(const std::vector<Program>&)>;

  /// `io` is not owned and outlives this. Process 1, this process and `manager` (whoever keeps our descriptors; 0: nobody)
  /// are no users. The thread starts with the first question.
  explicit PortUsers(boost::asio::io_context& io, pid_t manager = 0, std::string socket = kPortUsersSocket);
  /// On the I/O thread. Waits for nothing longer than one look at /proc.
  ~PortUsers();
  PortUsers(const PortUsers&) = delete;
  PortUsers& operator=(const PortUsers&) = delete;

  /// `found` is called once on the I/O thread, at most about two seconds later, unless it or this is gone by then: the asker
  /// keeps it alive.
  void ask(const std::string& path, const std::shared_ptr<Found>& found);

 private:
  struct Question {
    std::string path;
    std::weak_ptr<Found> found;
  };

  void work();
  [[nodiscard]] std::vector<Program> users_of(const std::string& path) const;
  [[nodiscard]] std::optional<std::vector<Program>> ask_helper(const std::string& path) const;

  boost::asio::io_context& io_;
  const pid_t manager_;
  const std::string socket_;
  transport::FileDescriptor end_;  ///< an eventfd: readable when the end has begun
  std::mutex mutex_;               // guards the next two
  std::condition_variable changed_;
  std::deque<Question> questions_;
  bool ends_ = false;
  std::thread thread_;
};

}  // namespace agent
