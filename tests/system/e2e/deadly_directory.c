/* Preloaded into the agent by start_test.py: making a directory called "deadly" ends the process, as a fault in a parser
 * or in a library would. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>

int mkdir(const char* path, mode_t mode) {
  const size_t length = strlen(path);
  if (length > 6 && strcmp(path + length - 6, "deadly") == 0) raise(SIGKILL);
  int (*real)(const char*, mode_t) = (int (*)(const char*, mode_t))dlsym(RTLD_NEXT, "mkdir");
  return real(path, mode);
}
