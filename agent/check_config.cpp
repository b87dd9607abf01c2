#include "agent/check_config.h"

#include <ostream>

#include "agent/config_file.h"

namespace agent {

int check_config(const CheckConfigOptions& options, std::ostream& out, std::ostream& err) {
  const auto loaded = load_configuration(options.file);
  if (const auto* errors = std::get_if<std::vector<ConfigError>>(&loaded)) {
    for (const ConfigError& error : *errors) err << describe(error, options.file) << '\n';
    return 1;
  }
  const std::size_t count = std::get<Configuration>(loaded).printers.size();
  out << options.file << ": ok, " << count << (count == 1 ? " printer\n" : " printers\n");
  return 0;
}

}  // namespace agent
