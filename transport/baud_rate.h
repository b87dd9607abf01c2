// The speed of a tty as a plain number: the standard ones and any other, by termios2. In a separate file because the
// kernel's termios2 and the C library's termios cannot be included together.
#pragma once

namespace transport {

/// Sets both directions to `baud` bits per second immediately, discarding nothing. Returns 0 or an errno. 250000 works
/// if the driver supports it; a driver that does not may round (read it back with baud_rate()). Where termios2 is
/// missing (an emulator), only standard speeds: EINVAL for others.
[[nodiscard]] int set_baud_rate(int fd, unsigned baud);

/// The output speed in bits per second, or 0 if `fd` is not a tty. On a pseudo-terminal's slave: the speed that the
/// host set.
[[nodiscard]] unsigned baud_rate(int fd);

}  // namespace transport
