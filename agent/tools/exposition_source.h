// Reads a page of metrics from a server, a file or standard input, compressed with gzip or not.
#pragma once

#include <istream>
#include <string>

#include "agent/tools/http_client.h"

namespace agent::tools {

/// `source`: URL, file or "-". Throws Failure (kServer) with a sentence.
[[nodiscard]] std::string read_page(const std::string& source, HttpClient& client, std::istream& in);

/// The text, decompressed if it begins with gzip's magic number. Throws Failure (kServer).
[[nodiscard]] std::string unpacked(std::string text);

}  // namespace agent::tools
