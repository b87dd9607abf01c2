#include "transport/baud_rate.h"

#include <asm/termbits.h>
#include <sys/ioctl.h>

#include <algorithm>
#include <array>
#include <cerrno>

namespace transport {
namespace {

// An emulated kernel may lack termios2 (qemu-user before 10.2, as in Debian 12; WSL 1): only the named speeds are
// available there.
struct NamedSpeed {
  unsigned baud;
  tcflag_t name;
};
constexpr std::array<NamedSpeed, 21> kNamedSpeeds{{
    {1200, B1200},       {2400, B2400},       {4800, B4800},       {9600, B9600},       {19200, B19200},
    {38400, B38400},     {57600, B57600},     {115200, B115200},   {230400, B230400},   {460800, B460800},
    {500000, B500000},   {576000, B576000},   {921600, B921600},   {1000000, B1000000}, {1152000, B1152000},
    {1500000, B1500000}, {2000000, B2000000}, {2500000, B2500000}, {3000000, B3000000}, {3500000, B3500000},
    {4000000, B4000000},
}};

int set_named_speed(int fd, unsigned baud) {
  const auto* speed =
      std::find_if(kNamedSpeeds.begin(), kNamedSpeeds.end(), [&](const NamedSpeed& s) { return s.baud == baud; });
  if (speed == kNamedSpeeds.end()) return EINVAL;
  termios settings{};
  if (::ioctl(fd, TCGETS, &settings) != 0) return errno;
  settings.c_cflag &= ~static_cast<tcflag_t>(CBAUD | (CBAUD << IBSHIFT));  // no separate input speed
  settings.c_cflag |= speed->name;
  return ::ioctl(fd, TCSETS, &settings) == 0 ? 0 : errno;
}

unsigned named_speed(int fd) {
  termios settings{};
  if (::ioctl(fd, TCGETS, &settings) != 0) return 0;
  const auto* speed = std::find_if(kNamedSpeeds.begin(), kNamedSpeeds.end(),
                                   [&](const NamedSpeed& s) { return s.name == (settings.c_cflag & CBAUD); });
  return speed == kNamedSpeeds.end() ? 0 : speed->baud;
}

}  // namespace

int set_baud_rate(int fd, unsigned baud) {
  if (baud == 0) return EINVAL;  // 0 means "hang up" to the kernel
  termios2 settings{};
  if (::ioctl(fd, TCGETS2, &settings) != 0) return set_named_speed(fd, baud);
  settings.c_cflag &= ~static_cast<tcflag_t>(CBAUD | (CBAUD << IBSHIFT));
  settings.c_cflag |= BOTHER | (BOTHER << IBSHIFT);
  settings.c_ispeed = baud;
  settings.c_ospeed = baud;
  return ::ioctl(fd, TCSETS2, &settings) == 0 ? 0 : errno;
}

unsigned baud_rate(int fd) {
  termios2 settings{};
  if (::ioctl(fd, TCGETS2, &settings) != 0) return named_speed(fd);
  return settings.c_ospeed;
}

}  // namespace transport
