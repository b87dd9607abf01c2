#include "agent/cli/commands.h"

#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "agent/config/run_configuration.h"
#include "agent/usb/usb_plan.h"
#include "agent/web/server/web_access.h"

namespace agent::cli {
namespace {

// Nothing is opened, which would reset a printer. A missing device may be plugged in later.
bool cannot_be_serial(const std::string& device) {
  constexpr unsigned kMemoryDevices = 1;  // /dev/null, /dev/zero and others, in the kernel's list of device numbers
  struct stat status {};
  if (::stat(device.c_str(), &status) != 0) return false;
  return !S_ISCHR(status.st_mode) || major(status.st_rdev) == kMemoryDevices;
}

}  // namespace

int check_config(const CheckConfigOptions& options, std::ostream& out, std::ostream& err) {
  const auto loaded = config::load_configuration(options.file);
  if (const auto* errors = std::get_if<std::vector<text::Fault>>(&loaded)) {
    for (const text::Fault& error : *errors) err << text::describe(error, options.file) << '\n';
    return 1;
  }
  const auto& configuration = std::get<config::Configuration>(loaded);
  for (const text::Fault& warning : configuration.warnings)
    err << "warning: " << text::describe(warning, options.file) << '\n';
  if (!configuration.web_config_file.empty()) {
    const auto access = web::server::load_web_access(configuration.web_config_file);
    if (const auto* fault = std::get_if<text::Fault>(&access)) {
      err << fault->sentence << '\n';
      return 1;
    }
  }
  bool all_serial = true;
  for (const config::PrinterConfiguration& printer : configuration.printers) {
    if (!cannot_be_serial(printer.device)) continue;
    err << text::describe({printer.device + " is not a serial port", {0, 0, "printer." + printer.name + ".device"}},
                          options.file)
        << '\n';
    all_serial = false;
  }
  if (!all_serial) return 1;
  const std::size_t count = configuration.printers.size();
  out << options.file << ": ok, " << count << (count == 1 ? " printer" : " printers")
      << (usb::takes_automatically(configuration) ? ", and every Prusa on USB\n" : "\n");
  return 0;
}

}  // namespace agent::cli
