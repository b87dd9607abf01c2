// The SD card: files by short name in directory order, one of them open for printing or writing. It prints nothing.
// Example of a listing line made from it: "/SUBDIR/INNER_~1.GCO 75 0x5d750b7a \"inner_file.gcode\"".
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace sim {

class SdCard {
 public:
  /// `order`: names in directory order; those not named follow in alphabetical order. `long_names`: short -> long.
  SdCard(std::map<std::string, std::string> files, const std::vector<std::string>& order,
         std::map<std::string, std::string> long_names);

  [[nodiscard]] bool is_present() const { return present_; }
  [[nodiscard]] const std::vector<std::string>& order() const { return order_; }
  [[nodiscard]] const std::map<std::string, std::string>& files() const { return files_; }
  [[nodiscard]] std::string long_name(const std::string& short_name) const;

  /// Case and a leading slash are ignored. Empty if there is none.
  [[nodiscard]] std::string find(std::string_view name) const;
  bool open(std::string_view name);    ///< for reading, at its beginning
  bool create(std::string_view name);  ///< for writing, emptied
  bool remove(std::string_view name);
  void append(std::string_view text) { files_[open_].append(text); }
  void close() { open_.clear(); }

  [[nodiscard]] const std::string& open_name() const { return open_; }
  [[nodiscard]] std::size_t size() const;
  [[nodiscard]] bool at_end() const { return position >= size(); }
  [[nodiscard]] char next() { return files_.at(open_)[position++]; }

  std::size_t position = 0;
  bool write_protected = false;
  bool mounted = true;
  bool printing = false;
  bool saving = false;

 private:
  bool present_;
  std::map<std::string, std::string> files_;
  std::map<std::string, std::string> long_names_;
  std::vector<std::string> order_;
  std::string open_;
};

}  // namespace sim
