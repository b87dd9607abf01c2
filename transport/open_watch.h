// Reports when any program opens or closes a file, by inotify. The kernel merges two equal adjacent unread events (two
// hosts that open simultaneously appear as one), so the events are notifications, not a count. Independent of
// pseudo-terminals.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/basic_stream_descriptor.hpp>
#include <memory>
#include <string>
#include <vector>

#include "transport/failure.h"
#include "transport/ready_watch.h"

namespace transport {

class OpenWatch {
 public:
  enum class Event { kOpened, kClosed };

  explicit OpenWatch(boost::asio::io_context& io) : io_(io) {}
  ~OpenWatch() { stop(); }

  /// From now on `ring` is called after events; it should take() them.
  [[nodiscard]] MaybeFailure start(const std::string& path, std::function<void()> ring);
  void stop();

  /// Everything that happened since the last call, oldest first. Never blocks.
  [[nodiscard]] std::vector<Event> take();

  /// Between the two, opens and closes are not reported: for the watcher's own.
  void pause();
  void resume();

 private:
  using Watch = ReadyWatch<boost::asio::posix::basic_stream_descriptor<IoExecutor>>;

  boost::asio::io_context& io_;
  std::string path_;
  std::shared_ptr<Watch> watch_;
  int subject_ = -1;
};

}  // namespace transport
