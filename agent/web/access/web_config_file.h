// Reads the file of --web.config.file (YAML). Knows no socket; what the certificates are is web_tls.h's
// business.
#pragma once

#include <string>
#include <variant>

#include "agent/web/server/web_config.h"

namespace agent {

/// `file` names the text in a fault and is where relative paths begin.
[[nodiscard]] std::variant<WebConfig, WebConfigFault> parse_web_config(const std::string& text,
                                                                       const std::string& file);
[[nodiscard]] std::variant<WebConfig, WebConfigFault> load_web_config(const std::string& file);

}  // namespace agent
