#include "agent/tools/command_line.h"

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

void add_http_options(CLI::App& app, HttpOptions& o) {
  auto* user = app.add_option("--user", o.user, "User name for the server")->type_name("NAME");
  auto* password = app.add_option("--password-file", o.password_file, "File with the password")->type_name("FILE");
  user->needs(password);
  password->needs(user);
  app.add_option("--bearer-token-file", o.bearer_token_file, "File with a token, instead of a user name")
      ->type_name("FILE")
      ->excludes(user);
  auto* ca = app.add_option("--ca", o.ca_file, "CA certificates to verify the server, instead of the system's")
                 ->type_name("FILE");
  app.add_flag("--insecure", o.insecure, "Do not check the server's certificate")->excludes(ca);
  add_duration(app,
               {"--timeout", "Longest wait for an answer (default 30s)", "10s", std::chrono::milliseconds(100),
                std::chrono::hours(24)},
               [&o](std::chrono::milliseconds timeout) { o.timeout = timeout; });
}

HttpAccess http_access(const HttpOptions& o) {
  HttpAccess access{o.user, {}, {}, o.ca_file, o.insecure, o.timeout};
  if (!o.password_file.empty()) access.password = secret_of(o.password_file, "--password-file");
  if (!o.bearer_token_file.empty()) access.bearer_token = secret_of(o.bearer_token_file, "--bearer-token-file");
  if (!o.ca_file.empty() && !std::ifstream(o.ca_file))
    throw Failure(Exit::kUsage, "--ca: cannot read " + o.ca_file + ": " + std::strerror(errno));
  return access;
}

}  // namespace agent::tools
