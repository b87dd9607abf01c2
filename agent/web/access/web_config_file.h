// Reads the file of --web.config.file (YAML). Knows no socket; what the certificates are is web_tls.h's
// business.
#pragma once

#include <string>
#include <variant>

#include "agent/text/fault.h"
#include "agent/web/server/web_config.h"

namespace agent::web::access {

/// `file` names the text in a fault and is where relative paths begin.
[[nodiscard]] text::Result<server::WebConfig> parse_web_config(const std::string& text, const std::string& file);
[[nodiscard]] text::Result<server::WebConfig> load_web_config(const std::string& file);

}  // namespace agent::web::access
