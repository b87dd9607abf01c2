#include "tests/sim/underrun_score.h"

#include <cstdio>
#include <map>

namespace sim {
namespace {

using gcode::printer::StarvedBy;

// Of precision, recall and causes that are right.
constexpr double kLeast = 0.95;

void print_score(const std::string& name, const UnderrunScore& s) {
  std::printf("| %-36s | %6llu | %7llu | %7llu | %7llu | %9.3f | %6.3f | %5.1f %% |%s\n", name.c_str(),
              static_cast<unsigned long long>(s.prints), static_cast<unsigned long long>(s.real),
              static_cast<unsigned long long>(s.told), static_cast<unsigned long long>(s.matched), s.precision(),
              s.recall(), 100 * s.cause_right(),
              s.unknown == s.prints ? " the relay does not know this planner"
              : s.unknown > 0       ? (" not known in " + std::to_string(s.unknown)).c_str()
              : s.unfinished > 0    ? (" not ended " + std::to_string(s.unfinished)).c_str()
                                    : "");
}

}  // namespace

void UnderrunScore::add(const UnderrunResult& result) {
  ++prints;
  if (!result.printed) ++unfinished;
  if (!result.known) {
    ++unknown;
    return;
  }
  std::vector<ToldUnderrun> left = match(result, result.told, true);
  left = match(result, left, false);
  told += left.size();
}

std::vector<ToldUnderrun> UnderrunScore::match(const UnderrunResult& result, const std::vector<ToldUnderrun>& from,
                                               bool counts) {
  std::vector<ToldUnderrun> left;
  std::size_t i = 0;
  for (const TrueUnderrun& event : result.real) {
    if (event.counts != counts) continue;
    if (counts) ++real;
    while (i < from.size() && from[i].at < event.starving) left.push_back(from[i++]);
    if (i == from.size() || from[i].at > event.told_by) continue;
    const StarvedBy cause = from[i++].cause;
    if (!counts) continue;
    ++told, ++matched;
    if (event.on_the_wire) continue;
    ++caused;
    right += cause == event.cause ? 1 : 0;
    ++causes[event.cause][cause];
  }
  left.insert(left.end(), from.begin() + static_cast<std::ptrdiff_t>(i), from.end());
  return left;
}

void UnderrunScore::add(const UnderrunScore& other) {
  prints += other.prints, unfinished += other.unfinished, unknown += other.unknown;
  real += other.real, told += other.told, matched += other.matched, caused += other.caused, right += other.right;
  for (const auto a : kStarvers) {
    for (const auto b : kStarvers) causes[a][b] += other.causes[a][b];
  }
}

bool judge_underruns(const UnderrunJudgement& wanted) {
  std::map<std::string, UnderrunScore> by_host;
  UnderrunScore all;
  std::printf(
      "| %-36s | prints | real    | told    | both    | precision | recall | cause   |\n|---|---|---|---|---|---|---|---|\n",
      "printer, host");
  for (const auto& [firmware, host] : underrun_pairs()) {
    if (!wanted.firmware.empty() && firmware != wanted.firmware) continue;
    if (!wanted.host.empty() && host != wanted.host) continue;
    UnderrunScore score;
    for (const auto& [first, last] : wanted.seeds) {
      for (std::uint64_t seed = first; seed <= last; ++seed)
        score.add(run_underrun_print({seed, firmware, host, wanted.trace}));
    }
    print_score(firmware + ", " + host, score);
    by_host[host].add(score);
    all.add(score);
  }
  for (const auto& [host, score] : by_host) print_score("all, " + host, score);
  print_score("all", all);
  std::printf("true cause \\ told   host  resend   agent printer\n");
  for (const StarvedBy cause : kStarvers) {
    const auto& row = all.causes[cause];
    std::printf("%-14s %8llu%8llu%8llu%8llu\n", kStarvedByNames[cause],
                static_cast<unsigned long long>(row[StarvedBy::kHost]),
                static_cast<unsigned long long>(row[StarvedBy::kResend]),
                static_cast<unsigned long long>(row[StarvedBy::kAgent]),
                static_cast<unsigned long long>(row[StarvedBy::kPrinter]));
  }
  return all.real > 0 && all.precision() >= kLeast && all.recall() >= kLeast && all.cause_right() >= kLeast;
}

}  // namespace sim
