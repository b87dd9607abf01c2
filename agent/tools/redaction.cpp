#include "agent/tools/redaction.h"

#include <algorithm>
#include <array>
#include <map>
#include <sstream>
#include <vector>

#include <nlohmann/json.hpp>

#include "agent/config/config_table.h"
#include "agent/text/text_scan.h"
#include "agent/tools/secrets.h"

namespace agent::tools {
namespace {

using nlohmann::ordered_json;

// All keys of the configuration except serial_number.
constexpr std::array<std::string_view, 31> kOpenKeys{"ask",
                                                     "automatic",
                                                     "baud",
                                                     "black_box",
                                                     "config_file",
                                                     "device",
                                                     "dir",
                                                     "drain_limit",
                                                     "fans",
                                                     "format",
                                                     "hold_limit",
                                                     "identity",
                                                     "level",
                                                     "listen",
                                                     "max_megabytes",
                                                     "overrides",
                                                     "poll",
                                                     "position",
                                                     "printing_temperature",
                                                     "progress",
                                                     "runtime_dir",
                                                     "sd",
                                                     "state_dir",
                                                     "telemetry_path",
                                                     "temperature",
                                                     "usb",
                                                     "usb_port",
                                                     "interval",
                                                     "printer",
                                                     "defaults",
                                                     "record"};

// Keys of the web configuration; those of the first list keep a value of one word.
constexpr std::array<std::string_view, 9> kOpenWebKeys{
    "client_auth_type",   "min_version", "max_version", "prefer_server_cipher_suites", "http2", "interval", "burst",
    "http_server_config", "rate_limit"};
constexpr std::array<std::string_view, 11> kWebKeys{
    "tls_server_config",   "cert_file",     "key_file",          "client_ca_file",  "cert", "key", "client_ca",
    "client_allowed_sans", "cipher_suites", "curve_preferences", "basic_auth_users"};

template <std::size_t size>
bool contains(const std::array<std::string_view, size>& keys, std::string_view key) {
  return std::find(keys.begin(), keys.end(), key) != keys.end();
}

void redact(toml::table& table);

void redact(toml::array& array, bool is_open) {
  for (std::size_t i = 0; i < array.size(); ++i) {
    if (toml::table* inner = array[i].as_table()) redact(*inner);
    else if (toml::array* list = array[i].as_array()) redact(*list, is_open);
    else if (!is_open) array.replace(array.cbegin() + static_cast<std::ptrdiff_t>(i), std::string(kRemoved));
    else if (auto* text = array[i].as_string()) *text = without_secrets(text->get());
  }
}

void redact(toml::table& table) {
  for (auto&& [key, value] : table) {
    const bool is_open = contains(kOpenKeys, key.str());
    if (toml::table* inner = value.as_table()) redact(*inner);
    else if (toml::array* list = value.as_array()) redact(*list, is_open);
    else if (!is_open) table.insert_or_assign(key, std::string(kRemoved));
    else if (auto* text = value.as_string()) *text = without_secrets(text->get());
  }
}

RedactedConfiguration not_toml(std::size_t line) {
  return {"# not TOML at line " + std::to_string(line) + '\n', {}, {}, {}};
}

std::string text_at(const toml::node_view<toml::node>& node) { return node.value_or(std::string()); }

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kBlank = " \t\r-";
  text.remove_prefix(std::min(text.find_first_not_of(kBlank), text.size()));
  while (!text.empty() && kBlank.find(text.back()) != std::string_view::npos) text.remove_suffix(1);
  return text;
}

bool is_word(std::string_view text) {
  return !text.empty() && text.size() <= 32 &&
         std::all_of(text.begin(), text.end(), [](char c) { return text::is_alnum(c) || c == '.'; });
}

bool is_secret_key(const std::string& key) {
  // As in a text: the key with a value.
  return !secrets_in('"' + key + "\":\"x\"").empty();
}

void redact(ordered_json& json) {
  if (json.is_string()) json = without_secrets(json.get_ref<const std::string&>());
  if (json.is_array()) {
    for (ordered_json& item : json) redact(item);
  }
  if (!json.is_object()) return;
  for (auto& [key, value] : json.items()) {
    if (!value.is_null() && is_secret_key(key)) value = kRemoved;
    else redact(value);
  }
}

/// Everything that went in one direction, and where each piece of it begins.
struct Direction {
  std::string text;
  Ranges secrets;
  std::size_t at = 0;
};

}  // namespace

RedactedConfiguration redacted_configuration(std::string_view toml) {
  const auto plain = config::to_ascii(toml);
  if (const auto* fault = std::get_if<text::Fault>(&plain)) return not_toml(fault->place.line);
  toml::parse_result parsed = toml::parse(std::get<std::string>(plain));
  if (!parsed) return not_toml(parsed.error().source().begin.line);
  toml::table& table = parsed.table();
  RedactedConfiguration out{
      {}, text_at(table["state_dir"]), text_at(table["web"]["config_file"]), text_at(table["web"]["telemetry_path"])};
  redact(table);
  std::ostringstream text;
  text << table << '\n';
  out.text = text.str();
  return out;
}

std::string redacted_web_config(std::string_view yaml) {
  std::istringstream in{std::string(yaml)};
  std::string out;
  for (std::string line; std::getline(in, line);) {
    const std::size_t colon = std::min(line.find(':'), line.size());
    const std::string_view key = trimmed(std::string_view(line).substr(0, colon));
    const bool is_open = contains(kOpenWebKeys, key);
    if (trimmed(line).empty() || colon == line.size() || (!is_open && !contains(kWebKeys, key))) {
      if (!trimmed(line).empty()) out += "# " + std::string(kRemoved) + '\n';
      continue;
    }
    const std::string_view value = trimmed(std::string_view(line).substr(colon + 1));
    out += line.substr(0, colon + 1);
    if (!value.empty()) out.append(1, ' ').append(is_open && is_word(value) ? value : kRemoved);
    out += '\n';
  }
  return out;
}

std::string redacted_json(std::string_view json) {
  ordered_json document = ordered_json::parse(json, nullptr, false);
  if (document.is_discarded()) return without_secrets(json);
  redact(document);
  return document.dump(2, ' ', true, ordered_json::error_handler_t::replace) + '\n';
}

std::string redacted_recording(std::string_view lines) {
  const auto for_each = [lines](const auto& take) {
    std::istringstream in{std::string(lines)};
    for (std::string line; std::getline(in, line);) {
      ordered_json entry = ordered_json::parse(line, nullptr, false);
      const bool is_entry = entry.is_object() && entry.contains("dir") && entry["dir"].is_string() &&
                            entry.contains("data") && entry["data"].is_string();
      take(line, is_entry ? &entry : nullptr);
    }
  };
  std::map<std::string, Direction> directions;
  for_each([&](const std::string&, const ordered_json* entry) {
    if (entry != nullptr && (*entry)["dir"] != "note")
      directions[(*entry)["dir"]].text += (*entry)["data"].get_ref<const std::string&>();
  });
  for (auto& [name, direction] : directions) direction.secrets = secrets_in(direction.text);
  std::string out;
  for_each([&](const std::string& line, ordered_json* entry) {
    if (entry == nullptr) {
      out += without_secrets(line) + '\n';
      return;
    }
    std::string data;
    const bool is_note = (*entry)["dir"] == "note";
    if (!is_note) {
      Direction& direction = directions[(*entry)["dir"]];
      const std::size_t begin = direction.at;
      direction.at += (*entry)["data"].get_ref<const std::string&>().size();
      data = without(direction.secrets, direction.text, begin, direction.at);
      (*entry)["data"] = "";
    }
    redact(*entry);
    if (!is_note) (*entry)["data"] = data;
    out += entry->dump(-1, ' ', true, ordered_json::error_handler_t::replace) + '\n';
  });
  return out;
}

}  // namespace agent::tools
