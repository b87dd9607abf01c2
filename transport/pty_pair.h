// A pseudo-terminal pair as the kernel provides it: the master for the agent's side, and a slave descriptor of our own,
// which prevents a hang-up of the master when the last host leaves and is the only access to some settings. Facts
// measured on Linux 6.1 and 6.18. Independent of links, events and waiting.
#pragma once

#include <filesystem>
#include <string>

#include "transport/failure.h"
#include "transport/file_descriptor.h"

namespace transport {

class PtyPair {
 public:
  /// A new pair: raw, without echo, access for owner and `group` (unchanged if the process may not change the group).
  /// From the devpts that is mounted at `instance`, if there is one, otherwise from the system's at /dev/pts.
  [[nodiscard]] MaybeFailure open(const std::string& group, const std::filesystem::path& instance = {});
  /// Takes over a master that the previous instance opened, with its settings. `master` is owned from here on. There is
  /// no slave descriptor of our own if a host has the slave exclusively. It may be of either devpts.
  [[nodiscard]] MaybeFailure adopt(int master, const std::filesystem::path& instance = {});
  /// Hangs up attached hosts immediately.
  void close();

  [[nodiscard]] int master() const { return master_.get(); }
  [[nodiscard]] const std::string& slave_path() const { return slave_path_; }
  /// Releases the master and forgets the rest.
  [[nodiscard]] int release_master();

  /// Raw 8N1 without echo, parity bits cleared too; discards what the host did not read; lifts exclusive use.
  void clean_up();
  /// Discards what was written for the host and not read by it.
  void discard_unread();

  /// The kernel reports only that no descriptor at all is open on the slave. To detect others: step_out(),
  /// is_open_elsewhere(), step_in(). A host's exclusive use is lifted meanwhile, because it would block step_in().
  void step_out();
  [[nodiscard]] bool is_open_elsewhere() const;
  /// Whether our own descriptor is open again; if not, a host has just taken the slave exclusively.
  bool step_in();
  [[nodiscard]] bool has_own_slave() const { return static_cast<bool>(slave_); }
  /// Whether bytes from the host wait to be read.
  [[nodiscard]] bool has_input() const;

 private:
  MaybeFailure find_slave(bool may_be_taken, const std::filesystem::path& instance);
  int open_slave();

  FileDescriptor master_;
  FileDescriptor slave_;
  std::string slave_path_;
  bool was_exclusive_ = false;  ///< at the time of step_out()
};

}  // namespace transport
