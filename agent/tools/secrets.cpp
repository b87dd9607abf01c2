#include "agent/tools/secrets.h"

#include <algorithm>
#include <array>
#include <stdexcept>

#include <regex.h>

namespace agent::tools {
namespace {

/// What stands before a secret, the secret, and what stands behind: extended regular expressions, case-insensitive.
struct Rule {
  const char *before, *secret, *after;
};

// password = "...", "password": "...", \"password\": \"...
#define MARLIN_ASSIGNED "\\\\?[\"']?[[:space:]]*[=:][[:space:]]*"
#define MARLIN_SECRET_WORD                                                                                     \
  "(pass(word|wd|phrase)|pwd|psk|token|secret|credential|cookie|authorization|(api|access|private|auth)[ _-]?" \
  "key)[a-z0-9_-]*" MARLIN_ASSIGNED
#define MARLIN_IDENTITY_WORD "(serial[ _]?(number|no)|uuid)" MARLIN_ASSIGNED
#define MARLIN_QUOTED "([^\"\\]|\\\\.)+"

constexpr std::array kRules{
    Rule{"://", "[^[:space:]\"'<>]+", "@"},
    Rule{MARLIN_SECRET_WORD "\\\\?\"", MARLIN_QUOTED, ""},
    Rule{MARLIN_SECRET_WORD, "[^[:space:]\"\\].*", ""},
    Rule{"(^|[^a-z])(pass|pw)" MARLIN_ASSIGNED, "[^[:space:]].*", ""},
    Rule{MARLIN_IDENTITY_WORD "\"", MARLIN_QUOTED, ""},
    Rule{MARLIN_IDENTITY_WORD, "[^[:space:]\",}\\]+", ""},
    Rule{"bearer[[:space:]]+", "[^[:space:]\"',;]+", ""},
    // crypt(3), bcrypt
    Rule{"", "\\$(2[abxy]?|1|5|6|7|y|apr1|argon2[a-z]*)\\$[^[:space:]\"']+", ""},
    // JSON web tokens; tokens of GitHub, GitLab, Slack and others
    Rule{"", "eyj[a-z0-9_-]{10,}\\.[^[:space:]\"']*", ""},
    Rule{"(^|[^a-z0-9])", "(gh[a-z]|github_pat|glpat|glsa|xox[a-z]|sk)[_-][a-z0-9_-]{16,}", ""},
    // Name and password of a network, passwords of RepRapFirmware, settings of ESP3D
    Rule{"(^|[^a-z0-9])M(551|587|588|589)", "[^0-9].*", ""},
    Rule{"\\[ESP[0-9]+\\]", ".+", ""},
};

/// The rules as compiled expressions; the secret is the last group that is counted here.
class Finder {
 public:
  Finder() {
    for (std::size_t i = 0; i < kRules.size(); ++i) {
      const std::string before = kRules[i].before;
      groups_[i] = 1 + static_cast<std::size_t>(std::count(before.begin(), before.end(), '('));
      if (::regcomp(&expressions_[i], (before + '(' + kRules[i].secret + ')' + kRules[i].after).c_str(),
                    REG_EXTENDED | REG_ICASE) != 0)
        throw std::logic_error("not a regular expression: " + before);
    }
  }
  ~Finder() {
    for (regex_t& expression : expressions_) ::regfree(&expression);
  }
  Finder(const Finder&) = delete;
  Finder& operator=(const Finder&) = delete;

  /// Appends what it finds in the line at `begin` of `text` to `ranges`.
  void find(std::string_view text, std::size_t begin, std::size_t end, Ranges& ranges) const {
    for (std::size_t i = 0; i < kRules.size(); ++i) {
      for (std::size_t at = begin; at < end;) {
        std::array<regmatch_t, 8> groups{};
        groups[0] = {static_cast<regoff_t>(at), static_cast<regoff_t>(end)};
        const int flags = REG_STARTEND | (at == begin ? 0 : REG_NOTBOL);
        if (::regexec(&expressions_[i], text.data(), groups.size(), groups.data(), flags) != 0) break;
        const regmatch_t& secret = groups[groups_[i]];
        ranges.emplace_back(secret.rm_so, secret.rm_eo);
        at = std::max(static_cast<std::size_t>(secret.rm_eo), at + 1);
      }
    }
  }

 private:
  std::array<regex_t, kRules.size()> expressions_{};
  std::array<std::size_t, kRules.size()> groups_{};
};

void find_private_keys(std::string_view text, Ranges& ranges) {
  for (std::size_t at = 0; (at = text.find("PRIVATE KEY-----", at)) != std::string_view::npos;) {
    const std::size_t end = std::min(text.find("-----END", at), text.size());
    ranges.emplace_back(at, end);
    at = std::min(text.find('\n', end), text.size());
  }
}

Ranges merged(Ranges ranges) {
  std::sort(ranges.begin(), ranges.end());
  Ranges out;
  for (const auto& range : ranges) {
    if (out.empty() || range.first > out.back().second) out.push_back(range);
    else out.back().second = std::max(out.back().second, range.second);
  }
  return out;
}

}  // namespace

Ranges secrets_in(std::string_view text) {
  static const Finder finder;
  Ranges ranges;
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = std::min(text.find_first_of("\n\r", begin), text.size());
    finder.find(text, begin, end, ranges);
    begin = end + 1;
  }
  find_private_keys(text, ranges);
  return merged(std::move(ranges));
}

std::string without(const Ranges& ranges, std::string_view text, std::size_t from, std::size_t to) {
  std::string out;
  for (const auto& [begin, end] : ranges) {
    if (end <= from || begin >= to) continue;
    out.append(text.substr(from, std::max(begin, from) - from));
    if (begin >= from) out.append(kRemoved);
    from = std::min(end, to);
  }
  return out.append(text.substr(from, to - from));
}

std::string without_secrets(std::string_view text) { return without(secrets_in(text), text, 0, text.size()); }

}  // namespace agent::tools
