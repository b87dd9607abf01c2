#include "agent/demo/demo_options.h"

#include <catch2/catch.hpp>

TEST_CASE("the demo's options are parsed, or one sentence with status 2") {
  const char* good[] = {"demo", "--speed",          "8",          "--host", "cura", "--web.listen-address",
                        ":1",   "--exit-when-done", "--printers", "3"};
  const auto options = std::get<agent::demo::DemoOptions>(agent::demo::parse_demo_options(10, good));
  CHECK(options.speed == 8.0);
  CHECK(options.host == "cura");
  CHECK(options.listen == std::vector<std::string>{":1"});
  CHECK(options.exit_when_done);
  CHECK(options.printers == 3);
  CHECK(options.firmware.empty());
  for (const char* count : {"0", "21", "2.5", "many"}) {
    const char* many[] = {"demo", "--printers", count};
    CHECK(std::get<agent::text::EarlyExit>(agent::demo::parse_demo_options(3, many)).text.find("from 1 to 20") !=
          std::string::npos);
  }

  const char* slow[] = {"demo", "--speed", "0"};
  const auto refused = std::get<agent::text::EarlyExit>(agent::demo::parse_demo_options(3, slow));
  CHECK(refused.code == 2);
  CHECK(refused.text.find("--speed") != std::string::npos);
  const char* nowhere[] = {"demo", "--web.listen-address", "nowhere"};
  CHECK(std::get<agent::text::EarlyExit>(agent::demo::parse_demo_options(3, nowhere)).text.find("such as :11520") !=
        std::string::npos);
  const char* help[] = {"demo", "--help"};
  CHECK(std::get<agent::text::EarlyExit>(agent::demo::parse_demo_options(2, help)).code == 0);
}
