// One factory function for each virtual host, defined in that host's file; make_host() selects one by name.
#pragma once

#include <memory>

#include "tests/sim/virtual_host.h"

namespace sim {

[[nodiscard]] std::unique_ptr<VirtualHost> make_octoprint_host(HostOptions options);
[[nodiscard]] std::unique_ptr<VirtualHost> make_printrun_host(HostOptions options);
[[nodiscard]] std::unique_ptr<VirtualHost> make_prusalink_host(HostOptions options);
[[nodiscard]] std::unique_ptr<VirtualHost> make_cura_host(HostOptions options);
[[nodiscard]] std::unique_ptr<VirtualHost> make_terminal_host(HostOptions options);

}  // namespace sim
