// Writes messages to systemd's journal: found by JOURNAL_STREAM, written with fields by its native protocol
// (sd_journal_send(3)), so that an owner can filter: `journalctl MARLIN_PRINTER=mk3 -p warning`.
//
//   MESSAGE=mk3: /dev/ttyACM0: No such file or directory PRIORITY=4 MARLIN_PRINTER=mk3 SYSLOG_IDENTIFIER=marlin-agent
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace agent::log {

/// Whether standard error goes to the journal: systemd set it up, and it was not redirected since.
[[nodiscard]] bool stderr_is_journal();

/// The fields of one message as "NAME=value". `priority`: 7 debug, 6 info, 4 warning, 3 error. `printer` may be empty.
[[nodiscard]] std::vector<std::string> journal_fields(int priority, std::string_view printer, std::string_view message);

/// Blocks while the journal takes no data: only for threads that may block.
void write_to_journal(const std::vector<std::string>& fields);

}  // namespace agent::log
