// The layers of a print as a table for programs, from the agent's /api/v1/layers (packaging/doc/api.md).
#pragma once

#include <ostream>
#include <string>

namespace agent::tools {

/// Writes the layers of `body` as separated values (RFC 4180), an unknown one as an empty field. Returns how many there
/// are. Throws Failure (kServer) if `body` is not valid.
std::size_t write_layers(std::ostream& out, const std::string& body, char separator, bool has_header);

}  // namespace agent::tools
