// A ledger that another version of the program left, of whose state only the handover is understood.
#pragma once

#include <cstddef>
#include <optional>

#include "agent/restart/ledger_head.h"
#include "agent/restart/link_memory.h"
#include "gcode/relay/line_relay.h"
#include "transport/file_descriptor.h"

namespace agent::restart {

class ForeignLedger {
 public:
  /// Nothing if it is no ledger, or one whose parts do not lie within it.
  [[nodiscard]] static std::optional<ForeignLedger> open(transport::FileDescriptor memfd);
  ForeignLedger(ForeignLedger&& other) noexcept;
  ForeignLedger& operator=(ForeignLedger&& other) noexcept;
  ~ForeignLedger();

  [[nodiscard]] std::uint32_t version() const { return head().version; }
  [[nodiscard]] LinkIdentity identity() const { return {head().name, head().device, head().baud}; }
  [[nodiscard]] const LedgerHead::Entry& last() const { return head().last(); }
  [[nodiscard]] gcode::relay::Handover handover() const;
  [[nodiscard]] gcode::relay::RelayMemory rings() const;

 private:
  ForeignLedger(char* block, std::size_t size) : block_(block), size_(size) {}
  [[nodiscard]] const LedgerHead& head() const { return *reinterpret_cast<const LedgerHead*>(block_); }
  [[nodiscard]] bool is_sound() const;

  char* block_;
  std::size_t size_;
};

}  // namespace agent::restart
