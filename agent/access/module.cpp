// What is behind the module's door: marlin-agent-access.so.
#include <openssl/evp.h>

#include <array>

#include "agent/access/base64.h"
#include "agent/access/bcrypt.h"
#include "agent/access/web_config_file.h"
#include "agent/access/web_tls.h"
#include "agent/access_module.h"

namespace agent {
namespace {

class Module final : public AccessModule {
 public:
  [[nodiscard]] Result<WebAccessState> load(const std::string& file) const override {
    auto config = load_web_config(file);
    if (auto* fault = std::get_if<Fault>(&config)) return *fault;
    WebAccessState state{.config = std::move(std::get<WebConfig>(config)), .module = this};
    if (!state.config.tls) return state;
    auto tls = load_tls(*state.config.tls);
    if (auto* fault = std::get_if<Fault>(&tls)) return Fault{file + ": tls_server_config." + fault->sentence};
    state.tls = std::move(std::get<std::shared_ptr<TlsServer>>(tls));
    return state;
  }

  [[nodiscard]] bool matches(const std::string& password, const std::string& hash) const override {
    return bcrypt_matches(password, hash);
  }

  [[nodiscard]] std::optional<std::string> base64(std::string_view text) const override { return decode_base64(text); }

  [[nodiscard]] std::string digest(const std::string& text) const override {
    std::array<unsigned char, EVP_MAX_MD_SIZE> sum{};
    unsigned size = 0;
    EVP_Digest(text.data(), text.size(), sum.data(), &size, EVP_sha256(), nullptr);
    return {reinterpret_cast<const char*>(sum.data()), size};
  }
};

}  // namespace

extern "C" __attribute__((visibility("default"))) const AccessModule* marlin_agent_access(const char* build) {
  static const Module module;
  return build == access_build() ? &module : nullptr;
}

}  // namespace agent
