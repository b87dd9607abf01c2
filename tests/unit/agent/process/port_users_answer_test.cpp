#include "agent/process/port_users_answer.h"

#include <catch2/catch.hpp>

#include <unistd.h>

namespace {

using agent::process::parse_port_users_answer;

/// The helper's answer to `question`; the asker closes its sending side.
std::string answer_to(const std::string& question) {
  int in[2], out[2];
  REQUIRE(::pipe(in) == 0);
  REQUIRE(::pipe(out) == 0);
  REQUIRE(::write(in[1], question.data(), question.size()) == static_cast<ssize_t>(question.size()));
  ::close(in[1]);
  (void)agent::process::answer_port_users(in[0], out[1]);
  ::close(out[1]);
  char bytes[agent::process::kMaxPortAnswer];
  const ssize_t count = ::read(out[0], bytes, sizeof bytes);
  ::close(in[0]);
  ::close(out[0]);
  return {bytes, static_cast<std::size_t>(count)};
}

TEST_CASE("only serial ports are accepted in a question") {
  for (const char* path : {"/dev/ttyACM0", "/dev/ttyUSB12", "/dev/ttyAMA0", "/dev/ttyS1"})
    CHECK(agent::process::is_serial_port_path(path));
  for (const char* path : {"", "/dev/ttyACM", "/dev/ttyACM0x", "/dev/ttyUSB_mk3", "/dev/ttyACM/../sda", "/dev/sda",
                           "/dev/pts/0", "/etc/passwd", "ttyACM0", "/dev/ttyACM00000", "/dev/tty1"})
    CHECK_FALSE(agent::process::is_serial_port_path(path));
}

TEST_CASE("an answer names the users, and is accepted only if it is complete") {
  const std::string text = agent::process::port_users_answer({{"pronsole", 812}, {"a b\n7 c", 900}});
  CHECK(text == "812 pronsole\n900 a b?7 c\nend\n");
  const auto answer = parse_port_users_answer(text);
  REQUIRE(answer);
  REQUIRE(answer->programs.size() == 2);
  CHECK(answer->refusal.empty());
  CHECK(agent::process::program_names(answer->programs) == "pronsole (process 812), a b?7 c (process 900)");
  REQUIRE(parse_port_users_answer("end\n"));
  CHECK(parse_port_users_answer("end\n")->programs.empty());
  for (std::size_t length = 0; length < text.size(); ++length)
    CHECK_FALSE(parse_port_users_answer(text.substr(0, length)));
  for (const char* wrong : {"error no", "error \n", "error no\nend\n", "812 y\nerror no\n", "x y\nend\n", "0 y\nend\n",
                            "-1 y\nend\n", "812\nend\n", "end\nmore\n"})
    CHECK_FALSE(parse_port_users_answer(wrong));
}

TEST_CASE("a refusal is not an answer about programs") {
  const auto answer = parse_port_users_answer("error not a\t path\n");
  REQUIRE(answer);
  CHECK(answer->refusal == "not a? path");
  CHECK(answer->programs.empty());
  CHECK(parse_port_users_answer("error " + std::string(4000, 'n') + '\n')->refusal.size() == 100);
  CHECK_FALSE(parse_port_users_answer(answer_to("/dev/ttyACM9999\n"))->refusal.empty());
}

TEST_CASE("an answer is bounded") {
  const std::string text =
      agent::process::port_users_answer(std::vector<agent::process::Program>(1000, {std::string(100, 'n'), 4194304}));
  CHECK(text.size() <= agent::process::kMaxPortAnswer);
  CHECK(parse_port_users_answer(text)->programs.size() == 64);
}

TEST_CASE("the helper refuses anything but a serial port, and a question that is not a line") {
  CHECK(answer_to("/etc/passwd\n") == "error not the path of a serial port\n");
  CHECK(answer_to("/dev/ttyACM9999\n") == "error not a canonical path\n");
  for (const std::string& question : {std::string(), std::string("/dev/ttyACM0"), std::string(1000, 'x') + '\n'})
    CHECK_THAT(answer_to(question), Catch::StartsWith("error the request is not a line"));
}

}  // namespace
