// Reads the file of --web.config.file (YAML). Knows no socket; web_tls.h reads the certificates.
#pragma once

#include <string>

#include "agent/text/fault.h"
#include "agent/web/server/access_module.h"

namespace agent::web::access {

/// `file`: name of the text in a fault; its directory is the base of relative paths.
[[nodiscard]] text::Result<server::WebConfig> parse_web_config(const std::string& text, const std::string& file);
[[nodiscard]] text::Result<server::WebConfig> load_web_config(const std::string& file);

}  // namespace agent::web::access
