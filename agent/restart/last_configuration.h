// The configuration that the process works by, kept beside the ports for a successor: if that finds the file
// wrong while a print runs, it goes on by this one. It lives in the descriptor store and not on the disk, so
// that it is there exactly as long as the ports are, and never older than what they are used for.
#pragma once

#include <string>

#include "agent/restart/descriptor_store.h"

namespace agent::restart {

class LastConfiguration {
 public:
  /// None yet.
  LastConfiguration() = default;
  /// What a predecessor left in `store`, which keeps it.
  [[nodiscard]] static LastConfiguration take(DescriptorStore& store);

  /// A document as parse_configuration() takes it; empty: there is none.
  [[nodiscard]] const std::string& text() const { return text_; }
  /// Puts `text` in place of what is kept, if it is another one. Empty: nothing is kept. Without a store, or
  /// without the memory for it, a successor finds none.
  void keep(const std::string& text, DescriptorStore& store);

 private:
  std::string text_;
};

}  // namespace agent::restart
