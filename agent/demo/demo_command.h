// `marlin-agent demo`: a virtual printer, the real agent on real pseudo-terminals, a virtual host that prints, and a
// live view. Needs no printer, no privileges and no configuration, and leaves no files behind.
#pragma once

#include "agent/demo/demo_options.h"

namespace agent::demo {

/// Returns the exit status: 0 after Ctrl-C or the end of the print, 1 if it could not start or the print failed,
/// 2 for a firmware or host that does not exist.
int demo(const DemoOptions& options);

}  // namespace agent::demo
