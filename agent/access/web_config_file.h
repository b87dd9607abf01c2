// Reads the file of --web.config.file (YAML). Knows no socket; what the certificates are is web_tls.h's
// business.
#pragma once

#include <string>

#include "agent/fault.h"
#include "agent/web_config.h"

namespace agent {

/// `file` names the text in a fault and is where relative paths begin.
[[nodiscard]] Result<WebConfig> parse_web_config(const std::string& text, const std::string& file);
[[nodiscard]] Result<WebConfig> load_web_config(const std::string& file);

}  // namespace agent
