#include "agent/tools/http_options.h"

#include <cerrno>
#include <cstring>
#include <fstream>
#include <sstream>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

#include "agent/tools/command_line.h"
#include "agent/tools/failure.h"

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
