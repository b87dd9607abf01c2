// Descriptors that outlive the process: systemd keeps them for the next start of the unit
// (FileDescriptorStoreMax=), each under a name "marlin-PRINTER-PART"; PRINTER is empty for what belongs to
// none of them. Without systemd there is none, and the agent starts fresh each time.
//
// What is sent is in the manager's queue when keep() returns; the manager reads its queue before it looks at
// the process's end, so it is kept even if the process is killed the next moment.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "transport/file_descriptor.h"

namespace agent::restart {

class DescriptorStore {
 public:
  /// One that keeps nothing.
  DescriptorStore() = default;
  /// The manager's that started this process, with what a predecessor left in it. To be called once, before any thread.
  [[nodiscard]] static DescriptorStore from_environment();

  [[nodiscard]] bool is_there() const { return is_there_; }

  /// `part`: a word without '-'. What was there under that name is replaced.
  void keep(const std::string& printer, std::string_view part, int fd);
  void drop(const std::string& printer, std::string_view part);
  /// A predecessor's, owned by the caller from here on and still kept; empty if there is none.
  [[nodiscard]] transport::FileDescriptor take(const std::string& printer, std::string_view part);
  /// Whether a predecessor left that part of any printer, and it was not taken.
  [[nodiscard]] bool has_left(std::string_view part) const;
  /// Printers of which something was not taken.
  [[nodiscard]] std::vector<std::string> left_over() const;
  /// Closes what was not taken of `printer`, and has it kept no more.
  void drop_left_over(const std::string& printer);

 private:
  [[nodiscard]] static std::string name_of(const std::string& printer, std::string_view part);

  bool is_there_ = false;
  std::map<std::string, transport::FileDescriptor> inherited_;  ///< by name
};

}  // namespace agent::restart
