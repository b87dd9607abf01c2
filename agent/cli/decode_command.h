// The `decode` sub-command: a recorded conversation in, one JSON object per line out. For people who want to know what
// their printer sent, and for reports of lines that the parser does not know.
// marlin-agent decode --summary recording.jsonl
#pragma once

#include <iosfwd>

#include "agent/cli/options.h"

namespace agent::cli {

/// Reads all of `in` and writes JSON lines, or the counts, to `out`; both are not owned. Input that is not of the
/// format is reported on `err` with file and line, skipped, and makes the result 1 (a serial.log: only if no line is of
/// the format); so does an unknown firmware name, before anything is read. 0 otherwise.
[[nodiscard]] int run_decode(const DecodeOptions& options, std::istream& in, std::ostream& out, std::ostream& err);

/// The same from the file that `options` names, "-" being `standard_input`; a file that cannot be read is 1.
[[nodiscard]] int decode_file(const DecodeOptions& options, std::istream& standard_input, std::ostream& out,
                              std::ostream& err);

}  // namespace agent::cli
