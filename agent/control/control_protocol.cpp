#include "agent/control/control_protocol.h"

#include <algorithm>
#include <array>

#include <nlohmann/json.hpp>

#include "agent/config/config_values.h"
#include "gcode/line/enum_array.h"

namespace agent::control {
namespace {

using nlohmann::json;

constexpr gcode::line::Words<ControlVerb> kVerbWords{"status", "release", "attach", "reset", "watch"};
constexpr gcode::line::Words<ControlCode> kCodeWords{"",         "request", "forbidden", "unknown_printer",
                                                     "printing", "state",   "device",    "unavailable"};
constexpr std::array<std::string_view, 4> kKeys{"command", "printer", "force", "for_seconds"};

/// What is wrong with a request, thrown inside this file only.
struct Wrong {
  std::string sentence;
};

void check_keys(const json& object) {
  for (const auto& [key, value] : object.items()) {
    if (std::find(kKeys.begin(), kKeys.end(), key) == kKeys.end())
      throw Wrong{"unknown key \"" + key.substr(0, 64) + '"'};
  }
}

ControlVerb verb_of(const json& object) {
  const auto found = object.find("command");
  if (found == object.end() || !found->is_string()) throw Wrong{"expected a string \"command\""};
  const std::string& word = found->get_ref<const std::string&>();
  const auto verb = std::find(kVerbWords.begin(), kVerbWords.end(), word);
  if (verb == kVerbWords.end())
    throw Wrong{"unknown command \"" + word.substr(0, 64) + "\": expected status, release, attach, reset or watch"};
  return static_cast<ControlVerb>(verb - kVerbWords.begin());
}

std::string printer_of(const json& object, ControlVerb verb) {
  const auto found = object.find("printer");
  if (found == object.end()) {
    if (verb == ControlVerb::kStatus) return {};
    throw Wrong{"expected a string \"printer\""};
  }
  if (!found->is_string() || !config::is_printer_name(found->get_ref<const std::string&>())) {
    throw Wrong{"\"printer\": expected a name of " + std::string(config::kPrinterNameRule)};
  }
  return found->get<std::string>();
}

bool force_of(const json& object, ControlVerb verb) {
  const auto found = object.find("force");
  if (found == object.end()) return false;
  if (verb != ControlVerb::kRelease && verb != ControlVerb::kReset)
    throw Wrong{"\"force\" is allowed only with release and reset"};
  if (!found->is_boolean()) throw Wrong{"\"force\": expected true or false"};
  return found->get<bool>();
}

std::optional<gcode::line::Time> duration_of(const json& object, ControlVerb verb) {
  const auto found = object.find("for_seconds");
  if (found == object.end()) return std::nullopt;
  if (verb != ControlVerb::kRelease) throw Wrong{"\"for_seconds\" is allowed only with release"};
  using Seconds = std::chrono::duration<double>;
  const double seconds = found->is_number() ? found->get<double>() : 0;
  // Written so that a NaN is wrong too.
  if (!(seconds >= Seconds(kShortestRelease).count() && seconds <= Seconds(kLongestRelease).count())) {
    throw Wrong{"\"for_seconds\": expected a number from 1 to 604800"};
  }
  return std::chrono::duration_cast<gcode::line::Time>(Seconds(seconds));
}

ControlRequest request_of(std::string_view line) {
  const json object = json::parse(line, nullptr, false);
  if (!object.is_object()) throw Wrong{"expected one JSON object on one line, such as {\"command\":\"status\"}"};
  check_keys(object);
  ControlRequest request;
  request.verb = verb_of(object);
  request.printer = printer_of(object, request.verb);
  request.force = force_of(object, request.verb);
  request.duration = duration_of(object, request.verb);
  return request;
}

// Text from outside (a device path, a kernel message) need not be UTF-8.
std::string line_of(const json& object) { return object.dump(-1, ' ', false, json::error_handler_t::replace) + '\n'; }

}  // namespace

std::variant<ControlRequest, ControlAnswer> parse_control_request(std::string_view line) {
  try {
    return request_of(line);
  } catch (const Wrong& wrong) {
    return ControlAnswer{ControlCode::kRequest, wrong.sentence};
  }
}

std::string control_request_line(const ControlRequest& request) {
  json object{{"command", kVerbWords[request.verb]}};
  if (!request.printer.empty()) object["printer"] = request.printer;
  if (request.force) object["force"] = true;
  if (request.duration) object["for_seconds"] = gcode::line::in_seconds(*request.duration);
  return line_of(object);
}

std::string control_answer_line(const ControlAnswer& answer) {
  json object{{"ok", answer.is_ok()}, {"message", answer.message}};
  if (!answer.is_ok()) object["code"] = kCodeWords[answer.code];
  return line_of(object);
}

std::optional<ControlAnswer> parse_control_answer(std::string_view line) {
  const json object = json::parse(line, nullptr, false);
  if (!object.is_object()) return std::nullopt;
  const auto ok = object.find("ok");
  if (ok == object.end() || !ok->is_boolean()) return std::nullopt;
  const auto text = [&](const char* key) {
    const auto found = object.find(key);
    return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
  };
  if (ok->get<bool>()) return ControlAnswer{ControlCode::kDone, text("message")};
  const auto code = std::find(kCodeWords.begin() + 1, kCodeWords.end(), text("code"));
  // A newer agent may send codes that are unknown here.
  return ControlAnswer{
      code == kCodeWords.end() ? ControlCode::kRequest : static_cast<ControlCode>(code - kCodeWords.begin()),
      text("message")};
}

}  // namespace agent::control
