#include "transport/pseudo_terminal.h"

#include <algorithm>
#include <boost/asio/post.hpp>

#include "transport/vector_io.h"

namespace transport {
namespace {

/// During the few microseconds of a probe an open or a close may go unnoticed. One more poll, after a departure and
/// after a probe that found a host, detects it.
constexpr std::chrono::milliseconds kSecondPoll{100};
/// A process that ran out of descriptors may have some again soon.
constexpr std::chrono::milliseconds kTryAgain{1000};
/// Where the directory of the links has a devpts of its own, if any: a container that sees the directory sees the ports.
constexpr const char* kInstance = "pts";

/// Relative, if the port is below the directory of the link: valid wherever that directory is mounted.
std::string target_of_link(const std::filesystem::path& slave, const std::filesystem::path& directory) {
  return slave.parent_path() == directory / kInstance ? (std::filesystem::path(kInstance) / slave.filename()).string()
                                                      : slave.string();
}

}  // namespace

PseudoTerminal::PseudoTerminal(boost::asio::io_context& io) : io_(io), notification_(io), second_poll_(io) {}

PseudoTerminal::~PseudoTerminal() { hang_up(); }

MaybeFailure PseudoTerminal::publish(const std::filesystem::path& directory, std::string_view name,
                                     const std::string& group) {
  hang_up();
  if (auto failure = pair_.open(group, directory / kInstance)) return failure;
  made_();
  return start({directory, std::string(name), group});
}

MaybeFailure PseudoTerminal::adopt(int master, const std::filesystem::path& directory, std::string_view name,
                                   bool was_attached) {
  hang_up();
  if (auto failure = pair_.adopt(master, directory / kInstance)) return failure;
  if (auto failure = start({directory, std::string(name), "dialout"})) return failure;
  if (was_attached) {
    attached_ = true;
    opens_ = 1;
    boost::asio::post(io_, [this, pair = std::weak_ptr<int>(pair_token_)] {
      if (!pair.expired()) poll_attach_count();
    });
    return {};
  }
  poll_again_soon(std::chrono::milliseconds(0));
  return {};
}

MaybeFailure PseudoTerminal::start(const Place& place) {
  // Both sides are watched before the link is visible: a host that opens the port then keeps it.
  auto failure = notification_.start(pair_.slave_path(), [this] { notified(); });
  if (!failure) {
    master_ = std::make_shared<Watch>(
        io_, pair_.master(), [this] { master_is_ready(); }, [this] { writable_(); });
    failure = link_.create(place.directory, place.name, target_of_link(pair_.slave_path(), place.directory));
  }
  if (failure) {
    hang_up();
    return failure;
  }
  place_ = place;
  pair_token_ = std::make_shared<int>(0);
  return {};
}

void PseudoTerminal::hang_up() {
  (void)second_poll_.cancel();
  link_.remove();
  notification_.stop();
  if (master_) std::exchange(master_, nullptr)->stop_and_leave_open();
  pair_.close();
  opens_ = 0;
  own_opens_ = 0;
  attached_ = leaving_ = needs_refresh_ = settling_ = wants_to_write_ = false;
  pair_token_.reset();
}

int PseudoTerminal::release() {
  if (!master_) return -1;
  std::exchange(master_, nullptr)->stop_and_leave_open();
  link_.keep();
  const int master = pair_.release_master();
  hang_up();
  return master;
}

// --- attached hosts

void PseudoTerminal::notified() {
  if (read_notifications()) poll_attach_count();
}

bool PseudoTerminal::read_notifications() {
  bool somebody_left = false;
  const std::weak_ptr<int> pair = pair_token_;
  for (const OpenWatch::Event event : notification_.take()) {
    if (event == OpenWatch::Event::kClosed) {
      somebody_left = true;
      one_host_left();
    } else if (own_opens_ > 0) {
      --own_opens_;
    } else {
      host_came();
    }
    if (pair.expired()) return false;  // a callback hung up
  }
  return somebody_left;
}

void PseudoTerminal::host_came() {
  ++opens_;
  if (leaving_) {
    // A host left and another came within one round. The new host must not read the unread output of the old one; its
    // settings are its own.
    leaving_ = attached_ = false;
    pair_.discard_unread();
    const std::weak_ptr<int> pair = pair_token_;
    closed_();
    if (pair.expired()) return;
  }
  if (attached_) return opens_ > 1 ? joined_() : void();
  attached_ = true;
  write_if_wanted();
  opened_();
}

void PseudoTerminal::write_if_wanted() {
  if (std::exchange(wants_to_write_, false)) master_->wait_writable();
}

void PseudoTerminal::one_host_left() {
  if (opens_ > 0) --opens_;
  if (opens_ == 0) leaving_ = attached_;
}

void PseudoTerminal::poll_attach_count(Poll refresh) {
  if (!attached_) return;
  if (!probe(refresh)) {
    opens_ = 0;
    leaving_ = true;
    return finish_leaving_if_read();
  }
  // Either a new host, whose open notification is still unread, or one whose notification was merged with another's.
  const std::weak_ptr<int> pair = pair_token_;
  const bool more_left = read_notifications();
  if (pair.expired()) return;
  needs_refresh_ = more_left;
  if (more_left) return settle_soon();  // deferred: hosts that come and go without end must not keep this loop busy
  leaving_ = false;
  opens_ = std::max(opens_, 1);
  write_if_wanted();
}

// Our own close is not reported; our own open is subtracted from the count. Between them the watch is on: a host that
// was attached during the probe and leaves later causes a close notification. Two cases are left to second_poll_: a new
// host whose open notification is merged with our own, and a host whose close was reported before the watch was on, but
// counted after (the kernel reports first, then releases the slave).
bool PseudoTerminal::probe(Poll refresh) {
  notification_.pause();
  pair_.step_out();
  notification_.resume();
  const bool somebody = pair_.is_open_elsewhere();
  if (pair_.step_in()) ++own_opens_;
  if (somebody && refresh == Poll::kFirst) poll_again_soon(kSecondPoll);
  return somebody;
}

void PseudoTerminal::finish_leaving_if_read() {
  if (leaving_ && !pair_.has_input()) host_is_gone();
}

void PseudoTerminal::host_is_gone() {
  leaving_ = attached_ = false;
  if (pair_.has_own_slave()) {
    pair_.clean_up();
    poll_again_soon(kSecondPoll);
  } else {
    replace_pair();
  }
  closed_();
}

// A host took the slave exclusively during a probe and has left, so that only root can open it now; or no descriptor was
// left for it.
void PseudoTerminal::replace_pair() {
  const Place place = place_;
  if (!publish(place.directory, place.name, place.group)) return wait_readable();
  place_ = place;
  pair_token_ = std::make_shared<int>(0);
  second_poll_.expires_after(kTryAgain);
  second_poll_.async_wait([this, pair = std::weak_ptr<int>(pair_token_)](const boost::system::error_code& error) {
    if (!error && !pair.expired()) replace_pair();
  });
}

void PseudoTerminal::poll_again_soon(std::chrono::milliseconds from_now) {
  second_poll_.expires_after(from_now);
  second_poll_.async_wait([this, pair = std::weak_ptr<int>(pair_token_)](const boost::system::error_code& error) {
    if (error || pair.expired()) return;
    if (attached_) return poll_attach_count(Poll::kSecond);
    notified();
    if (pair.expired() || attached_) return;
    if (probe(Poll::kFirst)) return host_came();
    // There was no descriptor for our slave: its master would be ready at any time, without a host.
    if (!pair_.has_own_slave()) replace_pair();
  });
}

// --- bytes

void PseudoTerminal::master_is_ready() {
  if (!attached_) {
    // The bytes may arrive before the open notification, or come from a host that came and left unnoticed.
    const std::weak_ptr<int> pair = pair_token_;
    notified();
    if (!pair.expired() && !attached_ && pair_.has_input()) {
      host_came();
      if (!pair.expired()) poll_attach_count();
    }
    if (pair.expired()) return;
  }
  readable_();
}

IoResult PseudoTerminal::read(ReadSpans into) {
  if (!master_) return {IoStatus::kEnd, 0, EBADF};
  // A host must be known before its first byte is: what answers that byte is for nobody else. See master_is_ready().
  if (!attached_ && (pipe_ == nullptr || !pipe_->holds_input())) return {};
  const IoResult result = pipe_ != nullptr ? pipe_->read(pair_.master(), into) : read_some(pair_.master(), into);
  if (result.status == IoStatus::kEnd)
    return {};  // no descriptor is open on the slave for a moment: a notification follows
  if (leaving_) settle_soon();
  return result;
}

void PseudoTerminal::settle_soon() {
  if (std::exchange(settling_, true)) return;
  boost::asio::post(io_, [this, pair = std::weak_ptr<int>(pair_token_)] {
    if (pair.expired()) return;
    settling_ = false;
    if (std::exchange(needs_refresh_, false)) return poll_attach_count();
    finish_leaving_if_read();
  });
}

IoResult PseudoTerminal::write(WritePieces pieces) {
  if (!master_) return {IoStatus::kEnd, 0, EBADF};
  if (!attached_ || leaving_) return {};
  return pipe_ != nullptr ? pipe_->write(pair_.master(), pieces) : write_some(pair_.master(), pieces);
}

IoResult PseudoTerminal::flush() {
  if (!holds_output()) return {IoStatus::kMoved, 0, 0};
  return attached_ && !leaving_ ? pipe_->flush(pair_.master()) : IoResult{};
}

void PseudoTerminal::wait_readable() {
  if (master_) master_->wait_readable();
}

void PseudoTerminal::wait_writable() {
  if (!master_) return;
  if (attached_ && !leaving_) {
    master_->wait_writable();
  } else {
    wants_to_write_ = true;
  }
}

}  // namespace transport
