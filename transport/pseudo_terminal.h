// The port that host programs open: a pseudo-terminal behind a link, raw and without echo, that reports when hosts come
// and go.
//
//   hung up --publish()--> unattended --a host opens--> attached --the last one closes--> leaving --its last bytes
//   were read--> unattended (settings cleaned, unread output discarded);   any --hang_up()--> hung up
//
// Nothing is written while unattended or leaving, so that no later host reads output for an earlier one. What a host
// wrote before it closed is read to the end. It handles no G-code and buffers no bytes.
#pragma once

#include <algorithm>
#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/basic_stream_descriptor.hpp>
#include <chrono>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "transport/byte_stream.h"
#include "transport/host_link.h"
#include "transport/open_watch.h"
#include "transport/pty_pair.h"
#include "transport/ready_watch.h"
#include "transport/staging_pipe.h"

namespace transport {

class PseudoTerminal final : public ByteStream {
 public:
  /// `io` is not owned and outlives this object.
  explicit PseudoTerminal(boost::asio::io_context& io);
  ~PseudoTerminal() override;  ///< hang_up()

  /// Makes a new pair, in the devpts at `directory`/pts if one is mounted there, and the link `directory`/`name` to it; `group` gets access if the process has the permission to
  /// give it. The directory must exist. After a failure the terminal is hung up. Waits are cleared: request them after
  /// this.
  [[nodiscard]] MaybeFailure publish(const std::filesystem::path& directory, std::string_view name,
                                     const std::string& group = "dialout");

  /// From now on bytes go through `pipe` (not owned, outlives this; null: directly).
  void pass_through(StagingPipe* pipe) { pipe_ = pipe; }

  /// Resumes the previous instance's master (owned from here on): hosts keep it open and notice nothing.
  /// `was_attached`: a host was attached to the previous instance; it counts as attached, and if it left meanwhile its
  /// callback comes from the io_context. Otherwise the callback for a host that came meanwhile does.
  [[nodiscard]] MaybeFailure adopt(int master, const std::filesystem::path& directory, std::string_view name,
                                   bool was_attached);

  /// Removes the link, hangs up attached hosts immediately, reads nothing more. No callback comes.
  void hang_up();

  /// Releases the master with hosts attached and the link in place, for the next instance; -1 if it is hung up.
  [[nodiscard]] int release();

  /// The first host opened it; or one opened at the moment when the last one closed: then closed comes before opened.
  void on_host_opened(Ready callback) { opened_ = std::move(callback); }
  /// One more host opened it while another had it open. The kernel gives each byte to one of them only.
  void on_host_joined(Ready callback) { joined_ = std::move(callback); }
  /// A new pair, by publish() or by replace_pair(), before a host can see it: it can be stored now.
  void on_made(Ready callback) { made_ = std::move(callback); }
  /// The last host has closed it and its last bytes were read.
  void on_host_closed(Ready callback) { closed_ = std::move(callback); }

  [[nodiscard]] bool host_is_attached() const { return attached_; }
  /// How often hosts have it open: a lower bound, since the kernel merges events.
  [[nodiscard]] int hosts() const { return attached_ ? std::max(opens_, 1) : 0; }
  [[nodiscard]] const std::filesystem::path& link() const { return link_.path(); }
  [[nodiscard]] const std::string& slave_path() const { return pair_.slave_path(); }
  [[nodiscard]] int native_handle() const { return pair_.master(); }

  /// kEnd only while it is hung up.
  [[nodiscard]] IoResult read(ReadSpans into) override;
  /// write() and flush(): kWouldBlock while no host is attached; wait_writable() then waits for one.
  [[nodiscard]] IoResult write(WritePieces pieces) override;
  [[nodiscard]] IoResult flush() override;
  [[nodiscard]] bool holds_output() const override { return pipe_ != nullptr && pipe_->holds_output(); }
  void on_readable(Ready ready) override { readable_ = std::move(ready); }
  void on_writable(Ready ready) override { writable_ = std::move(ready); }
  void wait_readable() override;
  void wait_writable() override;

 private:
  using Watch = ReadyWatch<boost::asio::posix::basic_stream_descriptor<IoExecutor>>;
  using Timer = boost::asio::basic_waitable_timer<std::chrono::steady_clock,
                                                  boost::asio::wait_traits<std::chrono::steady_clock>, IoExecutor>;

  enum class Poll { kFirst, kSecond };  ///< a second poll follows a first that found a host; none follows the second

  struct Place {
    std::filesystem::path directory;
    std::string name, group;
  };

  MaybeFailure start(const Place& place);
  void replace_pair();
  void master_is_ready();
  void notified();
  bool read_notifications();
  void host_came();
  void one_host_left();
  void poll_attach_count(Poll refresh = Poll::kFirst);
  bool probe(Poll refresh);
  void finish_leaving_if_read();
  void host_is_gone();
  void poll_again_soon(std::chrono::milliseconds from_now);
  void settle_soon();
  void write_if_wanted();

  boost::asio::io_context& io_;
  StagingPipe* pipe_ = nullptr;
  PtyPair pair_;
  OpenWatch notification_;
  HostLink link_;
  Place place_;
  Timer second_poll_;
  std::shared_ptr<Watch> master_;
  int opens_ = 0;      ///< a lower bound: merged events count once
  int own_opens_ = 0;  ///< of our own slave descriptor, whose notification is still to come
  bool attached_ = false;
  bool leaving_ = false;        ///< attached_ is still true, but the last host has closed
  bool needs_refresh_ = false;  ///< more happened than one poll could determine
  bool settling_ = false;       ///< another poll is scheduled
  bool wants_to_write_ = false;
  std::shared_ptr<int> pair_token_;  ///< expires with the pair: queued handlers check it
  Ready opened_ = [] {};
  Ready joined_ = [] {};
  Ready closed_ = [] {};
  Ready made_ = [] {};
  Ready readable_, writable_;
};

}  // namespace transport
