#include "agent/check_config.h"

#include <ostream>

#include "agent/config_file.h"
#include "agent/usb_plan.h"
#include "agent/web_access.h"

namespace agent {

int check_config(const CheckConfigOptions& options, std::ostream& out, std::ostream& err) {
  const auto loaded = load_configuration(options.file);
  if (const auto* errors = std::get_if<std::vector<Fault>>(&loaded)) {
    for (const Fault& error : *errors) err << describe(error, options.file) << '\n';
    return 1;
  }
  const auto& configuration = std::get<Configuration>(loaded);
  if (!configuration.web_config_file.empty()) {
    const auto access = load_web_access(configuration.web_config_file);
    if (const auto* fault = std::get_if<Fault>(&access)) {
      err << fault->sentence << '\n';
      return 1;
    }
  }
  const std::size_t count = configuration.printers.size();
  out << options.file << ": ok, " << count << (count == 1 ? " printer" : " printers")
      << (takes_automatically(configuration) ? ", and every Prusa on USB\n" : "\n");
  return 0;
}

}  // namespace agent
