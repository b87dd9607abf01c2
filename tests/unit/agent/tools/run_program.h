// Other programs that read our output: started through the shell, fed on standard input, with a
// time limit.
#pragma once

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>

#include <sys/wait.h>

#include "tests/scratch_dir.h"

namespace test {

/// A file with this text, in a directory that is removed with it.
class ScratchFile {
 public:
  explicit ScratchFile(const std::string& text) : path_(dir_.path() / "file") {
    std::ofstream(path_, std::ios::binary) << text;
  }
  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  ScratchDir dir_;
  std::string path_;
};

struct ProgramResult {
  int status = 0;
  std::string output;
};

/// `command`: for the shell; `input` goes to its first program. Ends after a minute.
inline ProgramResult run_program(const std::string& command, const std::string& input) {
  const ScratchFile fed(input), script("#!/bin/sh\n" + command + "\n");
  FILE* pipe = ::popen(("timeout 60 sh " + script.path() + " < " + fed.path()).c_str(), "r");
  if (pipe == nullptr) throw std::runtime_error("popen");
  ProgramResult result;
  char piece[4096];
  for (std::size_t n = 0; (n = std::fread(piece, 1, sizeof piece, pipe)) > 0;) result.output.append(piece, n);
  const int status = ::pclose(pipe);
  result.status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  return result;
}

}  // namespace test
