#include "agent/web_landing.h"

#include "agent/metrics_labels.h"
#include "agent/metrics_text.h"
#include "agent/web_routes.h"

namespace agent {
namespace {

constexpr std::string_view kHead = R"(<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>marlin-agent</title>
<style>
:root { color-scheme: light dark; --ink: #1d2733; --paper: #fbfbf9; --line: #d5d9de; --link: #0b5cad; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e3e7eb; --paper: #14181d; --line: #39424d; --link: #7db7f5; }
}
body { margin: 3rem auto; max-width: 46rem; padding: 0 1rem; font: 1rem/1.5 system-ui, sans-serif;
  color: var(--ink); background: var(--paper); }
a { color: var(--link); }
table { border-collapse: collapse; width: 100%; }
th, td { border-bottom: 1px solid var(--line); padding: .4rem .8rem .4rem 0; text-align: left;
  overflow-wrap: anywhere; }
footer { margin-top: 2rem; opacity: .7; }
</style>
</head>
<body>
<h1>marlin-agent</h1>
)";

std::string_view entity(char c) {
  switch (c) {
    case '&':
      return "&amp;";
    case '<':
      return "&lt;";
    case '>':
      return "&gt;";
    case '"':
      return "&quot;";
    case '\'':
      return "&#39;";
    default:
      return {};
  }
}

void append_row(const LinkSnapshot& link, gcode::Time now, std::string& html) {
  const PrinterSource printer = printer_source(link, now);
  html += "<tr><td>" + html_text(link.name) + "</td><td>";
  html += link.released ? std::string_view("released") : kStateWords[static_cast<std::size_t>(printer.state)];
  html += "</td><td>" + html_text(link.device) + "</td><td>" + html_text(link.host_port) + "</td></tr>\n";
}

}  // namespace

std::string html_text(std::string_view raw) {
  // 512: paths are longer than labels.
  std::string html;
  for (const char c : clean_text(raw, 512)) {
    const auto replacement = entity(c);
    if (replacement.empty()) {
      html.push_back(c);
    } else {
      html += replacement;
    }
  }
  return html;
}

std::string landing_html(const WebContext& context) {
  std::string html(kHead);
  const auto links = context.board.links();
  if (links.empty()) {
    html += "<p>No printer is configured.</p>\n";
  } else {
    html +=
        "<table>\n<thead><tr><th>Printer</th><th>State</th><th>Device</th><th>Port for "
        "hosts</th></tr></thead>\n<tbody>\n";
    for (const auto& link : links) append_row(*link, context.metrics.now(), html);
    html += "</tbody>\n</table>\n";
  }
  html += "<ul>\n<li><a href=\"" + html_text(context.telemetry_path) + "\">Metrics</a> for Prometheus</li>\n";
  html += "<li><a href=\"/healthz\">Health</a></li>\n</ul>\n";
  html += "<footer>Version " + html_text(context.build.version) + " (" + html_text(context.build.revision) +
          ")</footer>\n";
  html += "</body>\n</html>\n";
  return html;
}

}  // namespace agent
