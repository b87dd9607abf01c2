#include "agent/journal.h"

#include <cstdint>
#include <cstdlib>

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "transport/file_descriptor.h"

namespace agent {

// systemd.exec(5): the variable names device and inode of the journal's socket, which standard error may have left since.
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

std::string journal_datagram(const std::vector<std::string>& fields) {
  std::string all;
  for (const std::string& field : fields) {
    const auto equals = field.find('=');
    if (field.find('\n') == std::string::npos) {
      all += field;
    } else {  // a value with line breaks goes by its length, 64 bits with the lowest byte first
      all.append(field, 0, equals).push_back('\n');
      const std::uint64_t size = field.size() - equals - 1;
      for (unsigned byte = 0; byte < 8; ++byte)
        all.push_back(static_cast<char>((size >> (8 * byte)) & 0xFFU));
      all.append(field, equals + 1);
    }
    all.push_back('\n');
  }
  return all;
}

void write_to_journal(const std::vector<std::string>& fields, const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  path.copy(address.sun_path, sizeof address.sun_path - 1);
  const std::string datagram = journal_datagram(fields);
  const transport::FileDescriptor socket(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  // A message that does not go out is lost: there is nobody to tell.
  (void)!::sendto(socket.get(), datagram.data(), datagram.size(), MSG_NOSIGNAL,
                  reinterpret_cast<const sockaddr*>(&address), sizeof address);
}

}  // namespace agent
