#include "agent/cli/commands.h"

#include <filesystem>

#include "agent/config/run_configuration.h"
#include "agent/process/port_users_answer.h"
#include "agent/usb/usb_listing.h"
#include "transport/usb_finder.h"

namespace agent::cli {
namespace {

std::string tty_behind(const std::string& path) {
  std::error_code error;
  const std::filesystem::path tty = std::filesystem::canonical(path, error);
  return error ? path : tty.string();
}

std::string holder_of(const std::string& tty) {
  std::string holder = transport::lock_holder_of(tty);
  return holder.empty() ? process::program_names(process::programs_with_open(tty)) : holder;
}

const char* no_environment(const char*) { return nullptr; }

}  // namespace

int list(const ListOptions& options, std::ostream& out, std::ostream& err) {
  config::RunOptions run;
  run.config_file = options.config_file;
  const auto read = config::run_configuration(run, no_environment);
  if (const auto* faults = std::get_if<std::vector<std::string>>(&read)) {
    for (const std::string& sentence : *faults) err << "marlin-agent: " << sentence << '\n';
    return 1;
  }
  const usb::DeviceProbe probe{holder_of, transport::access_to_device};
  const auto devices =
      usb::list_devices(std::get<config::Configuration>(read), transport::read_usb_devices(), tty_behind, probe);
  out << (options.json ? usb::listing_json(devices) : usb::listing_text(devices));
  return 0;
}

}  // namespace agent::cli
