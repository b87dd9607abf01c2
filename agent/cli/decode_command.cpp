// Joins input, conversation and output of `decode`. gcode/ decodes the lines, decode_input reads the file formats.
// Example of an error: "decode: log.jsonl:12: not a line of a recording; ...".
#include "agent/cli/commands.h"

#include <cerrno>
#include <cstring>
#include <fstream>
#include <istream>
#include <string>

#include "agent/recording/decode_input.h"
#include "gcode/decode/conversation.h"
#include "gcode/decode/decode.h"

namespace agent::cli {
namespace {

std::string known_firmwares() {
  std::string names = "unknown";
  for (const auto rows : {gcode::dialect::prusa_dialects(), gcode::dialect::marlin_dialects()}) {
    for (const gcode::dialect::Dialect& row : rows) names.append(", ").append(row.name);
  }
  return names;
}

// "prusa-3.13", or the answer of a printer to M115: "Prusa-Firmware 3.13.3 based on Marlin". nullptr if neither.
const gcode::dialect::Dialect* firmware_named(std::string_view name) {
  if (const gcode::dialect::Dialect* row = gcode::dialect::find_dialect(name)) return row;
  const gcode::dialect::Dialect& chosen = gcode::dialect::choose_dialect(name);
  return &chosen == &gcode::dialect::unknown_dialect() ? nullptr : &chosen;
}

template <class Meaning>
void write_line(const gcode::decode::LineNote& note, const Meaning& meaning, std::ostream& out) {
  std::string text;
  gcode::decode::append_decoded(note, meaning, text);
  text.push_back('\n');
  out << text;
}

}  // namespace

int run_decode(const DecodeOptions& options, std::istream& in, std::ostream& out, std::ostream& err) {
  const gcode::dialect::Dialect* dialect = nullptr;
  if (options.firmware) {
    dialect = firmware_named(*options.firmware);
    if (dialect == nullptr) {
      err << "decode: unknown firmware \"" << *options.firmware << "\"; known are " << known_firmwares() << '\n';
      return 1;
    }
  }
  recording::DecodeSummary summary;
  gcode::decode::Conversation conversation(
      dialect,
      [&](const gcode::decode::LineNote& note, const gcode::command::Command& command) {
        options.summary ? summary.add(note, command) : write_line(note, command, out);
      },
      [&](const gcode::decode::LineNote& note, const gcode::reply::Reply& reply) {
        options.summary ? summary.add(note, reply) : write_line(note, reply, out);
      });
  const bool all_read = recording::read_conversation(options.format, options.file, in, conversation, err);
  conversation.finish();
  if (options.summary) summary.write(out);
  return all_read ? 0 : 1;
}

int decode_file(const DecodeOptions& options, std::istream& standard_input, std::ostream& out, std::ostream& err) {
  if (options.file == "-") return run_decode(options, standard_input, out, err);
  errno = 0;
  std::ifstream file(options.file, std::ios::binary);
  if (!file) {
    err << "decode: " << options.file << ": cannot be read: " << std::strerror(errno) << '\n';
    return 1;
  }
  return run_decode(options, file, out, err);
}

}  // namespace agent::cli
