#include "agent/text/command_line.h"

#include <algorithm>
#include <memory>
#include <ostream>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

namespace agent::text {

int EarlyExit::show(std::ostream& out, std::ostream& err) const {
  (code == 0 ? out : err) << text;
  return code;
}

EarlyExit usage(const std::string& sentence, const std::string& program) {
  return {2, "marlin-agent: " + sentence + "\nTry: " + program + " --help\n"};
}

namespace {

/// Help in plain words: "--csv  Comma separated values (not with --json)".
class PlainHelp : public CLI::Formatter {
 public:
  std::string make_option_opts(const CLI::Option* option) const override {
    if (option->get_type_size() == 0) return {};
    const std::string type = option->get_type_name();
    const std::string name = type.substr(0, type.find(":{"));  // "NAME:{temps,link}": the description has the words
    return (option->get_positional() || name.empty() ? "" : ' ' + name) +
           (option->get_expected_max() == CLI::detail::expected_max_vector_size ? " ..." : "");
  }

  std::string make_option_desc(const CLI::Option* option) const override {
    const std::string about = option->get_description();
    const std::string others =
        joined("with ", option->get_needs(), about) + joined("not with ", option->get_excludes(), about);
    return others.empty() ? about : about + " (" + others.substr(2) + ')';
  }

 private:
  /// "; not with --csv, --json" without those that the description names.
  static std::string joined(const char* how, const std::set<CLI::Option*>& options, const std::string& about) {
    std::vector<std::string> names;
    for (const CLI::Option* option : options) {
      if (about.find(option->get_name()) == std::string::npos) names.push_back(option->get_name());
    }
    std::sort(names.begin(), names.end());
    std::string out;
    for (const std::string& name : names) out += (out.empty() ? std::string("; ") + how : ", ") + name;
    return out;
  }
};

/// "csv, tsv or json" of "csv,tsv,json".
std::string with_or(const std::string& words) {
  std::string out;
  for (std::size_t at = 0; at <= words.size();) {
    const auto comma = std::min(words.find(',', at), words.size());
    if (at > 0) out += comma == words.size() ? " or " : ", ";
    out += words.substr(at, comma - at);
    at = comma + 1;
  }
  return out;
}

/// CLI11's message in the words of the other messages, for those that a wrong line can cause.
std::string sentence_of(const CLI::ParseError& error, const CLI::App& app) {
  const std::string what = error.what();
  const auto kind = static_cast<CLI::ExitCodes>(error.get_exit_code());
  const auto before = [&](const char* mark) { return what.substr(0, what.find(mark)); };
  const auto unknown = [](const std::string& word) {
    return (word.starts_with('-') ? "unknown option " : "unexpected ") + word;
  };
  if (kind == CLI::ExitCodes::ExtrasError) return unknown(what.substr(what.find(": ") + 2));
  if (kind == CLI::ExitCodes::RequiredError) {
    if (!what.starts_with("A sub")) return before(" is required") + " is missing";
    const auto words = app.remaining();
    return words.empty() ? "a command is missing" : unknown(words.front());
  }
  if (kind == CLI::ExitCodes::ArgumentMismatch)
    return before(":") +
           (what.find(": At Most 1 ") != std::string::npos ? " is given twice" : ": its value is missing");
  if (kind == CLI::ExitCodes::ExcludesError)
    return before(" excludes ") + " cannot be used with " + what.substr(what.rfind(' ') + 1);
  if (kind == CLI::ExitCodes::ValidationError && what.ends_with('}')) {  // "--preset: x not in {temps,link}"
    const auto colon = what.find(": "), list = what.rfind(" not in {");
    if (colon < list && list != std::string::npos) {
      const std::string words = what.substr(list + 9, what.size() - list - 10);
      return before(": ") + ": expected " + with_or(words) + ", found \"" + what.substr(colon + 2, list - colon - 2) +
             '"';
    }
  }
  constexpr std::string_view kConversion = "Could not convert: ";
  if (kind == CLI::ExitCodes::ConversionError && what.starts_with(kConversion)) {  // "Could not convert: --limit = x"
    const auto sign = what.find(" = ");
    const std::string name = what.substr(kConversion.size(), sign - kConversion.size());
    const auto commands = app.get_subcommands();
    const auto* option = (commands.empty() ? &app : commands.front())->get_option_no_throw(name);
    if (option != nullptr && option->get_items_expected_max() == 0) return name + " takes no value";
    return name + ": expected a number, found \"" + what.substr(sign + 3) + '"';
  }
  return what;
}

}  // namespace

std::optional<EarlyExit> parse_line(CLI::App& app, int argc, const char* const* argv) {
  const auto help = std::make_shared<PlainHelp>();
  app.formatter(help);
  for (CLI::App* command : app.get_subcommands([](const CLI::App*) { return true; })) command->formatter(help);
  try {
    app.parse(argc, argv);
  } catch (const CLI::Success& success) {  // --help, --version
    std::ostringstream out, ignored;
    app.exit(success, out, ignored);
    return EarlyExit{0, out.str()};
  } catch (const CLI::ParseError& error) {
    std::string program = app.get_name();
    for (const CLI::App* command : app.get_subcommands()) program += ' ' + command->get_name();
    return usage(sentence_of(error, app), program);
  }
  return std::nullopt;
}

CLI::Option* add_value(CLI::App& app, const std::string& name, const std::function<bool(const std::string&)>& take,
                       const std::string& expected, const std::string& about) {
  return app.add_option_function<std::string>(
      name,
      [=](const std::string& text) {
        if (!take(text)) throw CLI::ValidationError(name, "expected " + expected + ", found \"" + text + '"');
      },
      about);
}

CLI::Validator option_rule(std::function<bool(const std::string&)> is_right, std::string expected) {
  return CLI::Validator(
      [is_right = std::move(is_right), expected = std::move(expected)](std::string& text) {
        return is_right(text) ? std::string() : "expected " + expected + ", found \"" + text + '"';
      },
      "");
}

}  // namespace agent::text
