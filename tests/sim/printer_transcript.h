// The lines of one side of a conversation, made comparable: physical values blanked, lines that depend on time only
// separated by kind. And the difference of two such transcripts.
// Example: "ok T:25.5 /0.0 B:25.5 /0.0 ..." becomes "ok T:# /# B:# /# ..."; "Resend: 12" stays as it is.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace sim {

struct TranscriptLine {
  std::string text;  ///< as compared; a carriage return is kept
  std::string
      timed;  ///< empty, or the kind of a line whose number depends on time: "busy", "heating", "temperature" ...
  int scenario = 0;
};

class Transcript {
 public:
  /// Appends bytes; `on_line` sees every line that they complete, without its newline.
  void add(std::string_view bytes, int scenario, const std::function<void(const std::string&)>& on_line);
  /// All complete lines, classified.
  [[nodiscard]] std::vector<TranscriptLine> lines() const;

 private:
  struct Raw {
    std::string text;
    int scenario;
  };
  std::vector<Raw> raw_;
  std::string partial_;
};

struct TranscriptDifference {
  int scenario = 0;
  char sign = '-';
  std::string text;
};

/// '-' for lines of `recorded` that `said` lacks, '+' for the reverse, '~' for timed kinds that only one side has
/// between two lines that match.
[[nodiscard]] std::vector<TranscriptDifference> differences_of(const Transcript& recorded, const Transcript& said);

}  // namespace sim
