/* Preloaded into the agent by failing_calls_test.py: counts the calls of each function below and lets one call fail, as a
 * full disk, a lack of descriptors, threads or memory, or a signal does. The counters are in the file $FAILING_COUNTS,
 * which outlives the process: a call fails once in all instances. $FAILING_CALL is "NAME NUMBER", or nothing: only count. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <termios.h>
#include <unistd.h>

#define NAMES                                                                                                         \
  "open", "open64", "openat64", "read", "pread64", "readv", "write", "pwrite64", "writev", "fsync", "fdatasync",      \
      "ftruncate64", "rename", "unlink", "mkdir", "symlink", "socket", "bind", "listen", "accept", "connect", "send", \
      "recv", "sendmsg", "recvmsg", "epoll_create1", "epoll_ctl", "epoll_wait", "poll", "pipe2", "splice",            \
      "memfd_create", "mmap", "mmap64", "pthread_create", "posix_openpt", "tcgetattr", "tcsetattr", "tcflush",        \
      "fcntl", "fcntl64", "ioctl", "fstat", "stat", "chmod"
static const char* const kNames[] = {NAMES};
enum { kCount = sizeof kNames / sizeof kNames[0] };

/* The file of the counters; the test reads it, with the names. */
struct counter {
  char name[24];
  unsigned long count;
};
static struct counter* counters;
static int chosen = -1;
static unsigned long number;

__attribute__((constructor)) static void begin(void) {
  char self[256];
  const ssize_t length = readlink("/proc/self/exe", self, sizeof self - 1);
  const char* path = getenv("FAILING_COUNTS");
  if (path == NULL || length < 12 || memcmp(self + length - 12, "marlin-agent", 12) != 0) return;
  int (*real_open)(const char*, int, ...) = (int (*)(const char*, int, ...))dlsym(RTLD_NEXT, "open");
  void* (*real_mmap)(void*, size_t, int, int, int, off_t) =
      (void* (*)(void*, size_t, int, int, int, off_t))dlsym(RTLD_NEXT, "mmap");
  const int fd = real_open(path, O_RDWR | O_CLOEXEC);
  if (fd < 0) return;
  char name[32] = "";
  const char* call = getenv("FAILING_CALL");
  if (call != NULL && sscanf(call, "%31s %lu", name, &number) == 2) {
    for (int i = 0; i < kCount; ++i) {
      if (strcmp(kNames[i], name) == 0) chosen = i;
    }
  }
  void* block = real_mmap(NULL, kCount * sizeof *counters, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  close(fd);
  if (block == MAP_FAILED) return;
  counters = block;
  for (int i = 0; i < kCount; ++i) strncpy(counters[i].name, kNames[i], sizeof counters[i].name - 1);
}

/* Whether this call of the function is the one that fails. */
static int fails(const char* name) {
  if (counters == NULL) return 0;
  for (int i = 0; i < kCount; ++i) {
    if (strcmp(kNames[i], name) != 0) continue;
    return __atomic_add_fetch(&counters[i].count, 1, __ATOMIC_RELAXED) == number && i == chosen;
  }
  return 0;
}

/* What a transfer may fail with: EIO of a terminal would be a printer that is unplugged. */
static int transfer_error(int fd, int disk) {
  struct stat status;
  int (*real)(int, struct stat*) = (int (*)(int, struct stat*))dlsym(RTLD_NEXT, "fstat");
  if (real(fd, &status) == 0 && S_ISREG(status.st_mode)) return disk;
  return EINTR;
}

/* Asio's own descriptors, a pipe and an eventfd that never wait: their transfers cannot fail, and Asio ignores the result
 * of their epoll_ctl(). */
static int is_asios(int fd) {
  char link[40], target[40];
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  const ssize_t length = readlink(link, target, sizeof target - 1);
  target[length < 0 ? 0 : length] = '\0';
  return strncmp(target, "pipe:", 5) == 0 || strcmp(target, "anon_inode:[eventfd]") == 0 ||
         strcmp(target, "anon_inode:[timerfd]") == 0;
}

#define REAL(name) __typeof__(&name) real = (__typeof__(&name))dlsym(RTLD_NEXT, #name)
#define WRAP_IF(can_fail, result, name, parameters, arguments, error, failure) \
  result name parameters {                                                     \
    REAL(name);                                                                \
    if (!(can_fail) || !fails(#name)) return real arguments;                   \
    errno = error;                                                             \
    return failure;                                                            \
  }
#define WRAP(result, name, parameters, arguments, error, failure) \
  WRAP_IF(1, result, name, parameters, arguments, error, failure)
#define OPEN(name, parameters, arguments)     \
  int name parameters {                       \
    REAL(name);                               \
    va_list list;                             \
    va_start(list, flags);                    \
    const mode_t mode = va_arg(list, mode_t); \
    va_end(list);                             \
    if (!fails(#name)) return real arguments; \
    errno = EMFILE;                           \
    return -1;                                \
  }
#define CONTROL(name, type, error, can_fail)                           \
  int name(int fd, type what, ...) {                                   \
    REAL(name);                                                        \
    va_list list;                                                      \
    va_start(list, what);                                              \
    void* argument = va_arg(list, void*);                              \
    va_end(list);                                                      \
    if (!(can_fail) || !fails(#name)) return real(fd, what, argument); \
    errno = error;                                                     \
    return -1;                                                         \
  }

OPEN(open, (const char* path, int flags, ...), (path, flags, mode))
OPEN(open64, (const char* path, int flags, ...), (path, flags, mode))
OPEN(openat64, (int at, const char* path, int flags, ...), (at, path, flags, mode))
WRAP_IF(!is_asios(fd), ssize_t, read, (int fd, void* data, size_t size), (fd, data, size), transfer_error(fd, EIO), -1)
WRAP(ssize_t, pread64, (int fd, void* data, size_t size, off64_t at), (fd, data, size, at), EIO, -1)
WRAP(ssize_t, readv, (int fd, const struct iovec* pieces, int count), (fd, pieces, count), transfer_error(fd, EIO), -1)
WRAP_IF(!is_asios(fd), ssize_t, write, (int fd, const void* data, size_t size), (fd, data, size),
        transfer_error(fd, ENOSPC), -1)
WRAP(ssize_t, pwrite64, (int fd, const void* data, size_t size, off64_t at), (fd, data, size, at), ENOSPC, -1)
WRAP(ssize_t, writev, (int fd, const struct iovec* pieces, int count), (fd, pieces, count), transfer_error(fd, ENOSPC),
     -1)
WRAP(int, fsync, (int fd), (fd), EIO, -1)
WRAP(int, fdatasync, (int fd), (fd), EIO, -1)
WRAP(int, ftruncate64, (int fd, off64_t size), (fd, size), ENOSPC, -1)
WRAP(int, rename, (const char* from, const char* to), (from, to), ENOSPC, -1)
WRAP(int, unlink, (const char* path), (path), EIO, -1)
WRAP(int, mkdir, (const char* path, mode_t mode), (path, mode), ENOSPC, -1)
WRAP(int, symlink, (const char* to, const char* path), (to, path), ENOSPC, -1)
WRAP(int, socket, (int family, int type, int protocol), (family, type, protocol), EMFILE, -1)
WRAP(int, bind, (int fd, const struct sockaddr* address, socklen_t size), (fd, address, size), EADDRINUSE, -1)
WRAP(int, listen, (int fd, int backlog), (fd, backlog), EADDRINUSE, -1)
WRAP(int, accept, (int fd, struct sockaddr* address, socklen_t* size), (fd, address, size), EMFILE, -1)
WRAP(int, connect, (int fd, const struct sockaddr* address, socklen_t size), (fd, address, size), ECONNREFUSED, -1)
WRAP(ssize_t, send, (int fd, const void* data, size_t size, int flags), (fd, data, size, flags), ENOBUFS, -1)
WRAP(ssize_t, recv, (int fd, void* data, size_t size, int flags), (fd, data, size, flags), ECONNRESET, -1)
WRAP(ssize_t, sendmsg, (int fd, const struct msghdr* message, int flags), (fd, message, flags), ENOBUFS, -1)
WRAP(ssize_t, recvmsg, (int fd, struct msghdr* message, int flags), (fd, message, flags), ECONNRESET, -1)
WRAP(int, epoll_create1, (int flags), (flags), EMFILE, -1)
WRAP_IF(!is_asios(of), int, epoll_ctl, (int fd, int what, int of, struct epoll_event* event), (fd, what, of, event),
        ENOMEM, -1)
WRAP(int, epoll_wait, (int fd, struct epoll_event* events, int most, int wait), (fd, events, most, wait), EINTR, -1)
WRAP(int, poll, (struct pollfd * fds, nfds_t count, int wait), (fds, count, wait), EINTR, -1)
WRAP(int, pipe2, (int fds[2], int flags), (fds, flags), EMFILE, -1)
WRAP(ssize_t, splice, (int from, off64_t* at, int to, off64_t* to_at, size_t size, unsigned flags),
     (from, at, to, to_at, size, flags), EINTR, -1)
WRAP(int, memfd_create, (const char* name, unsigned flags), (name, flags), EMFILE, -1)
WRAP(void*, mmap, (void* at, size_t size, int access, int flags, int fd, off_t from),
     (at, size, access, flags, fd, from), ENOMEM, MAP_FAILED)
WRAP(void*, mmap64, (void* at, size_t size, int access, int flags, int fd, off64_t from),
     (at, size, access, flags, fd, from), ENOMEM, MAP_FAILED)
WRAP(int, posix_openpt, (int flags), (flags), ENOSPC, -1)
WRAP(int, tcgetattr, (int fd, struct termios* settings), (fd, settings), EINTR, -1)
WRAP(int, tcsetattr, (int fd, int when, const struct termios* settings), (fd, when, settings), EINTR, -1)
WRAP(int, tcflush, (int fd, int what), (fd, what), EINTR, -1)
WRAP(int, fstat, (int fd, struct stat* status), (fd, status), EIO, -1)
WRAP(int, stat, (const char* path, struct stat* status), (path, status), EIO, -1)
WRAP(int, chmod, (const char* path, mode_t mode), (path, mode), EPERM, -1)
/* Asio ignores the result of F_SETFL, which cannot fail on its descriptors. */
CONTROL(fcntl, int, EMFILE, what == F_DUPFD || what == F_DUPFD_CLOEXEC)
CONTROL(fcntl64, int, EMFILE, what == F_DUPFD || what == F_DUPFD_CLOEXEC)
CONTROL(ioctl, unsigned long, EINTR, 1)

int pthread_create(pthread_t* thread, const pthread_attr_t* attributes, void* (*run)(void*), void* argument) {
  REAL(pthread_create);
  return fails("pthread_create") ? EAGAIN : real(thread, attributes, run, argument);
}
