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

namespace agent {
namespace {

constexpr std::chrono::milliseconds kHelperTime{2000};

transport::FileDescriptor connect_to(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.size() >= sizeof address.sun_path) return {};
  std::memcpy(address.sun_path, path.c_str(), path.size() + 1);
  transport::FileDescriptor fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  // EAGAIN: its queue is full, and no answer would come in time.
  if (!fd || ::connect(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) return {};
  return fd;
}

}  // namespace

PortUsers::PortUsers(boost::asio::io_context& io, pid_t manager, std::string socket)
    : io_(io), manager_(manager), socket_(std::move(socket)), end_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {}

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
      if (const auto asker = weak.lock()) (*asker)({});  // what could not be asked keeps no printer from its print
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
    if (question.found.expired()) continue;  // nobody waits any more
    lock.unlock();
    boost::asio::post(io_, [weak = question.found, users = users_of(question.path)] {
      if (const auto found = weak.lock()) (*found)(users);
    });
    lock.lock();
  }
}

std::vector<Program> PortUsers::users_of(const std::string& path) const {
  std::error_code error;
  const std::string file = std::filesystem::canonical(path, error).string();
  if (error) return {};
  std::optional<std::vector<Program>> users;
  if (is_serial_port_path(file)) users = ask_helper(file);
  if (!users) users = programs_with_open(file);
  std::erase_if(*users, [&](const Program& program) {
    return program.process == 1 || program.process == manager_ || program.process == ::getpid();
  });
  return std::move(*users);
}

std::optional<std::vector<Program>> PortUsers::ask_helper(const std::string& path) const {
  const auto until = std::chrono::steady_clock::now() + kHelperTime;
  const transport::FileDescriptor helper = connect_to(socket_);
  const std::string question = path + '\n';
  if (!helper || ::send(helper.get(), question.data(), question.size(), MSG_NOSIGNAL) < 0) return std::nullopt;
  std::string answer;
  while (answer.size() < kMaxPortAnswer) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(until - std::chrono::steady_clock::now());
    pollfd ready[] = {{helper.get(), POLLIN, 0}, {end_.get(), POLLIN, 0}};
    if (left.count() <= 0 || ::poll(ready, 2, static_cast<int>(left.count())) <= 0) return std::nullopt;
    if (ready[1].revents != 0) return std::vector<Program>{};  // nobody wants it any more
    char bytes[512];
    const ssize_t count = ::read(helper.get(), bytes, sizeof bytes);
    if (count < 0) return std::nullopt;
    if (count == 0) return parse_port_users_answer(answer);
    answer.append(bytes, static_cast<std::size_t>(count));
  }
  return std::nullopt;
}

}  // namespace agent
