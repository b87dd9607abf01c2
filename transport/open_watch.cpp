#include "transport/open_watch.h"

#include <sys/inotify.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace transport {
namespace {

constexpr std::uint32_t kSubject = IN_OPEN | IN_CLOSE_WRITE | IN_CLOSE_NOWRITE;

void append(std::vector<OpenWatch::Event>& events, std::uint32_t mask) {
  if ((mask & IN_OPEN) != 0) events.push_back(OpenWatch::Event::kOpened);
  // After an overflow anything may have happened: kClosed makes the reader poll.
  if ((mask & (IN_CLOSE_WRITE | IN_CLOSE_NOWRITE | IN_Q_OVERFLOW)) != 0) events.push_back(OpenWatch::Event::kClosed);
}

}  // namespace

MaybeFailure OpenWatch::start(const std::string& path, std::function<void()> ring) {
  stop();
  const int fd = ::inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
  if (fd < 0)
    return Failure{errno,
                   "cannot watch " + path + ": " + std::strerror(errno) + " (see fs.inotify.max_user_instances)"};
  path_ = path;
  watch_ = std::make_shared<Watch>(io_, fd, [this, ring = std::move(ring)] {
    watch_->wait_readable();
    ring();
  });
  resume();
  if (subject_ < 0) {
    const int error = errno;
    stop();
    return Failure{error, "cannot watch " + path + ": " + std::strerror(error)};
  }
  watch_->wait_readable();
  return {};
}

void OpenWatch::stop() {
  if (watch_) std::exchange(watch_, nullptr)->stop();
  subject_ = -1;
}

std::vector<OpenWatch::Event> OpenWatch::take() {
  std::vector<Event> events;
  if (!watch_) return events;
  // 4 KiB: 256 events of a watched file, which carry no name; the rest is read in the next round.
  alignas(inotify_event) char buffer[4096];
  ssize_t n;
  while ((n = ::read(watch_->fd(), buffer, sizeof buffer)) > 0) {
    for (ssize_t at = 0; at < n;) {
      inotify_event event;
      std::memcpy(&event, buffer + at, sizeof event);
      append(events, event.mask);
      at += static_cast<ssize_t>(sizeof event + event.len);
    }
  }
  return events;
}

void OpenWatch::pause() {
  if (subject_ >= 0) ::inotify_rm_watch(watch_->fd(), subject_);
  subject_ = -1;
}

void OpenWatch::resume() {
  if (watch_) subject_ = ::inotify_add_watch(watch_->fd(), path_.c_str(), kSubject);
}

}  // namespace transport
