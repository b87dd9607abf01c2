#include "agent/tools/command_line.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <iostream>
#include <sstream>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

namespace agent::tools {
namespace {

std::string secret_of(const std::string& file, const char* option) {
  std::ifstream in(file, std::ios::binary);
  std::ostringstream text;
  if (!in || !(text << in.rdbuf()))
    throw Failure(Exit::kUsage, std::string(option) + ": cannot read " + file + ": " + std::strerror(errno));
  std::string secret = text.str();
  while (!secret.empty() && (secret.back() == '\n' || secret.back() == '\r')) secret.pop_back();
  if (secret.empty()) throw Failure(Exit::kUsage, std::string(option) + ": " + file + " is empty");
  return secret;
}

}  // namespace

std::chrono::milliseconds duration_of(const DurationOption& option, const std::string& text) {
  const bool lacks_unit = text::lacks_unit(text);
  const auto duration = text::parse_duration(lacks_unit ? text + 's' : text);
  if (!duration || *duration < option.least || *duration > option.most) {
    throw Failure(Exit::kUsage, std::string(option.name) + ": expected a duration from " +
                                    text::duration_text(option.least) + " to " + text::duration_text(option.most) +
                                    ", such as " + option.example + ", found \"" + text + '"');
  }
  if (lacks_unit && text != "0")
    std::cerr << "marlin-agent: " << option.name << ": a number without a unit is taken as seconds: write " << text
              << "s\n";
  return std::chrono::floor<std::chrono::milliseconds>(*duration);
}

CLI::Option* add_duration(CLI::App& app, const DurationOption& option,
                          const std::function<void(std::chrono::milliseconds)>& take) {
  return app
      .add_option_function<std::string>(
          option.name, [=](const std::string& text) { take(duration_of(option, text)); }, option.about)
      ->type_name("DURATION");
}

CLI::Option* add_choice(CLI::App& app, const char* name, std::vector<std::string> words,
                        const std::function<void(int)>& take, const char* about) {
  const auto take_word = [words, take](const std::string& word) {
    take(static_cast<int>(std::find(words.begin(), words.end(), word) - words.begin()));
  };
  return app.add_option_function<std::string>(name, take_word, about)->check(CLI::IsMember(std::move(words)));
}

void add_http_options(CLI::App& app, HttpAccess& access) {
  const auto add_secret = [&app](const char* name, std::string& secret, const char* about) {
    const auto read = [name, &secret](const std::string& file) { secret = secret_of(file, name); };
    return app.add_option_function<std::string>(name, read, about)->type_name("FILE");
  };
  const auto take_ca = [&access](const std::string& file) {
    if (!std::ifstream(file)) throw Failure(Exit::kUsage, "--ca: cannot read " + file + ": " + std::strerror(errno));
    access.ca_file = file;
  };
  auto* user = app.add_option("--user", access.user, "User name for the server")->type_name("NAME");
  auto* password = add_secret("--password-file", access.password, "File with the password");
  user->needs(password);
  password->needs(user);
  add_secret("--bearer-token-file", access.bearer_token, "File with a token, instead of a user name")->excludes(user);
  auto* ca = app.add_option_function<std::string>("--ca", take_ca,
                                                  "CA certificates to verify the server, instead of the system's")
                 ->type_name("FILE");
  app.add_flag("--insecure", access.insecure, "Do not check the server's certificate")->excludes(ca);
  add_duration(app,
               {"--timeout", "Longest wait for an answer (default 30s)", "10s", std::chrono::milliseconds(100),
                std::chrono::hours(24)},
               [&access](std::chrono::milliseconds timeout) { access.timeout = timeout; });
}

int exit_status(const char* command, std::ostream& err, const std::function<Exit()>& work) {
  try {
    return static_cast<int>(work());
  } catch (const Failure& failure) {
    err << "marlin-agent: " << failure.what() << '\n';
    if (failure.exit == Exit::kUsage) err << "Try: marlin-agent " << command << " --help\n";
    return static_cast<int>(failure.exit);
  }
}

}  // namespace agent::tools
