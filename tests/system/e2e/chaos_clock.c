/* Preloaded into the agent by chaos_test.py: its clocks are those of the machine and an offset each, which are in the file
 * $CHAOS_CLOCK and outlive the process. The wall clock is set by a test as NTP or a person sets it; the monotonic clock is
 * only moved forward, before a print, so that the agent does not wait seconds for a printer's boot. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

struct offsets {
  long long wall_ns, monotonic_ns;
};
static const struct offsets* offsets;

static const struct offsets kNone;

__attribute__((constructor)) static void begin(void) {
  offsets = &kNone;
  const char* path = getenv("CHAOS_CLOCK");
  const int fd = path == NULL ? -1 : open(path, O_RDONLY | O_CLOEXEC);
  if (fd < 0) return;
  void* block = mmap(NULL, sizeof(struct offsets), PROT_READ, MAP_SHARED, fd, 0);
  close(fd);
  if (block != MAP_FAILED) offsets = block;
}

static long long offset_of(clockid_t clock) {
  if (offsets == NULL) return 0; /* before the constructor */
  if (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE)
    return __atomic_load_n(&offsets->wall_ns, __ATOMIC_RELAXED);
  if (clock == CLOCK_MONOTONIC || clock == CLOCK_MONOTONIC_COARSE)
    return __atomic_load_n(&offsets->monotonic_ns, __ATOMIC_RELAXED);
  return 0;
}

static struct timespec moved(struct timespec time, long long by) {
  const long long second = 1000000000;
  const long long ns = (long long)time.tv_nsec + by % second;
  time.tv_sec += by / second;
  time.tv_nsec = ns;
  if (ns < 0) {
    time.tv_sec -= 1;
    time.tv_nsec += second;
  } else if (ns >= second) {
    time.tv_sec += 1;
    time.tv_nsec -= second;
  }
  return time;
}

#define REAL(name) __typeof__(&name) real = (__typeof__(&name))dlsym(RTLD_NEXT, #name)

int clock_gettime(clockid_t clock, struct timespec* now) {
  static __typeof__(&clock_gettime) real;
  if (real == NULL) real = (__typeof__(&clock_gettime))dlsym(RTLD_NEXT, "clock_gettime");
  const int result = real(clock, now);
  if (result == 0) *now = moved(*now, offset_of(clock));
  return result;
}

time_t time(time_t* into) {
  struct timespec now;
  clock_gettime(CLOCK_REALTIME, &now);
  if (into != NULL) *into = now.tv_sec;
  return now.tv_sec;
}

int gettimeofday(struct timeval* restrict into, void* restrict zone) {
  (void)zone;
  struct timespec now;
  clock_gettime(CLOCK_REALTIME, &now);
  into->tv_sec = now.tv_sec;
  into->tv_usec = now.tv_nsec / 1000;
  return 0;
}

/* The kernel's clocks have no offset. A condition's clock is not known here, but no machine runs since 2001. */
static struct timespec kernel_time(const struct timespec* time) {
  return moved(*time, -offset_of(time->tv_sec > 1000000000 ? CLOCK_REALTIME : CLOCK_MONOTONIC));
}

int pthread_cond_clockwait(pthread_cond_t* condition, pthread_mutex_t* mutex, clockid_t clock,
                           const struct timespec* end) {
  REAL(pthread_cond_clockwait);
  const struct timespec at = kernel_time(end);
  return real(condition, mutex, clock, &at);
}

int pthread_cond_timedwait(pthread_cond_t* restrict condition, pthread_mutex_t* restrict mutex,
                           const struct timespec* restrict end) {
  REAL(pthread_cond_timedwait);
  const struct timespec at = kernel_time(end);
  return real(condition, mutex, &at);
}
