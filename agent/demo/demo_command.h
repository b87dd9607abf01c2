// `marlin-agent demo`: a virtual printer, the real agent on real pseudo-terminals, a virtual host that prints, and a live
// view of it. Needs no printer, no rights and no configuration, and leaves nothing behind.
#pragma once

#include "agent/demo/demo_options.h"

namespace agent::demo {

/// Returns the program's status: 0 after Ctrl-C or the end of the print, 1 if it could not begin or the print failed,
/// 2 for a firmware or host that does not exist.
int demo(const DemoOptions& options);

}  // namespace agent::demo
