#include "agent/control/control_access.h"

#include <algorithm>
#include <cerrno>

#include <sys/socket.h>

namespace agent::control {
namespace {

// The kernel's bound is 65,536 groups (256 KiB), and ERANGE returns the size needed: a second attempt is enough.
bool read_groups(int socket, std::vector<gid_t>& groups) {
  groups.resize(64);
  for (int attempt = 0; attempt < 2; ++attempt) {
    auto size = static_cast<socklen_t>(groups.size() * sizeof(gid_t));
    const bool fits = ::getsockopt(socket, SOL_SOCKET, SO_PEERGROUPS, groups.data(), &size) == 0;
    if (!fits && errno != ERANGE) break;
    groups.resize(size / sizeof(gid_t));
    if (fits) return true;
  }
  groups.clear();
  return false;
}

}  // namespace

std::optional<PeerIdentity> peer_of(int socket) {
  ucred credentials{};
  socklen_t size = sizeof credentials;
  if (::getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &credentials, &size) != 0) return std::nullopt;
  PeerIdentity peer{credentials.uid, credentials.gid, {}};
  (void)read_groups(socket, peer.groups);  // without them the user and the primary group still count
  return peer;
}

bool may_control(const PeerIdentity& peer, uid_t user, gid_t group) {
  if (peer.user == 0 || peer.user == user || peer.group == group) return true;
  return std::find(peer.groups.begin(), peer.groups.end(), group) != peer.groups.end();
}

std::string control_refusal(const PeerIdentity& peer, uid_t user, gid_t group) {
  return "user " + std::to_string(peer.user) + " may not control this agent: only root, user " + std::to_string(user) +
         " and members of group " + std::to_string(group) + " may";
}

}  // namespace agent::control
