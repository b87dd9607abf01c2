// The files of a report without secrets and without what identifies a printer (serial number, UUID). Pure. In configuration
// files only the keys that are known to hold no secret keep their value; everything else is searched with secrets.h.
#pragma once

#include <string>
#include <string_view>

namespace agent::tools {

/// The configuration file. One that is not TOML is replaced by a sentence with the line of the error.
struct RedactedConfiguration {
  std::string text;
  std::string state_dir, web_config_file, telemetry_path;  ///< empty: the file does not name one
};
[[nodiscard]] RedactedConfiguration redacted_configuration(std::string_view toml);

/// The file with TLS and passwords: its known keys in order, almost all without their values.
[[nodiscard]] std::string redacted_web_config(std::string_view yaml);

/// A JSON document. One that is not JSON is searched as text.
[[nodiscard]] std::string redacted_json(std::string_view json);

/// A recording of a line (gcode/decode/trace.h). A secret is found also where it begins in one piece and ends in another.
[[nodiscard]] std::string redacted_recording(std::string_view lines);

}  // namespace agent::tools
