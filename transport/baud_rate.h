// The speed of a tty as a plain number: the standard ones and any other, by termios2. In a file of its own because the
// kernel's termios2 and the C library's termios cannot be included together.
#pragma once

namespace transport {

/// Sets both directions to `baud` bits per second at once, discarding nothing. Returns 0 or an errno. 250000
/// works where the driver can do it; a driver that cannot may round (read it back with baud_rate()). Where
/// termios2 is not known at all (an emulator), only standard speeds: EINVAL for others.
[[nodiscard]] int set_baud_rate(int fd, unsigned baud);

/// The output speed in bits per second, or 0 if `fd` is no tty. On a pseudo-terminal's slave: what the host asked for.
[[nodiscard]] unsigned baud_rate(int fd);

}  // namespace transport
