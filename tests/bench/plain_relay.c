// plain-relay DEVICE LINK: the minimal relay between a host and a printer, as the benchmark's baseline. One pty, one
// device, poll(), read(), write(); it parses nothing, injects nothing and recovers from nothing.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <termios.h>
#include <unistd.h>

static void make_raw(int fd) {
  struct termios settings;
  tcgetattr(fd, &settings);
  cfmakeraw(&settings);
  cfsetspeed(&settings, B115200);
  tcsetattr(fd, TCSANOW, &settings);
}

// Both sides block on writing: nothing is lost, and the kernel does the flow control.
static void write_all(int fd, const char* bytes, ssize_t size) {
  while (size > 0) {
    const ssize_t n = write(fd, bytes, (size_t)size);
    if (n < 0 && errno == EAGAIN) {
      struct pollfd out = {fd, POLLOUT, 0};
      poll(&out, 1, -1);
      continue;
    }
    if (n <= 0) exit(1);
    bytes += n;
    size -= n;
  }
}

static void carry(int from, int to) {
  char buffer[4096];
  const ssize_t n = read(from, buffer, sizeof buffer);
  if (n < 0 && (errno == EAGAIN || errno == EINTR)) return;
  if (n <= 0) exit(0);
  write_all(to, buffer, n);
}

int main(int argc, char** argv) {
  if (argc != 3) {
    fprintf(stderr, "usage: plain-relay DEVICE LINK\n");
    return 2;
  }
  const int device = open(argv[1], O_RDWR | O_NOCTTY | O_NONBLOCK);
  const int master = posix_openpt(O_RDWR | O_NOCTTY | O_NONBLOCK);
  if (device < 0 || master < 0 || grantpt(master) != 0 || unlockpt(master) != 0) {
    perror("plain-relay");
    return 1;
  }
  const int slave = open(ptsname(master), O_RDWR | O_NOCTTY);  // keeps the master from hanging up
  make_raw(slave);
  make_raw(device);
  unlink(argv[2]);
  if (symlink(ptsname(master), argv[2]) != 0) {
    perror(argv[2]);
    return 1;
  }
  struct pollfd ends[2] = {{device, POLLIN, 0}, {master, POLLIN, 0}};
  for (;;) {
    if (poll(ends, 2, -1) < 0) continue;
    if (ends[0].revents) carry(device, master);
    if (ends[1].revents) carry(master, device);
  }
}
