// A wall clock that is wrong by SHIFTED_CLOCK_SECONDS, for one program: loaded before libc (LD_PRELOAD).
#define _GNU_SOURCE
#include <stdlib.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

int clock_gettime(clockid_t clock, struct timespec* now) {
  const long result = syscall(SYS_clock_gettime, clock, now);
  const char* const shift = getenv("SHIFTED_CLOCK_SECONDS");
  if (result == 0 && shift != NULL && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE)) {
    now->tv_sec += strtol(shift, NULL, 10);
  }
  return (int)result;
}
