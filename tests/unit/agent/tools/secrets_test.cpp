#include "agent/tools/secrets.h"

#include <catch2/catch.hpp>

#include <filesystem>
#include <fstream>

#include "gcode/decode/trace.h"

namespace {

using agent::tools::without_secrets;

TEST_CASE("a secret of each kind is removed from a text") {
  struct Case {
    const char *text, *expected;
  };
  const Case cases[] = {
      {"POST http://me:hunter2@pi:9090/x failed", "POST http://(removed)@pi:9090/x failed"},
      {"mqtt://me:hun/ter2@pi failed", "mqtt://(removed)@pi failed"},
      {"password = hunter2 # mine", "password = (removed)"},
      {"Password: \"hunter2\", user: \"me\"", "Password: \"(removed)\", user: \"me\""},
      {"{\"octoprint_api_key\":\"hun\\\"ter2\",\"name\":\"mk3\"}",
       "{\"octoprint_api_key\":\"(removed)\",\"name\":\"mk3\"}"},
      {"{\\\"token\\\": \\\"hunter2\\\"}", "{\\\"token\\\": \\\"(removed)"},
      {"passphrase=hunter2", "passphrase=(removed)"},
      {"GET /api/job?apikey=hunter2 HTTP/1.1", "GET /api/job?apikey=(removed)"},
      {"GET /x?a=1&pass=hunter2", "GET /x?a=1&pass=(removed)"},
      {"x-api-key: hunter2", "x-api-key: (removed)"},
      {"Authorization: Basic aHVudGVyMg==", "Authorization: (removed)"},
      {"the header bearer hunter2, refused", "the header bearer (removed), refused"},
      {"Set-Cookie: session=hunter2", "Set-Cookie: (removed)"},
      {"client_secret='hunter2'", "client_secret=(removed)"},
      {"tls_private_key: hunter2", "tls_private_key: (removed)"},
      {"admin: $2y$10$hunter2hunter2hunter2", "admin: (removed)"},
      {"root:$6$salt$hunter2:19000", "root:(removed)"},
      {"found eyJhbGciOiJIUzI1NiJ9.hunter2.x here", "found (removed) here"},
      {"used ghp_hunter2hunter2hunter2 here", "used (removed) here"},
      {"N12 M587 S\"net\" P\"hunter2\"*33", "N12 M587(removed)"},
      {"m551 Phunter2", "m551(removed)"},
      {"[ESP101]hunter2", "[ESP101](removed)"},
      {"marlin_printer_info{serial_number=\"hunter2\",uuid=\"hun\\\"ter2\",printer=\"mk3\"} 1",
       "marlin_printer_info{serial_number=\"(removed)\",uuid=\"(removed)\",printer=\"mk3\"} 1"},
      {"FIRMWARE_NAME:Marlin EXTRUDER_COUNT:1 UUID:hunter2-4 X:1",
       "FIRMWARE_NAME:Marlin EXTRUDER_COUNT:1 UUID:(removed) X:1"},
  };
  for (const Case& c : cases) {
    CAPTURE(c.text);
    CHECK(without_secrets(c.text) == c.expected);
  }
}

TEST_CASE("a private key is removed with all its lines, also without an end") {
  CHECK(without_secrets("a\n-----BEGIN RSA PRIVATE KEY-----\nhunter2\nhunter2\n-----END RSA PRIVATE KEY-----\nb") ==
        "a\n-----BEGIN RSA (removed)-----END RSA PRIVATE KEY-----\nb");
  CHECK(without_secrets("-----BEGIN PRIVATE KEY-----\nhunter2") == "-----BEGIN (removed)");
}

TEST_CASE("lines are searched one by one, and ordinary ones stay") {
  CHECK(without_secrets("token: hunter2\r\nG1 X1 Y2\nM5870\nM117 pass the salt\n") ==
        "token: (removed)\r\nG1 X1 Y2\nM5870\nM117 pass the salt\n");
  CHECK(without_secrets("").empty());
  CHECK(without_secrets(std::string("a\0b token=x", 11)) == std::string("a\0b token=(removed)", 19));
}

TEST_CASE("a part of a text has a secret that begins in it as one word, and nothing of one that began before") {
  const std::string_view text = "token=hunter2\nok";
  const auto ranges = agent::tools::secrets_in(text);
  CHECK(agent::tools::without(ranges, text, 0, 8) == "token=(removed)");
  CHECK(agent::tools::without(ranges, text, 8, 10).empty());
  CHECK(agent::tools::without(ranges, text, 10, text.size()) == "\nok");
}

TEST_CASE("nothing is removed from recorded conversations except the identity of the printer") {
  std::size_t files = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(MARLIN_TESTS_DIR "/data/recordings")) {
    if (entry.path().extension() != ".jsonl") continue;
    ++files;
    std::ifstream in(entry.path());
    std::string text;
    for (std::string line; std::getline(in, line);) {
      if (const auto piece = gcode::decode::parse_trace_line(line)) text += piece->data;
    }
    for (const auto& [begin, end] : agent::tools::secrets_in(text)) {
      CAPTURE(entry.path().string(), text.substr(begin, end - begin));
      CHECK(text.substr(begin > 5 ? begin - 5 : 0, 5) == "UUID:");
    }
  }
  CHECK(files > 50);
}

}  // namespace
