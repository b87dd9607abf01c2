/* Preloaded into the agent, this adds modem lines to every tty: a USB printer's port has them, a pseudo-terminal has
 * not. It stores their state and writes a line for each change, "SECONDS DTR 0" or "SECONDS DTR 1" on the monotonic
 * clock, to the file named by MODEM_LINES. The next process finds them as that file says. Every other ioctl goes to the
 * kernel. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

static int lines = TIOCM_DTR | TIOCM_RTS; /* as the kernel raises them at open */

static void note(const char* name, int high) {
  const char* path = getenv("MODEM_LINES");
  const int file = path ? open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600) : -1;
  if (file < 0) return;
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  dprintf(file, "%.6f %s %d\n", (double)now.tv_sec + (double)now.tv_nsec / 1e9, name, high);
  close(file);
}

static void set_lines(int next) {
  if ((next ^ lines) & TIOCM_DTR) note("DTR", (next & TIOCM_DTR) != 0);
  if ((next ^ lines) & TIOCM_RTS) note("RTS", (next & TIOCM_RTS) != 0);
  lines = next;
}

__attribute__((constructor)) static void read_lines(void) {
  const char* path = getenv("MODEM_LINES");
  FILE* file = path ? fopen(path, "re") : NULL;
  if (!file) return;
  char name[4];
  int high;
  while (fscanf(file, "%*f %3s %d", name, &high) == 2) {
    const int line = strcmp(name, "DTR") == 0 ? TIOCM_DTR : TIOCM_RTS;
    lines = high ? lines | line : lines & ~line;
  }
  fclose(file);
}

int ioctl(int fd, unsigned long request, ...) {
  va_list rest;
  va_start(rest, request);
  void* argument = va_arg(rest, void*);
  va_end(rest);
  if (request == TIOCMGET && isatty(fd)) {
    *(int*)argument = lines;
    return 0;
  }
  if (request == TIOCMSET && isatty(fd)) {
    set_lines(*(int*)argument);
    return 0;
  }
  if ((request == TIOCMBIS || request == TIOCMBIC) && isatty(fd)) {
    set_lines(request == TIOCMBIS ? lines | *(int*)argument : lines & ~*(int*)argument);
    return 0;
  }
  static int (*real)(int, unsigned long, ...);
  if (!real) *(void**)&real = dlsym(RTLD_NEXT, "ioctl");
  return real(fd, request, argument);
}
