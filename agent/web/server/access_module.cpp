#include "agent/web/server/access_module.h"

#include <dlfcn.h>

#include <filesystem>

namespace agent::web::server {
namespace {

constexpr const char* kFile = "marlin-agent-access.so";

/// Beside the program in a build directory; in ../lib/marlin-agent when installed.
std::string module_file() {
  std::error_code fault;
  const auto folder = std::filesystem::read_symlink("/proc/self/exe", fault).parent_path();
  const auto beside = folder / kFile;
  if (std::filesystem::exists(beside, fault)) return beside.string();
  return (folder.parent_path() / "lib/marlin-agent" / kFile).string();
}

/// The loader's message, which mostly begins with the file name.
text::Fault loader_fault(const std::string& file) {
  const char* said = ::dlerror();
  const std::string reason = said == nullptr ? "cannot be loaded" : said;
  return {reason.find(file) == std::string::npos ? file + ": " + reason : reason};
}

}  // namespace

text::Result<const AccessModule*> access_module_of(const std::string& file) {
  // Never closed: streams and certificates created by the module live as long as their connections. Loading it twice
  // returns the same module.
  void* library = ::dlopen(file.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr) return loader_fault(file);
  const auto entry = reinterpret_cast<decltype(&marlin_agent_access)>(::dlsym(library, kAccessEntry));
  if (entry == nullptr) return loader_fault(file);
  const AccessModule* module = entry(access_build().c_str());
  if (module == nullptr)
    return text::Fault{file + ": belongs to another version of marlin-agent than the one that runs: restart it"};
  return module;
}

text::Result<const AccessModule*> access_module() { return access_module_of(module_file()); }

}  // namespace agent::web::server
