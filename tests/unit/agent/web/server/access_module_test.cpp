#include "agent/web/server/access_module.h"

#include <dlfcn.h>

#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>

#include "tests/scratch_dir.h"

using agent::text::Fault;
using agent::web::server::AccessModule;

namespace {

std::string fault_of(const std::variant<const AccessModule*, Fault>& loaded) {
  const auto* fault = std::get_if<Fault>(&loaded);
  return fault == nullptr ? "it was loaded" : fault->sentence;
}

}  // namespace

TEST_CASE("the module beside the program is loaded, and is the same the second time") {
  const auto first = agent::web::server::access_module();
  REQUIRE(std::holds_alternative<const AccessModule*>(first));
  CHECK(std::get<const AccessModule*>(agent::web::server::access_module()) == std::get<const AccessModule*>(first));
}

TEST_CASE("the module checks passwords and hashes") {
  const AccessModule& module = *std::get<const AccessModule*>(agent::web::server::access_module());
  CHECK(module.matches("U*U", "$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW"));
  CHECK_FALSE(module.matches("U*V", "$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW"));
  // FIPS 180-2, appendix B.1
  CHECK(module.digest("abc") == std::string("\xba\x78\x16\xbf\x8f\x01\xcf\xea\x41\x41\x40\xde\x5d\xae\x22\x23"
                                            "\xb0\x03\x61\xa3\x96\x17\x7a\x9c\xb4\x10\xff\x61\xf2\x00\x15\xad",
                                            32));
}

TEST_CASE("a missing or invalid module is one sentence with its file") {
  const test::ScratchDir dir;
  const std::string file = dir.path() / "marlin-agent-access.so";
  CHECK_THAT(fault_of(agent::web::server::access_module_of(file)),
             Catch::Contains(file) && Catch::Contains("No such file"));
  std::ofstream(file) << "no library\n";
  CHECK_THAT(fault_of(agent::web::server::access_module_of(file)), Catch::Contains(file));
}

TEST_CASE("a library that is not our module is refused") {
  const auto said = fault_of(agent::web::server::access_module_of("libm.so.6"));
  CHECK_THAT(said, Catch::Contains("libm.so.6") && Catch::Contains(agent::web::server::kAccessEntry));
}

TEST_CASE("a module of another build is refused") {
  const auto file = std::filesystem::read_symlink("/proc/self/exe").parent_path() / "marlin-agent-access.so";
  void* library = ::dlopen(file.c_str(), RTLD_NOW | RTLD_LOCAL);
  REQUIRE(library != nullptr);
  const auto entry = reinterpret_cast<decltype(&agent::web::server::marlin_agent_access)>(
      ::dlsym(library, agent::web::server::kAccessEntry));
  REQUIRE(entry != nullptr);
  CHECK(entry("0.0.9 abc1234 gcc-12.2.0") == nullptr);
  CHECK(entry(agent::web::server::access_build().c_str()) != nullptr);
}
