#include "agent/log/journal.h"

#include <cstdlib>

// The source location is useless: all messages pass this file.
#define SD_JOURNAL_SUPPRESS_LOCATION

#include <sys/stat.h>
#include <sys/uio.h>
#include <systemd/sd-journal.h>
#include <unistd.h>

namespace agent::log {

// systemd.exec(5): the variable has device and inode of the journal's socket; standard error may have been redirected
// since.
bool stderr_is_journal() {
  const char* stream = std::getenv("JOURNAL_STREAM");
  struct stat status {};
  if (stream == nullptr || ::fstat(STDERR_FILENO, &status) != 0) return false;
  return stream == std::to_string(status.st_dev) + ':' + std::to_string(status.st_ino);
}

std::vector<std::string> journal_fields(int priority, std::string_view printer, std::string_view message) {
  std::vector<std::string> fields{"MESSAGE=" + std::string(message), "PRIORITY=" + std::to_string(priority),
                                  "SYSLOG_IDENTIFIER=marlin-agent"};
  if (!printer.empty()) fields.push_back("MARLIN_PRINTER=" + std::string(printer));
  return fields;
}

void write_to_journal(const std::vector<std::string>& fields) {
  std::vector<iovec> pieces;
  pieces.reserve(fields.size());
  for (const std::string& field : fields) pieces.push_back({const_cast<char*>(field.data()), field.size()});
  // A message that cannot be sent is lost: there is no other place to report it.
  (void)::sd_journal_sendv(pieces.data(), static_cast<int>(pieces.size()));
}

}  // namespace agent::log
