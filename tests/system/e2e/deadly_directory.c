/* Preloaded into the agent by start_test.py: making a directory called "deadly" ends the process, as a fault in a parser
 * or in a library would, and the name servers do not answer for "silent.test". */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <netdb.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

int mkdir(const char* path, mode_t mode) {
  const size_t length = strlen(path);
  if (length > 6 && strcmp(path + length - 6, "deadly") == 0) raise(SIGKILL);
  int (*real)(const char*, mode_t) = (int (*)(const char*, mode_t))dlsym(RTLD_NEXT, "mkdir");
  return real(path, mode);
}

int getaddrinfo(const char* name, const char* service, const struct addrinfo* hints, struct addrinfo** found) {
  if (name != NULL && strcmp(name, "silent.test") == 0) {
    sleep(60);
    return EAI_AGAIN;
  }
  int (*real)(const char*, const char*, const struct addrinfo*, struct addrinfo**) =
      (int (*)(const char*, const char*, const struct addrinfo*, struct addrinfo**))dlsym(RTLD_NEXT, "getaddrinfo");
  return real(name, service, hints, found);
}
