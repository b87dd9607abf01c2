// The page at /: which printers there are, in what state, and where the metrics are. Static HTML, nothing is fetched from
// anywhere else.
// Example: <tr><td>mk3</td><td>printing</td><td>/run/marlin-agent/mk3</td></tr>
#pragma once

#include <string>
#include <string_view>

namespace agent {

struct WebContext;

[[nodiscard]] std::string landing_html(const WebContext& context);

/// `raw` as text or as a double-quoted attribute's value: cleaned, and & < > " ' as entities.
[[nodiscard]] std::string html_text(std::string_view raw);

}  // namespace agent
