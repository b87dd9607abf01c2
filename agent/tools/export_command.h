// `marlin-agent export`: queries, arranges, writes.
#pragma once

#include <ostream>

#include "agent/tools/export_options.h"

namespace agent::tools {

/// `out`: standard output, used where the options name no file. Throws Failure.
void export_values(const ExportOptions& options, Ms now, std::ostream& out, std::ostream& notes);

/// The command with its command line: a Failure becomes a sentence on `err` and the exit status.
int export_command(int argc, const char* const* argv, std::ostream& out, std::ostream& err);

}  // namespace agent::tools
