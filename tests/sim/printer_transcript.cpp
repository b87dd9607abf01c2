#include "tests/sim/printer_transcript.h"

#include <algorithm>
#include <cctype>
#include <cstdint>
#include <map>

namespace sim {
namespace {

bool begins(std::string_view text, std::string_view start) { return text.substr(0, start.size()) == start; }
bool holds(std::string_view text, std::string_view part) { return text.find(part) != std::string_view::npos; }

/// Lines whose numbers are physical values or times.
bool has_worldly_numbers(std::string_view line) {
  if (begins(line, "Error") || begins(line, "echo:Unknown") || begins(line, "Unknown")) return false;
  for (const std::string_view mark : {"T:", "Count X", " RPM", "SD printing byte", " P15", " min, ", "Free Memory",
                                      "TM: error", "MSG", " hours ", " deg"}) {
    if (holds(line, mark)) return true;
  }
  if (begins(line, "ok ") && holds(line, " P") && holds(line, " B")) return true;
  return line.size() >= 3 && line.size() <= 6 && std::isdigit(static_cast<unsigned char>(line[0])) != 0 &&
         holds(line, ":");
}

std::string blanked(std::string_view line) {
  std::string text;
  for (std::size_t i = 0; i < line.size(); ++i) {
    const auto digit = [&](std::size_t at) {
      return at < line.size() && std::isdigit(static_cast<unsigned char>(line[at])) != 0;
    };
    const bool minus = line[i] == '-' && digit(i + 1);
    const bool keep = i > 0 && line[i - 1] == 'N' && begins(line, "ok N");  // the line that an ADVANCED_OK answers
    if (!digit(i) && !minus) {
      text += line[i];
      continue;
    }
    const std::size_t from = i;
    while (digit(i + 1) || (i + 1 < line.size() && line[i + 1] == '.' && digit(i + 2))) ++i;
    text += keep ? std::string(line.substr(from, i - from + 1)) : "#";
  }
  return text;
}

/// Whether a switch is pressed is a physical value.
std::string without_endstop_state(const std::string& line) {
  const std::size_t colon = line.find(": ");
  const std::size_t end = line.find('\r');
  return line.substr(0, colon + 2) + "#" + (end == std::string::npos ? "" : "\r");
}

std::string timed_kind(const std::string& line, const std::string& next) {
  if (begins(line, "echo:busy: ")) return line.substr(5, line.find_first_of("\r\n") - 5);
  if (begins(line, "TM: error |")) return "thermal model";
  if (begins(line, "wait")) return "wait";
  const bool answered = begins(next, "ok");
  if (begins(line, "T:") || begins(line, " T:"))
    return holds(line, " E:") || holds(line, " W:") ? "heating" : "temperature report";
  if ((begins(line, "X:") && holds(line, "Count")) && !answered) return "position report";
  if (begins(line, "E0:") && holds(line, "RPM") && !answered) return "fan report";
  if ((begins(line, "Not SD printing") || begins(line, "SD printing byte")) && !answered && !begins(next, "#:"))
    return "SD report";
  return {};
}

using Lines = std::vector<TranscriptLine>;

/// Indices of a longest common subsequence of the untimed lines.
std::vector<std::pair<std::size_t, std::size_t>> matches(const Lines& a, const Lines& b,
                                                         const std::vector<std::size_t>& ia,
                                                         const std::vector<std::size_t>& ib) {
  const std::size_t n = ia.size();
  const std::size_t m = ib.size();
  std::vector<std::uint16_t> table((n + 1) * (m + 1), 0);
  const auto at = [&](std::size_t i, std::size_t j) -> std::uint16_t& { return table[i * (m + 1) + j]; };
  for (std::size_t i = n; i-- > 0;) {
    for (std::size_t j = m; j-- > 0;) {
      const bool same = a[ia[i]].text == b[ib[j]].text;
      at(i, j) = same ? static_cast<std::uint16_t>(at(i + 1, j + 1) + 1) : std::max(at(i + 1, j), at(i, j + 1));
    }
  }
  std::vector<std::pair<std::size_t, std::size_t>> pairs;
  for (std::size_t i = 0, j = 0; i < n && j < m;) {
    if (a[ia[i]].text == b[ib[j]].text) {
      pairs.emplace_back(ia[i++], ib[j++]);
    } else if (at(i + 1, j) >= at(i, j + 1)) {
      ++i;
    } else {
      ++j;
    }
  }
  return pairs;
}

std::vector<std::size_t> untimed(const Lines& lines) {
  std::vector<std::size_t> indices;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    if (lines[i].timed.empty()) indices.push_back(i);
  }
  return indices;
}

std::map<std::string, int> kinds_between(const Lines& lines, std::size_t from, std::size_t to) {
  std::map<std::string, int> kinds;
  for (std::size_t i = from; i < to; ++i) {
    if (!lines[i].timed.empty()) ++kinds[lines[i].timed];
  }
  return kinds;
}

constexpr int kFewTimed = 3;  ///< timing alone cannot explain that this many of a kind are missing

/// Between two matching lines: what one side repeats the other must send too.
void compare_kinds(const std::map<std::string, int>& recorded, const std::map<std::string, int>& said, int scenario,
                   std::vector<TranscriptDifference>& differences) {
  for (const auto& [kind, count] : recorded) {
    if (count >= kFewTimed && said.count(kind) == 0) differences.push_back({scenario, '~', "lacks " + kind});
  }
  for (const auto& [kind, count] : said) {
    if (count >= kFewTimed && recorded.count(kind) == 0) differences.push_back({scenario, '~', "adds " + kind});
  }
}

}  // namespace

void Transcript::add(std::string_view bytes, int scenario, const std::function<void(const std::string&)>& on_line) {
  for (const char c : bytes) {
    if (c != '\n') {
      partial_ += c;
      continue;
    }
    on_line(partial_);
    raw_.push_back({std::move(partial_), scenario});
    partial_.clear();
  }
}

std::vector<TranscriptLine> Transcript::lines() const {
  Lines lines;
  for (std::size_t i = 0; i < raw_.size(); ++i) {
    TranscriptLine line;
    line.text = has_worldly_numbers(raw_[i].text) ? blanked(raw_[i].text) : raw_[i].text;
    if (holds(line.text, "_min: ") || holds(line.text, "_max: ")) line.text = without_endstop_state(line.text);
    std::string next;
    for (std::size_t j = i + 1; j < raw_.size() && j < i + 4 && next.empty(); ++j) {
      if (!begins(raw_[j].text, "echo:busy") && !begins(raw_[j].text, "T:") && !begins(raw_[j].text, " T:"))
        next = raw_[j].text;
    }
    line.timed = timed_kind(raw_[i].text, has_worldly_numbers(next) ? blanked(next) : next);
    line.scenario = raw_[i].scenario;
    lines.push_back(std::move(line));
  }
  return lines;
}

std::vector<TranscriptDifference> differences_of(const Transcript& recorded, const Transcript& said) {
  const Lines a = recorded.lines();
  const Lines b = said.lines();
  std::vector<TranscriptDifference> differences;
  std::vector<std::pair<std::size_t, std::size_t>> pairs = matches(a, b, untimed(a), untimed(b));
  pairs.emplace_back(a.size(), b.size());
  std::size_t i = 0;
  std::size_t j = 0;
  int scenario = a.empty() ? 0 : a.front().scenario;
  for (const auto& [next_i, next_j] : pairs) {
    bool clean = true;
    const std::size_t from_i = i;
    const std::size_t from_j = j;
    for (; i < next_i; ++i) {
      if (!a[i].timed.empty()) continue;
      differences.push_back({a[i].scenario, '-', a[i].text});
      clean = false;
    }
    for (; j < next_j; ++j) {
      if (!b[j].timed.empty()) continue;
      differences.push_back({b[j].scenario, '+', b[j].text});
      clean = false;
    }
    if (clean) compare_kinds(kinds_between(a, from_i, next_i), kinds_between(b, from_j, next_j), scenario, differences);
    if (next_i < a.size()) scenario = a[next_i].scenario;
    i = next_i + 1;
    j = next_j + 1;
  }
  return differences;
}

}  // namespace sim
