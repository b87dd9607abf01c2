#include "agent/tools/command_line.h"

#include <sstream>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

#include "agent/tools/failure.h"

namespace tools {

std::optional<Ending> parse_line(CLI::App& app, int argc, const char* const* argv) {
  try {
    app.parse(argc, argv);
  } catch (const CLI::Success& success) {
    std::ostringstream out, ignored;
    app.exit(success, out, ignored);
    return Ending{0, out.str()};
  } catch (const CLI::ParseError& error) {
    throw Failure(Exit::kUsage, error.what());
  }
  return std::nullopt;
}

}  // namespace tools
