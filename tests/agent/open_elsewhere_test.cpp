#include "agent/open_elsewhere.h"

#include <catch2/catch.hpp>

#include <fstream>

#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/scratch_dir.h"

namespace {

/// A process that has `path` open until it is destroyed.
class Holder {
 public:
  explicit Holder(const std::string& path) {
    int ready[2];
    REQUIRE(::pipe(ready) == 0);
    process_ = ::fork();
    if (process_ == 0) {
      const int fd = ::open(path.c_str(), O_RDONLY);
      (void)!::write(ready[1], fd >= 0 ? "y" : "n", 1);
      for (;;) ::pause();
    }
    char byte = 0;
    REQUIRE(::read(ready[0], &byte, 1) == 1);
    REQUIRE(byte == 'y');
    ::close(ready[0]);
    ::close(ready[1]);
  }
  ~Holder() {
    ::kill(process_, SIGKILL);
    ::waitpid(process_, nullptr, 0);
  }
  Holder(const Holder&) = delete;
  Holder& operator=(const Holder&) = delete;
  [[nodiscard]] pid_t process() const { return process_; }

 private:
  pid_t process_ = 0;
};

TEST_CASE("a program that has a file open is found through any link to it, oneself is not") {
  const test::ScratchDir dir;
  const std::string file = dir.path() / "device", link = dir.path() / "link";
  std::ofstream mine(file);
  std::filesystem::create_symlink(file, link);
  CHECK(agent::programs_with_open(link).empty());
  const Holder holder(file);
  const auto programs = agent::programs_with_open(link);
  REQUIRE(programs.size() == 1);
  CHECK(programs[0].process == holder.process());
  CHECK_FALSE(programs[0].name.empty());
  CHECK(agent::programs_with_open(link, holder.process()).empty());
  CHECK(agent::programs_with_open(dir.path() / "nothing").empty());
}

TEST_CASE("programs are named with their process numbers") {
  CHECK(agent::program_names({}).empty());
  CHECK(agent::program_names({{"avrdude", 812}, {"screen", 900}}) == "avrdude (process 812), screen (process 900)");
}

}  // namespace
