#include "agent/link/port_users.h"

#include <chrono>
#include <cstring>
#include <filesystem>

#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

// after the headers above, which make Asio complete
#include <boost/asio/post.hpp>

namespace agent::link {
namespace {

transport::FileDescriptor connect_to(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.size() >= sizeof address.sun_path) return {};
  std::memcpy(address.sun_path, path.c_str(), path.size() + 1);
  transport::FileDescriptor fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  // EAGAIN: its queue is full, so no answer would come in time.
  if (!fd || ::connect(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) return {};
  return fd;
}

}  // namespace

PortUsers::PortUsers(boost::asio::io_context& io, pid_t manager, Report report, PortHelper helper)
    : io_(io),
      manager_(manager),
      report_(std::move(report)),
      helper_(std::move(helper)),
      end_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {}

PortUsers::~PortUsers() {
  {
    const std::lock_guard lock(mutex_);
    ends_ = true;
  }
  if (end_) (void)::eventfd_write(end_.get(), 1);
  changed_.notify_one();
  if (thread_.joinable()) thread_.join();
}

void PortUsers::ask(const std::string& path, const std::shared_ptr<Found>& found) {
  {
    const std::lock_guard lock(mutex_);
    questions_.push_back({path, found});
  }
  changed_.notify_one();
  if (thread_.joinable()) return;
  try {
    thread_ = std::thread([this] { work(); });
  } catch (const std::system_error&) {
    boost::asio::post(io_, [weak = std::weak_ptr<Found>(found)] {
      if (const auto asker = weak.lock()) (*asker)({});  // a check that could not be made must not block a printer
    });
  }
}

void PortUsers::work() {
  std::unique_lock lock(mutex_);
  for (;;) {
    changed_.wait(lock, [this] { return ends_ || !questions_.empty(); });
    if (ends_) return;
    const Question question = std::move(questions_.front());
    questions_.pop_front();
    if (question.found.expired()) continue;  // the caller no longer waits
    lock.unlock();
    boost::asio::post(io_, [weak = question.found, users = users_of(question.path)] {
      if (const auto found = weak.lock()) (*found)(users);
    });
    lock.lock();
  }
}

std::vector<process::Program> PortUsers::users_of(const std::string& path) {
  std::error_code error;
  const std::string file = std::filesystem::canonical(path, error).string();
  if (error) return {};
  std::optional<std::vector<process::Program>> users;
  if (helper_.is_asked_about(file)) users = ask_helper(file);
  if (!users) users = process::programs_with_open(file);
  std::erase_if(*users, [&](const process::Program& program) {
    return program.process == 1 || program.process == manager_ || program.process == ::getpid();
  });
  return std::move(*users);
}

/// Nothing: there is no helper, or no attempt got an answer.
std::optional<std::vector<process::Program>> PortUsers::ask_helper(const std::string& path) {
  for (int attempt = 0; attempt < helper_.attempts; ++attempt) {
    const transport::FileDescriptor helper = connect_to(helper_.socket);
    if (!helper) return std::nullopt;
    if (auto users = answer_of(helper, path)) return users;
  }
  boost::asio::post(io_, [report = report_, path] {
    if (report)
      report("the helper that finds which programs have a port open does not answer; " + path +
             " is assumed to be free (see: systemctl status marlin-agent-port-users.socket)");
  });
  return std::nullopt;
}

std::optional<std::vector<process::Program>> PortUsers::answer_of(const transport::FileDescriptor& helper,
                                                                  const std::string& path) const {
  const auto until = std::chrono::steady_clock::now() + helper_.answer_time;
  const std::string question = path + '\n';
  std::string answer;
  bool asked = ::send(helper.get(), question.data(), question.size(), MSG_NOSIGNAL) >= 0;
  while (answer.size() < process::kMaxPortAnswer) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(until - std::chrono::steady_clock::now());
    pollfd ready[] = {{end_.get(), POLLIN, 0}, {helper.get(), POLLIN, 0}};
    // After a helper that ended without an answer: wait until its time is over before the next attempt.
    if (left.count() <= 0 || ::poll(ready, asked ? 2 : 1, static_cast<int>(left.count())) <= 0) return std::nullopt;
    if (ready[0].revents != 0) return std::vector<process::Program>{};  // this object is being destroyed
    char bytes[512];
    const ssize_t count = ::read(helper.get(), bytes, sizeof bytes);
    if (count > 0) {
      answer.append(bytes, static_cast<std::size_t>(count));
      continue;
    }
    if (count == 0) {
      if (auto users = process::parse_port_users_answer(answer)) return users;
    }
    asked = false;
  }
  return std::nullopt;
}

}  // namespace agent::link
