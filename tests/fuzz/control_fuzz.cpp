// Any bytes as a line of the control socket: a request that is the same after writing and reading it, or an answer with a
// reason. The same bytes as an answer.
#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>

#include "agent/control/control_protocol.h"
#include "tests/fuzz/claim.h"

namespace {

using namespace agent::control;
using fuzz::claim;

bool is_one_line(std::string_view text) {
  return text.ends_with('\n') && std::count(text.begin(), text.end(), '\n') == 1;
}

void check(const ControlRequest& request) {
  claim(request.verb == ControlVerb::kStatus || !request.printer.empty(), "a command names its printer");
  claim(!request.duration || (*request.duration >= kShortestRelease && *request.duration <= kLongestRelease),
        "a duration is in its range");
  std::string line = control_request_line(request);
  claim(is_one_line(line), "a request is one line");
  line.pop_back();
  const auto again = parse_control_request(line);
  const auto* same = std::get_if<ControlRequest>(&again);
  claim(same != nullptr && same->verb == request.verb && same->printer == request.printer &&
            same->force == request.force && same->duration == request.duration,
        "a request reads back the same");
}

void check(const ControlAnswer& answer) {
  claim(!answer.is_ok() && !answer.message.empty(), "a refusal has a reason");
  claim(is_one_line(control_answer_line(answer)), "an answer is one line");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string line(reinterpret_cast<const char*>(data), std::min(size, kMaxControlRequest));
  std::visit([](const auto& value) { check(value); }, parse_control_request(line));
  if (const auto answer = parse_control_answer(line)) {
    std::string written = control_answer_line(*answer);
    claim(is_one_line(written), "an answer is one line");
    written.pop_back();
    const auto again = parse_control_answer(written);
    claim(again && again->code == answer->code, "an answer reads back the same");
  }
  return 0;
}
