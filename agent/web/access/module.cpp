// The entry point of marlin-agent-access.so.
#include <openssl/evp.h>

#include <array>

#include "agent/web/access/bcrypt.h"
#include "agent/web/access/web_config_file.h"
#include "agent/web/server/access_module.h"

namespace agent::web::access {
namespace {

class Module final : public server::AccessModule {
 public:
  [[nodiscard]] text::Result<server::WebAccessState> load(const std::string& file) const override {
    auto config = load_web_config(file);
    if (auto* fault = std::get_if<text::Fault>(&config)) return *fault;
    server::WebAccessState state{.config = std::move(std::get<server::WebConfig>(config)), .module = this};
    if (!state.config.tls) return state;
    auto tls = load_tls(*state.config.tls);
    if (auto* fault = std::get_if<text::Fault>(&tls))
      return text::Fault{file + ": tls_server_config." + fault->sentence};
    state.tls = std::move(std::get<server::TlsServer>(tls));
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

extern "C" __attribute__((visibility("default"))) const server::AccessModule* marlin_agent_access(const char* build) {
  static const Module module;
  return build == server::access_build() ? &module : nullptr;
}

}  // namespace agent::web::access
