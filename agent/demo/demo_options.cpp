#include "agent/demo/demo_options.h"

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

#include "agent/config/config_values.h"
#include "agent/text/text_scan.h"

namespace agent::demo {
namespace {

bool is_speed(const std::string& text) {
  const auto speed = text::parse_number<double>(text);
  return speed && *speed >= 0.1 && *speed <= 1000;
}

bool is_count(const std::string& text) {
  const auto count = text::parse_number<int>(text);
  return count && *count >= 1 && *count <= kMostPrinters;
}

void add_demo(CLI::App& app, DemoOptions& o) {
  app.add_option("--speed", o.speed, "How many times faster than real the virtual printer moves and heats (default 4)")
      ->type_name("N")
      ->check(text::option_rule(is_speed, "a number from 0.1 to 1000"));
  app.add_option("--printers", o.printers, "How many printers print side by side, from 1 to 20 (default 1)")
      ->type_name("N")
      ->check(text::option_rule(is_count, "a number from 1 to 20"));
  app.add_option(
         "--firmware", o.firmware,
         "Firmware of the virtual printers (default prusa-3.14 for the first, another one for each of the others), or a "
         "common printer: ender-3-v2, cr-10s-pro, anycubic, monoprice, repetier, teacup, smoothieware, reprapfirmware, klipper; a wrong name lists all")
      ->type_name("NAME");
  app.add_option("--host", o.host,
                 "Host program to imitate: octoprint, printrun, prusalink or cura (default octoprint)")
      ->type_name("NAME");
  app.add_option("--web.listen-address", o.listen, "Where to answer HTTP; may be repeated (default 127.0.0.1:11520)")
      ->type_name("ADDR")
      ->allow_extra_args(false)
      ->check(text::option_rule(config::is_listen_address, config::kListenAddressRule));
  app.add_flag("--exit-when-done", o.exit_when_done, "End when the print is done instead of serving until Ctrl-C");
}

}  // namespace

std::variant<DemoOptions, text::EarlyExit> parse_demo_options(int argc, const char* const* argv) {
  CLI::App app("Watch a virtual printer print through the real agent", "marlin-agent demo");
  DemoOptions options;
  add_demo(app, options);
  if (auto exit = text::parse_line(app, argc, argv)) return *exit;
  return options;
}

}  // namespace agent::demo
