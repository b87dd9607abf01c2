// Finds which other programs have a device open, without blocking the I/O thread. The root helper is asked over
// asynchronous sockets (port_users_answer.h), one for each check, so that no printer waits for another one's answer.
// Without a helper a worker thread searches /proc as far as this user may. A helper that exists but does not answer in
// time (the machine boots or is busy) is asked again: a missing answer does not mean that the port is free.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/thread_pool.hpp>
#include <chrono>
#include <functional>
#include <list>
#include <memory>
#include <optional>
#include <string>

#include "agent/process/port_users_answer.h"

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
  /// A refusal means that the programs are not known: the device must not be opened.
  using Found = std::function<void(const process::PortUsersAnswer&)>;
  /// Takes a sentence for the log, on the I/O thread.
  using Report = std::function<void(const std::string&)>;

  /// `io` is not owned and outlives this. Process 1, this process and `manager` (the process that stores our
  /// descriptors; 0: none) do not count as users.
  explicit PortUsers(boost::asio::io_context& io, pid_t manager = 0, Report report = {}, PortHelper helper = {});
  /// On the I/O thread. Waits at most for one search of /proc.
  ~PortUsers();

  /// `found` is called once on the I/O thread, not within ask(), and within the time of the helper's attempts, unless
  /// it or this object was destroyed before: the caller keeps `found` alive.
  void ask(const std::string& path, const std::shared_ptr<Found>& found);

 private:
  class Check;

  void search(const std::string& file, std::weak_ptr<Found> found);
  void answer(std::weak_ptr<Found> found, process::PortUsersAnswer answer);

  boost::asio::io_context& io_;
  const pid_t manager_;
  const Report report_;
  const PortHelper helper_;
  std::list<std::shared_ptr<Check>> checks_;          ///< at most one for each caller that waits
  std::optional<boost::asio::thread_pool> searches_;  ///< one thread, from the first search on
};

}  // namespace agent::link
