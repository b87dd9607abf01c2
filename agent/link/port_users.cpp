#include "agent/link/port_users.h"

#include <cstring>
#include <filesystem>

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/post.hpp>

#include "agent/process/timer.h"
#include "transport/file_descriptor.h"

namespace agent::link {
namespace {

using process::PortUsersAnswer;

// Not Asio's connect(), which would block while the helper's queue is full (EAGAIN: no answer would come in time).
transport::FileDescriptor connect_to(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.size() >= sizeof address.sun_path) return {};
  std::memcpy(address.sun_path, path.c_str(), path.size() + 1);
  transport::FileDescriptor fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!fd || ::connect(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) return {};
  return fd;
}

}  // namespace

/// One question to the helper, in several attempts.
class PortUsers::Check : public std::enable_shared_from_this<Check> {
 public:
  Check(PortUsers& owner, std::string file, std::weak_ptr<Found> found)
      : owner_(owner),
        file_(std::move(file)),
        found_(std::move(found)),
        attempts_(owner.helper_.attempts),
        helper_(owner.io_),
        answer_time_(owner.io_, [this] { attempt(); }) {}

  [[nodiscard]] bool is_over() const { return is_over_ || found_.expired(); }

  void attempt() {
    close();
    if (is_over()) return;
    transport::FileDescriptor helper =
        attempts_-- > 0 ? connect_to(owner_.helper_.socket) : transport::FileDescriptor();
    if (!helper) {
      if (attempts_ < 0 && owner_.report_)
        owner_.report_("the helper that finds which programs have a port open does not answer; " + file_ +
                       " is assumed to be free (see: systemctl status marlin-agent-port-users.socket)");
      is_over_ = true;
      return owner_.search(file_, found_);
    }
    const std::string question = file_ + '\n';
    const bool asked = ::send(helper.get(), question.data(), question.size(), MSG_NOSIGNAL) >= 0;
    boost::system::error_code error;
    helper_.assign({}, helper.get(), error);
    if (!error) (void)helper.release();
    answer_.clear();
    answer_time_.after(owner_.helper_.answer_time);
    if (asked && !error) wait();
  }

 private:
  using Socket = boost::asio::local::stream_protocol::socket;

  void close() {
    boost::system::error_code ignored;
    helper_.close(ignored);
  }

  void wait() {
    helper_.async_wait(Socket::wait_read, [weak = weak_from_this()](const boost::system::error_code& error) {
      if (const auto self = weak.lock(); self && !error && !self->is_over_) self->read();
    });
  }

  void read() {
    char bytes[512];
    const ssize_t count = ::read(helper_.native_handle(), bytes, sizeof bytes);
    if (count > 0) answer_.append(bytes, static_cast<std::size_t>(count));
    if (count > 0 || (count < 0 && errno == EAGAIN)) {
      if (answer_.size() < process::kMaxPortAnswer) wait();
      return;
    }
    // A helper that ended without a whole answer: the next attempt waits until the time of this one is over.
    auto answer = process::parse_port_users_answer(answer_);
    if (!answer) return;
    is_over_ = true;
    answer_time_.cancel();
    close();
    owner_.answer(found_, std::move(*answer));
  }

  PortUsers& owner_;
  const std::string file_;
  const std::weak_ptr<Found> found_;
  int attempts_;
  bool is_over_ = false;
  Socket helper_;
  process::Timer answer_time_;
  std::string answer_;
};

PortUsers::PortUsers(boost::asio::io_context& io, pid_t manager, Report report, PortHelper helper)
    : io_(io), manager_(manager), report_(std::move(report)), helper_(std::move(helper)) {}

PortUsers::~PortUsers() = default;

void PortUsers::ask(const std::string& path, const std::shared_ptr<Found>& found) {
  checks_.remove_if([](const std::shared_ptr<Check>& check) { return check->is_over(); });
  std::error_code error;
  const std::string file = std::filesystem::canonical(path, error).string();
  if (error) return answer(found, {{}, error.message()});
  if (!helper_.is_asked_about(file)) return search(file, found);
  checks_.push_back(std::make_shared<Check>(*this, file, found));
  checks_.back()->attempt();
}

void PortUsers::search(const std::string& file, std::weak_ptr<Found> found) {
  try {
    if (!searches_) searches_.emplace(1);
  } catch (const std::runtime_error& error) {  // a check that could not be made must not block a printer
    if (report_) report_(file + " is assumed to be free: cannot start a thread: " + error.what());
    return answer(std::move(found), {});
  }
  boost::asio::post(*searches_, [this, file, found = std::move(found)]() mutable {
    if (!found.expired()) answer(std::move(found), {process::programs_with_open(file), {}});
  });
}

void PortUsers::answer(std::weak_ptr<Found> found, PortUsersAnswer answer) {
  std::erase_if(answer.programs, [&](const process::Program& program) {
    return program.process == 1 || program.process == manager_ || program.process == ::getpid();
  });
  boost::asio::post(io_, [weak = std::move(found), answer = std::move(answer)] {
    if (const auto found = weak.lock()) (*found)(answer);
  });
}

}  // namespace agent::link
