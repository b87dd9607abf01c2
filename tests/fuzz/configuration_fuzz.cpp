// Any bytes as a configuration file: either a configuration with every value in its range, or errors with place and
// reason. The same bytes give the same answer, and no message can break a line of the log.
#include <algorithm>
#include <cstdint>
#include <set>
#include <string>
#include <string_view>

#include "agent/config/config_values.h"
#include "agent/config/configuration.h"
#include "tests/fuzz/claim.h"

namespace {

using agent::config::Configuration;
using agent::text::Fault;
using fuzz::claim;

void check_printers(const Configuration& c) {
  std::set<std::string_view> names;
  std::set<std::string> devices;
  for (const auto& printer : c.printers) {
    claim(agent::config::is_printer_name(printer.name), "a name is valid");
    claim(printer.device.starts_with('/') == printer.usb.is_empty(), "a device is an absolute path or found by USB");
    claim(printer.device.empty() != printer.usb.is_empty(), "a printer is found in one way");
    claim(printer.baud >= 1200 && printer.baud <= 4'000'000, "a baud rate is in its range");
    claim(names.insert(printer.name).second, "no two printers have one name");
    claim(devices.insert(printer.device + rule_text(printer.usb)).second, "no two printers have one device");
    claim(printer.relay.hold_limit > gcode::line::Time::zero(), "a hold limit is positive");
    claim(printer.relay.temperature_period < gcode::printer::kReadingLifetime,
          "temperatures are queried before they are stale");
    claim(printer.relay.sd_period >= gcode::line::Time::zero(), "periods are not negative");
  }
}

void check(const Configuration& c) {
  claim(c.printers.size() <= agent::config::kMaxPrinters, "printers are bounded");
  check_printers(c);
  claim(!c.listen.empty(), "there is an address to listen on");
  claim(std::all_of(c.listen.begin(), c.listen.end(), agent::config::is_listen_address), "addresses are valid");
  claim(agent::config::is_telemetry_path(c.telemetry_path), "the path is valid");
  claim(c.record.max_bytes > 0, "recordings are bounded");
}

void check(const std::vector<Fault>& errors) {
  claim(!errors.empty(), "without a configuration there are errors");
  for (const Fault& error : errors) {
    const std::string line = agent::text::describe(error, "file");
    claim(error.place.line > 0 && error.place.column > 0, "an error has its place");
    claim(!error.sentence.empty(), "an error has a message");
    claim(std::none_of(line.begin(), line.end(), [](char c) { return c == '\n' || c == '\r' || c == '\x1b'; }),
          "an error is one line");
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto result = agent::config::parse_configuration(text);
  std::visit([](const auto& value) { check(value); }, result);
  claim(agent::config::parse_configuration(text).index() == result.index(), "the same bytes give the same answer");
  return 0;
}
