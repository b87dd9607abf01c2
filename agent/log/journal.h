// systemd's journal as the place where messages go: found by JOURNAL_STREAM, written with fields by its own protocol
// (sd_journal_send(3)), so that `journalctl MARLIN_PRINTER=mk3 -p warning` finds what an owner looks for.
//
//   MESSAGE=mk3: /dev/ttyACM0: No such file or directory   PRIORITY=4   MARLIN_PRINTER=mk3   SYSLOG_IDENTIFIER=marlin-agent
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace agent::log {

/// Whether standard error goes to the journal: systemd said so, and nobody has redirected it since.
[[nodiscard]] bool stderr_is_journal();

/// "NAME=value" of one message. `priority`: 7 debug, 6 info, 4 warning, 3 error. `printer` may be empty.
[[nodiscard]] std::vector<std::string> journal_fields(int priority, std::string_view printer, std::string_view message);

/// Waits while the journal takes nothing: only for threads that may.
void write_to_journal(const std::vector<std::string>& fields);

}  // namespace agent::log
