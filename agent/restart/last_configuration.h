// The configuration in use, stored with the ports for the next instance: if that finds the file wrong while a print
// runs, or if three starts with the file ended the process before it was ready, it continues with this one. It is in the
// descriptor store and not on the disk, so that it exists exactly as long as the ports do and always belongs to them.
#pragma once

#include <string>
#include <utility>

#include "agent/restart/descriptor_store.h"

namespace agent::restart {

class LastConfiguration {
 public:
  LastConfiguration() = default;
  /// The one that the previous instance left in `store`, where it stays.
  [[nodiscard]] static LastConfiguration take(DescriptorStore& store);

  /// A document as parse_configuration() takes it; empty: there is none.
  [[nodiscard]] const std::string& text() const { return text_; }
  /// Replaces the stored text if `text` differs. Empty: nothing is stored. Without a store, or without memory for it,
  /// the next instance finds none.
  void keep(const std::string& text, DescriptorStore& store);

  /// Call it with the text of the configuration file before anything parses it. Counts the start in `store`, unless the
  /// file is the stored one or none is stored. False: three starts with this file did not get as far as end_start().
  [[nodiscard]] bool begin_start(const std::string& file, DescriptorStore& store);
  /// The agent is ready, or ends with a reason of its own.
  void end_start(DescriptorStore& store);

 private:
  static constexpr char kMostStarts = '3';

  std::string text_, starts_;
  bool is_counted_ = false;
};

}  // namespace agent::restart
