// Who may control the agent: root, the agent's own user, and members of the agent's group. The kernel reports the peer
// of a Unix socket as of the moment of connecting. No name service is used, since it may block.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include <sys/types.h>

namespace agent::control {

/// A connected process: SO_PEERCRED and SO_PEERGROUPS.
struct PeerIdentity {
  uid_t user = 0;
  gid_t group = 0;
  std::vector<gid_t> groups;  ///< supplementary
};

/// Nothing if the kernel does not report it.
[[nodiscard]] std::optional<PeerIdentity> peer_of(int socket);

/// `user` and `group`: the agent's own, effective.
[[nodiscard]] bool may_control(const PeerIdentity& peer, uid_t user, gid_t group);

/// "user 1000 may not control this agent: only root, user 990 and members of group 985 may".
[[nodiscard]] std::string control_refusal(const PeerIdentity& peer, uid_t user, gid_t group);

}  // namespace agent::control
