// The time to parse a printer's line, over every line of the recordings, compared with RE2 doing the same work: one
// RE2::Set finds the kind, one RE2 with captures extracts the numbers. Prints mean nanoseconds per kind and the ratio.
// Usage: parse_bench [FOLDER OF RECORDINGS]; nothing here passes or fails.
#include <re2/re2.h>
#include <re2/set.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "gcode/decode/conversation.h"
#include "gcode/decode/trace.h"
#include "gcode/dialect/dialect.h"
#include "gcode/reply/reply.h"

namespace {

using Clock = std::chrono::steady_clock;
using LinesByKind = std::map<std::string_view, std::vector<std::string>>;

const gcode::dialect::Dialect& dialect_of(const std::filesystem::path& recording) {
  return *gcode::dialect::find_dialect(recording.string().find("/prusa/") != std::string::npos ? "prusa-3.13"
                                                                                               : "marlin-2.1");
}

// Lines as they come from the splitter, grouped by kind; the two firmwares' lines differ enough for one dialect each.
LinesByKind read_lines(const std::filesystem::path& folder) {
  LinesByKind lines;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
    if (entry.path().extension() != ".jsonl") continue;
    gcode::decode::Conversation conversation(
        &dialect_of(entry.path()), [](const gcode::decode::LineNote&, const gcode::command::Command&) {},
        [&lines](const gcode::decode::LineNote& note, const gcode::reply::Reply& reply) {
          if (note.line.size() < 300)
            lines[gcode::reply::name_of(reply.kind)].emplace_back(note.line);  // floods have no line kind
        });
    std::ifstream file(entry.path());
    for (std::string line; std::getline(file, line);) {
      const auto piece = gcode::decode::parse_trace_line(line);
      if (piece && piece->direction == gcode::decode::TraceDirection::kFromPrinter)
        conversation.received_from_printer(piece->data, piece->at);
    }
    conversation.finish();
  }
  return lines;
}

// The same kinds as expressions, the commonest first, each anchored at the line's beginning (what RE2 is fastest at);
// captures are what the parser extracts as numbers and texts.
constexpr const char* kExpressions[] = {
    R"(ok$)",
    R"(ok(?: N(-?\d+))? P(\d+) B(\d+)$)",
    R"(ok T:(-?[\d.]+) /(-?[\d.]+) B:(-?[\d.]+) /(-?[\d.]+)(?: T0:(-?[\d.]+) /(-?[\d.]+))?(?: T1:(-?[\d.]+) /(-?[\d.]+))? @:(\d+) B@:(\d+)(?: @0:(\d+))?(?: @1:(\d+))?(?: P:(-?[\d.]+))?(?: A:(-?[\d.]+))?$)",
    R"( ?T:(-?[\d.]+) /(-?[\d.]+) B:(-?[\d.]+) /(-?[\d.]+)(?: T0:(-?[\d.]+) /(-?[\d.]+))?(?: T1:(-?[\d.]+) /(-?[\d.]+))? @:(\d+) B@:(\d+)(?: @0:(\d+))?(?: @1:(\d+))?(?: P:(-?[\d.]+))?(?: A:(-?[\d.]+))?$)",
    R"( ?T:(-?[\d.]+)(?: /(-?[\d.]+))?(?: B:(-?[\d.]+) /(-?[\d.]+))?(?: T0:(-?[\d.]+) /(-?[\d.]+))?(?: T1:(-?[\d.]+) /(-?[\d.]+))?(?: @:(\d+) B@:(\d+))?(?: @0:(\d+) @1:(\d+))? (?:W:|E:\d+ (?:W:|B:(-?[\d.]+))))",
    R"(X:(-?[\d.]+) Y:(-?[\d.]+) Z:(-?[\d.]+) E:(-?[\d.]+) Count)",
    R"(E0:(\d+) RPM(?: PRN1:(\d+) RPM)? E0@:(\d+)(?: PRN1@:(\d+))?)",
    R"((?:NORMAL|SILENT) MODE: Percent done: (-?\d+); print time remaining in mins: (-?\d+)(?:; Change in mins: (-?\d+))?)",
    R"(SD printing byte (\d+)/(\d+))",
    R"(echo:busy: (processing|paused for user|paused for input))",
    R"(Resend: (\d+))",
    R"(Error:(?:checksum mismatch|Line Number is not Last Line Number\+1|No Checksum with line number|No Line Number with checksum), Last Line: (-?\d+))",
    R"(Error:(.*))",
    R"(// ?action:(\S+)(.*))",
    R"(Cap:([A-Z0-9_]+):([01]))",
    R"(FIRMWARE_NAME:(.*) (?:FIRMWARE_URL|SOURCE_CODE_URL):.* PROTOCOL_VERSION:(\S+) MACHINE_TYPE:(.*) EXTRUDER_COUNT)",
    R"((?:FR:|echo:E0 Flow: )?(\d+)%$)",
    R"((?:echo:Unknown command: |Unknown [MG] code: )(.*))",
    R"(Not SD printing$)",
    R"(File opened: (.*) Size: (\d+))",
    R"((\d+):(\d+)$)",
    R"(start$)",
    R"( ?(PowerUp|External Reset|Brown out Reset|Watchdog Reset|Software Reset)$)",
    R"(LCD status changed$)",
    R"(echo:(.*))",
    R"((\S+\.(?:G|GCO|GCODE)) (\d+))",
};
constexpr int kMostCaptures = 16;

double number_in(re2::StringPiece text) {
  double value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

class RegexParser {
 public:
  RegexParser() : set_(RE2::Options(RE2::Latin1), RE2::ANCHOR_START) {
    for (const char* expression : kExpressions) {
      set_.Add(expression, nullptr);
      each_.push_back(std::make_unique<RE2>(expression, RE2::Options(RE2::Latin1)));
    }
    set_.Compile();
  }

  // The number of the first matching expression plus its captures as numbers, added up so that no work is optimised
  // away.
  double parse(const std::string& line) {
    matches_.clear();
    if (!set_.Match(line, &matches_)) return 0;
    const int first = *std::min_element(matches_.begin(), matches_.end());
    const RE2& expression = *each_[static_cast<std::size_t>(first)];
    const int groups = expression.NumberOfCapturingGroups() + 1;
    re2::StringPiece captured[kMostCaptures];
    if (groups > 1 && !expression.Match(line, 0, line.size(), RE2::ANCHOR_START, captured, groups)) return 0;
    double sum = first;
    for (int i = 1; i < groups; ++i) sum += number_in(captured[i]);
    return sum;
  }

 private:
  RE2::Set set_;
  std::vector<std::unique_ptr<RE2>> each_;
  std::vector<int> matches_;
};

double use(const gcode::reply::Reply& reply) {
  return static_cast<double>(reply.kind) + reply.temperatures.count + static_cast<double>(reply.text.size());
}

// Mean nanoseconds of one line: the whole group is parsed repeatedly for at least 20 ms.
template <class Parse>
double nanoseconds_per_line(const std::vector<std::string>& lines, Parse parse, double& sink) {
  for (const std::string& line : lines) sink += parse(line);
  std::size_t count = 0;
  const auto begin = Clock::now();
  auto end = begin;
  do {
    for (const std::string& line : lines) sink += parse(line);
    count += lines.size();
    end = Clock::now();
  } while (end - begin < std::chrono::milliseconds(20));
  return std::chrono::duration<double, std::nano>(end - begin).count() / static_cast<double>(count);
}

}  // namespace

int main(int argc, char** argv) {
  const std::filesystem::path folder = argc > 1 ? argv[1] : MARLIN_TESTS_DIR "/data/recordings";
  const LinesByKind groups = read_lines(folder);
  if (groups.empty()) {
    std::fprintf(stderr, "parse_bench: no recordings in %s\n", folder.c_str());
    return 1;
  }
  const gcode::dialect::Dialect& dialect = *gcode::dialect::find_dialect("prusa-3.13");
  RegexParser regex;
  double sink = 0, all_ours = 0, all_regex = 0;
  std::size_t all = 0;
  std::printf("%-16s %7s %9s %9s %7s\n", "kind", "lines", "ns", "RE2 ns", "ratio");
  for (const auto& [kind, lines] : groups) {
    const double ours = nanoseconds_per_line(
        lines, [&](const std::string& line) { return use(gcode::reply::parse_reply(line, dialect)); }, sink);
    const double theirs = nanoseconds_per_line(
        lines, [&](const std::string& line) { return regex.parse(line); }, sink);
    std::printf("%-16.*s %7zu %9.1f %9.1f %7.3f\n", static_cast<int>(kind.size()), kind.data(), lines.size(), ours,
                theirs, ours / theirs);
    all_ours += ours * static_cast<double>(lines.size());
    all_regex += theirs * static_cast<double>(lines.size());
    all += lines.size();
  }
  std::printf("%-16s %7zu %9.1f %9.1f %7.3f\n", "all lines", all, all_ours / static_cast<double>(all),
              all_regex / static_cast<double>(all), all_ours / all_regex);
  return sink == 0.5 ? 2 : 0;
}
