// The configuration in use, stored with the ports for the next instance: if that finds the file wrong while a print
// runs, it continues with this one. It is in the descriptor store and not on the disk, so that it exists exactly as
// long as the ports do and always belongs to them.
#pragma once

#include <string>

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

 private:
  std::string text_;
};

}  // namespace agent::restart
