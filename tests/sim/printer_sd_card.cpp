#include "tests/sim/printer_sd_card.h"

#include <algorithm>
#include <cctype>

namespace sim {
namespace {

std::string upper(std::string_view name) {
  while (!name.empty() && (name.front() == '/' || name.front() == ' ')) name.remove_prefix(1);
  while (!name.empty() && name.back() == ' ') name.remove_suffix(1);
  std::string text(name);
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  return text;
}

}  // namespace

SdCard::SdCard(std::map<std::string, std::string> files, const std::vector<std::string>& order,
               std::map<std::string, std::string> long_names)
    : present_(!files.empty()), files_(std::move(files)), long_names_(std::move(long_names)) {
  for (const std::string& name : order) {
    if (files_.count(name) > 0) order_.push_back(name);
  }
  for (const auto& [name, content] : files_) {
    if (std::find(order_.begin(), order_.end(), name) == order_.end()) order_.push_back(name);
  }
}

std::string SdCard::long_name(const std::string& short_name) const {
  const auto found = long_names_.find(short_name);
  return found == long_names_.end() ? short_name : found->second;
}

std::string SdCard::find(std::string_view name) const {
  const std::string wanted = upper(name);
  for (const std::string& candidate : order_) {
    if (candidate == wanted || upper(long_name(candidate)) == wanted) return candidate;
  }
  return {};
}

bool SdCard::open(std::string_view name) {
  const std::string found = find(name);
  if (found.empty()) return false;
  open_ = found;
  position = 0;
  return true;
}

bool SdCard::create(std::string_view name) {
  const std::string wanted = upper(name);
  if (!present_ || wanted.empty()) return false;
  if (files_.count(wanted) == 0) order_.push_back(wanted);
  files_[wanted].clear();
  if (write_protected) return false;  // its name appears nevertheless, with no bytes: recorded
  open_ = wanted;
  position = 0;
  return true;
}

bool SdCard::remove(std::string_view name) {
  const std::string found = find(name);
  if (found.empty()) return false;
  files_.erase(found);
  order_.erase(std::find(order_.begin(), order_.end(), found));
  if (open_ == found) open_.clear();
  return !write_protected;  // recorded: reported as failed, but the name is gone
}

std::size_t SdCard::size() const {
  const auto found = files_.find(open_);
  return found == files_.end() ? 0 : found->second.size();
}

}  // namespace sim
