// The keys that name a printer's device: either `device`, a path, or any of `usb`, `serial_number` and `usb_port`.
#pragma once

#include "agent/config/config_table.h"
#include "agent/config/configuration.h"

namespace agent::config {

/// Reads them into `printer`. Errors: neither kind, both kinds, a board that is not a printer, a device or rule that
/// one of `others` already has.
void read_device(ConfigTable& table, PrinterConfiguration& printer, const std::vector<PrinterConfiguration>& others);

}  // namespace agent::config
