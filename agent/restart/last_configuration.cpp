#include "agent/restart/last_configuration.h"

namespace agent::restart {
namespace {

constexpr const char* kNoPrinter = "";
constexpr std::string_view kPart = "configuration";
// A digit, how many starts with the file ended too early, and the file's text.
constexpr std::string_view kStartsPart = "starts";

}  // namespace

LastConfiguration LastConfiguration::take(DescriptorStore& store) {
  LastConfiguration last;
  last.text_ = store.take_text(kNoPrinter, kPart);
  last.starts_ = store.take_text(kNoPrinter, kStartsPart);
  return last;
}

void LastConfiguration::keep(const std::string& text, DescriptorStore& store) {
  if (text == text_) return;
  text_ = text;
  store.keep_text(kNoPrinter, kPart, text);
}

bool LastConfiguration::begin_start(const std::string& file, DescriptorStore& store) {
  if (file == text_ || text_.empty()) return true;
  const bool is_same = !starts_.empty() && starts_.compare(1, std::string::npos, file) == 0;
  if (is_same && starts_.front() == kMostStarts) return false;
  starts_ = static_cast<char>((is_same ? starts_.front() : '0') + 1) + file;
  is_counted_ = true;
  store.keep_text(kNoPrinter, kStartsPart, starts_);
  return true;
}

void LastConfiguration::end_start(DescriptorStore& store) {
  if (!std::exchange(is_counted_, false)) return;
  starts_.clear();
  store.drop(kNoPrinter, kStartsPart);
}

}  // namespace agent::restart
