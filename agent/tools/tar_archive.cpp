#include "agent/tools/tar_archive.h"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <numeric>

#include <fcntl.h>
#include <unistd.h>

#include <zlib.h>

#include "agent/text/text_scan.h"

namespace agent::tools {
namespace {

constexpr std::size_t kBlock = 512;
// Where a ustar header has what: name, mode, owner, group, size, time, checksum, type, magic.
constexpr std::size_t kName = 0, kMode = 100, kOwner = 108, kGroup = 116, kSize = 124, kTime = 136, kSum = 148,
                      kType = 156, kMagic = 257;

std::string header_of(const ArchivedFile& file, long unix_seconds) {
  std::string header(kBlock, '\0');
  const auto put = [&header](std::size_t at, const std::string& text) {
    std::copy(text.begin(), text.end(), header.begin() + static_cast<std::ptrdiff_t>(at));
  };
  const auto octal = [](unsigned long value, int digits) {
    char text[24];
    std::snprintf(text, sizeof text, "%0*lo", digits, value);
    return std::string(text);
  };
  put(kName, file.name);
  put(kMode, octal(0644, 7));
  put(kOwner, octal(0, 7));
  put(kGroup, octal(0, 7));
  put(kSize, octal(file.text.size(), 11));
  put(kTime, octal(static_cast<unsigned long>(std::max(unix_seconds, 0L)), 11));
  put(kSum, "        ");  // its own place counts as blanks
  put(kType, "0");
  put(kMagic, std::string("ustar\00000", 8));
  const unsigned sum = std::accumulate(header.begin(), header.end(), 0U,
                                       [](unsigned all, char c) { return all + static_cast<unsigned char>(c); });
  put(kSum, octal(sum, 6) + '\0' + ' ');
  return header;
}

int write_files(int fd, const std::vector<ArchivedFile>& files, long unix_seconds) {
  gzFile gzip = ::gzdopen(fd, "wb9");
  if (gzip == nullptr) {
    ::close(fd);
    return ENOMEM;
  }
  bool is_written = true;
  const auto write = [&](const std::string& text) {
    for (std::size_t at = 0; is_written && at < text.size();) {
      const auto count = static_cast<unsigned>(std::min<std::size_t>(text.size() - at, 1U << 20U));
      is_written = ::gzwrite(gzip, text.data() + at, count) == static_cast<int>(count);
      at += count;
    }
  };
  errno = 0;
  for (const ArchivedFile& file : files) {
    write(header_of(file, unix_seconds));
    write(file.text);
    write(std::string((kBlock - file.text.size() % kBlock) % kBlock, '\0'));
  }
  write(std::string(2 * kBlock, '\0'));
  const int error = errno;
  if (::gzclose(gzip) == Z_OK && is_written) return 0;
  return error != 0 ? error : (errno != 0 ? errno : EIO);
}

unsigned id_in(const char* variable, unsigned otherwise) {
  const char* text = ::getenv(variable);
  return text::parse_number<unsigned>(text != nullptr ? text : "").value_or(otherwise);
}

}  // namespace

int write_tar_gz(const std::string& path, const std::vector<ArchivedFile>& files, long unix_seconds) {
  if (std::any_of(files.begin(), files.end(), [](const ArchivedFile& file) { return file.name.size() >= kMode; }))
    return ENAMETOOLONG;
  const int fd = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (fd < 0) return errno;
  if (::geteuid() == 0 && ::fchown(fd, id_in("SUDO_UID", 0), id_in("SUDO_GID", 0)) != 0) {
    // A file of root is of use, too.
  }
  const int error = write_files(fd, files, unix_seconds);
  if (error != 0) ::unlink(path.c_str());
  return error;
}

}  // namespace agent::tools
