// A pseudo-terminal pair as the kernel has it: the master that we talk through, and a slave descriptor of our own, which
// keeps the master from hanging up when the last host leaves and is the only way to some settings. Facts measured on
// Linux 6.1 and 6.18. Knows nothing of links, events or waiting.
#pragma once

#include <string>

#include "transport/failure.h"
#include "transport/file_descriptor.h"

namespace transport {

class PtyPair {
 public:
  /// A new pair: raw, without echo, access for owner and `group` (left as it is where we may not give it away).
  [[nodiscard]] MaybeFailure open(const std::string& group);
  /// Goes on with a master that a predecessor opened; its settings stay. `master` is owned from here on. Without a slave
  /// descriptor of our own if a host has the slave exclusively.
  [[nodiscard]] MaybeFailure adopt(int master);
  /// Hosts see a hang-up at once.
  void close();

  [[nodiscard]] int master() const { return master_.get(); }
  [[nodiscard]] const std::string& slave_path() const { return slave_path_; }
  /// Gives the master away and forgets the rest.
  [[nodiscard]] int release_master();

  /// Raw 8N1 without echo, parity bits cleared too; what the host did not read is thrown away; open to everybody again.
  void clean_up();
  /// Throws away what was written for the host and not read by it.
  void discard_unread();

  /// The kernel tells only that nobody at all has the slave open. To ask for others: step_out(), is_open_elsewhere(),
  /// step_in(). A host's exclusive use is lifted meanwhile, or we could not come back.
  void step_out();
  [[nodiscard]] bool is_open_elsewhere() const;
  /// Whether our own descriptor is back; if not, a host has just taken the slave exclusively.
  bool step_in();
  [[nodiscard]] bool has_own_slave() const { return static_cast<bool>(slave_); }
  /// Whether bytes from the host wait to be read.
  [[nodiscard]] bool has_input() const;

 private:
  MaybeFailure find_slave(bool may_be_taken);
  int open_slave();

  FileDescriptor master_;
  FileDescriptor slave_;
  std::string slave_path_;
  bool was_exclusive_ = false;  ///< when we stepped out
};

}  // namespace transport
