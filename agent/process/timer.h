// One timer on the I/O thread, in gcode's time unit. It may be destroyed at any moment, also in its own callback: an
// expired wait then calls nothing.
#pragma once

#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/io_context.hpp>
#include <chrono>
#include <functional>
#include <memory>

#include "agent/process/clock.h"

namespace agent::process {

class Timer {
 public:
  /// `io` is not owned and outlives the timer.
  Timer(boost::asio::io_context& io, std::function<void()> fired)
      : timer_(io), fired_(std::make_shared<std::function<void()>>(std::move(fired))) {}

  /// Calls once at `when` on the monotonic clock; replaces an earlier wait.
  void at(gcode::line::Time when) {
    timer_.expires_at(std::chrono::steady_clock::time_point(when));
    timer_.async_wait([weak = std::weak_ptr<std::function<void()>>(fired_)](const boost::system::error_code& error) {
      const auto fired = weak.lock();
      if (!error && fired) (*fired)();
    });
  }
  void after(gcode::line::Time delay) { at(monotonic_now() + delay); }
  void cancel() { (void)timer_.cancel(); }

 private:
  boost::asio::basic_waitable_timer<std::chrono::steady_clock, boost::asio::wait_traits<std::chrono::steady_clock>,
                                    boost::asio::io_context::executor_type>
      timer_;
  std::shared_ptr<std::function<void()>> fired_;
};

}  // namespace agent::process
