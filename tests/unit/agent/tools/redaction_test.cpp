#include "agent/tools/redaction.h"

#include <catch2/catch.hpp>

#include <fstream>
#include <regex>
#include <sstream>

#include "agent/config/configuration.h"

namespace {

TEST_CASE("the configuration of a report has no comment, no serial number and no value of an unknown key") {
  const auto redacted = agent::tools::redacted_configuration(
      "# my password is hunter2\nstate_dir = '/var/s'\n[printer.mk3]\nserial_number = \"hunter2\"  # of the USB device\n"
      "baud = 115200\napi_key = 'hunter2'\nlist = ['hunter2', ['hunter2'], { a = 2 }]\ndevice = 'tcp://me:hunter2@pi'\n"
      "long = \"\"\"\nhunter2\nbaud = hunter2\n\"\"\"\nrule = { pin = 4711 }\n"
      "[web]\nlisten = [':80', 'http://me:hunter2@pi']\nconfig_file = '/etc/web.yml'\ntelemetry_path = '/m'\n");
  CAPTURE(redacted.text);
  CHECK(redacted.text.find("hunter2") == std::string::npos);
  CHECK(redacted.text.find("4711") == std::string::npos);
  CHECK(redacted.text.find("# ") == std::string::npos);
  for (const char* kept :
       {"baud = 115200", "[printer.mk3]", "tcp://(removed)@pi", ":80", "serial_number = '(removed)'"})
    CHECK_THAT(redacted.text, Catch::Contains(kept));
  CHECK(redacted.state_dir == "/var/s");
  CHECK(redacted.web_config_file == "/etc/web.yml");
  CHECK(redacted.telemetry_path == "/m");
}

TEST_CASE("a configuration that is not TOML gives its line and nothing of its text") {
  CHECK(agent::tools::redacted_configuration("a = 1\npassword = hunter2\n").text == "# not TOML at line 2\n");
  CHECK(agent::tools::redacted_configuration("a = 1\n\npassword = \"h\xC3\xB6nter2\"\n").text ==
        "# not TOML at line 3\n");
}

TEST_CASE("every key of the configuration keeps its value in a report except the serial number") {
  std::ifstream in(MARLIN_TESTS_DIR "/../packaging/marlin-agent.toml");
  std::stringstream text;
  text << in.rdbuf();
  // With the examples that are comments.
  const std::string all = std::regex_replace(text.str(), std::regex("\n#([a-z_]+ = |\\[)"), "\n$1");
  REQUIRE(all.find("\nserial_number = ") != std::string::npos);
  const std::string redacted = agent::tools::redacted_configuration(all + "\n").text;
  CAPTURE(redacted);
  CHECK(redacted.find("(removed)") == redacted.rfind("(removed)"));
  CHECK_THAT(redacted, Catch::Contains("serial_number = '(removed)'") && Catch::Contains("max_megabytes = 64"));
}

TEST_CASE("the web configuration of a report has its keys, and no user, hash, key or certificate") {
  CHECK(agent::tools::redacted_web_config("# hunter2\ntls_server_config:\n  cert_file: /hunter2.crt\n  key: |\n"
                                          "    -----BEGIN PRIVATE KEY-----\n    hunter2\n  min_version: TLS13\n\n"
                                          "basic_auth_users:\n  hunter2: $2y$10$hunter2\nburst: \"hunter2 hunter2\"\n"
                                          "http_server_config:\n  http2: true\n  headers:\n    X-Key: hunter2\n") ==
        "# (removed)\ntls_server_config:\n  cert_file: (removed)\n  key: (removed)\n# (removed)\n# (removed)\n"
        "  min_version: TLS13\nbasic_auth_users:\n# (removed)\nburst: (removed)\nhttp_server_config:\n  http2: true\n"
        "# (removed)\n# (removed)\n");
  CHECK(agent::tools::redacted_web_config("basic_auth_users: {me: hunter2}") == "basic_auth_users: (removed)\n");
}

TEST_CASE("a JSON document loses the values of secret keys and the secrets within its texts") {
  CHECK(agent::tools::redacted_json(
            R"({"serial_number":"hunter2","uuid":null,"token":5,"a":[{"text":"password=hunter2"}]})") ==
        "{\n  \"serial_number\": \"(removed)\",\n  \"uuid\": null,\n  \"token\": \"(removed)\",\n  \"a\": [\n    {\n"
        "      \"text\": \"password=(removed)\"\n    }\n  ]\n}\n");
  CHECK(agent::tools::redacted_json("{\"token\": \"hunter2") == "{\"token\": \"(removed)");
}

TEST_CASE("a secret that two pieces of a recording share is removed, and the recording stays readable") {
  const std::string redacted = agent::tools::redacted_recording(
      "{\"t_us\":0,\"dir\":\"note\",\"data\":\"incident\",\"acknowledged_text\":\"M587 S\\\"n\\\" P\\\"hunter2\\\"\"}\n"
      "{\"t_us\": 1, \"dir\": \"tx\", \"data\": \"N1 M587 S\\\"net\\\" P\\\"hun\"}\n"
      "{\"t_us\": 2, \"dir\": \"rx\", \"data\": \"echo:pass\"}\n"
      "{\"t_us\": 3, \"dir\": \"tx\", \"data\": \"ter2\\\"\\nM105\\n\", \"owner\": \"agent\"}\n"
      "{\"t_us\": 4, \"dir\": \"rx\", \"data\": \"word: hunter2\\nok\\u00e4\\n\"}\n"
      "token: hunter2\n");
  CHECK(redacted ==
        "{\"t_us\":0,\"dir\":\"note\",\"data\":\"incident\",\"acknowledged_text\":\"M587(removed)\"}\n"
        "{\"t_us\":1,\"dir\":\"tx\",\"data\":\"N1 M587(removed)\"}\n"
        "{\"t_us\":2,\"dir\":\"rx\",\"data\":\"echo:pass\"}\n"
        "{\"t_us\":3,\"dir\":\"tx\",\"data\":\"\\nM105\\n\",\"owner\":\"agent\"}\n"
        "{\"t_us\":4,\"dir\":\"rx\",\"data\":\"word: (removed)\\nok\\u00e4\\n\"}\n"
        "token: (removed)\n");
}

}  // namespace
