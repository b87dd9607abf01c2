// Descriptors that outlive the process: systemd stores them for the next start of the unit (FileDescriptorStoreMax=),
// each under a name "marlin-PRINTER-PART"; PRINTER is empty for one that belongs to no printer. Without systemd there
// is no store, and each instance starts without earlier state.
//
// A descriptor is in the manager's queue when keep() returns. The manager reads its queue before it handles the end of
// the process, so the descriptor is stored even if the process is killed immediately afterwards. A manager that reads
// nothing for two seconds is not waited for any more: this and all later messages are sent, in order, by send_waiting().
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "transport/file_descriptor.h"

namespace agent::restart {

class DescriptorStore {
 public:
  /// An empty store that stores nothing.
  DescriptorStore() = default;
  /// The store of the manager that started this process, with the previous instance's descriptors. Call once, before
  /// any thread starts.
  [[nodiscard]] static DescriptorStore from_environment();

  [[nodiscard]] bool is_there() const { return is_there_; }

  /// `part`: a word without '-'. Replaces a descriptor stored under that name.
  void keep(const std::string& printer, std::string_view part, int fd);
  void drop(const std::string& printer, std::string_view part);
  /// Sends what found the queue full, as far as it fits now. Returns whether nothing is left; call it again otherwise.
  bool send_waiting();
  /// The previous instance's descriptor: now owned by the caller and still stored. Empty if there is none.
  [[nodiscard]] transport::FileDescriptor take(const std::string& printer, std::string_view part);
  /// The same with a text of at most 1 MiB instead of a descriptor. Without memory for it nothing is stored. An empty text
  /// is none.
  void keep_text(const std::string& printer, std::string_view part, const std::string& text);
  [[nodiscard]] std::string take_text(const std::string& printer, std::string_view part);
  /// Whether that part of any printer was inherited and not taken yet.
  [[nodiscard]] bool has_left(std::string_view part) const;
  /// Printers with inherited descriptors that were not taken.
  [[nodiscard]] std::vector<std::string> left_over() const;
  /// Closes the descriptors of `printer` that were not taken and removes them from the store.
  void drop_left_over(const std::string& printer);

 private:
  /// At most one of each kind for each name, the removal first.
  struct Message {
    std::string name;
    transport::FileDescriptor fd;  ///< none: removes what is stored under the name
  };

  void remove(const std::string& name);
  [[nodiscard]] static std::string name_of(const std::string& printer, std::string_view part);

  bool is_there_ = false;
  std::map<std::string, transport::FileDescriptor> inherited_;  ///< by name
  std::vector<Message> waiting_;
};

}  // namespace agent::restart
