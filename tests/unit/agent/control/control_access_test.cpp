#include "agent/control/control_session.h"

#include <catch2/catch.hpp>

#include <sys/socket.h>
#include <unistd.h>

#include "transport/file_descriptor.h"

namespace {

using agent::control::may_control;
using agent::control::PeerIdentity;

TEST_CASE("root, the agent's own user and the members of its group have control, other users do not") {
  constexpr uid_t kAgent = 990;
  constexpr gid_t kGroup = 985;
  CHECK(may_control({0, 0, {}}, kAgent, kGroup));
  CHECK(may_control({kAgent, 100, {}}, kAgent, kGroup));
  CHECK(may_control({1000, kGroup, {}}, kAgent, kGroup));
  CHECK(may_control({1000, 1000, {20, kGroup, 27}}, kAgent, kGroup));
  CHECK_FALSE(may_control({1000, 1000, {20, 27}}, kAgent, kGroup));
  CHECK_FALSE(may_control({1000, 0, {}}, kAgent, kGroup));
  CHECK_FALSE(may_control({1000, 1000, {0}}, kAgent, kGroup));
  CHECK_FALSE(may_control({65534, 65534, {}}, kAgent, kGroup));
}

TEST_CASE("the kernel reports the user of the peer") {
  int ends[2];
  REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM, 0, ends) == 0);
  const transport::FileDescriptor one(ends[0]), other(ends[1]);
  const auto peer = agent::control::peer_of(one.get());
  REQUIRE(peer);
  CHECK(peer->user == ::geteuid());
  CHECK(peer->group == ::getegid());
  std::vector<gid_t> groups(static_cast<std::size_t>(::getgroups(0, nullptr)));
  REQUIRE(::getgroups(static_cast<int>(groups.size()), groups.data()) >= 0);
  CHECK(peer->groups == groups);
  CHECK_FALSE(agent::control::peer_of(-1));
}

TEST_CASE("a refusal names the refused user and the permitted ones") {
  CHECK(agent::control::control_refusal({1000, 1000, {}}, 990, 985) ==
        "user 1000 may not control this agent: only root, user 990 and members of group 985 may");
}

}  // namespace
