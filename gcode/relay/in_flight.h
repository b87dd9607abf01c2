// The commands that were written to the printer and owe oks, oldest first, each with its owner. oks are not 1:1 with
// lines (protocol/prusa.md 1.5), so an entry says how many it owes, and whether it owes them for certain.
// Example: host sent "N7 G1 X1*..", "N8 M105*..": [host motion 7][host M105 8]; "ok" takes the first away, "ok T:" the second.
#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "gcode/command/command.h"
#include "gcode/line/time.h"
#include "gcode/printer/link_counters.h"

namespace gcode::relay {

/// One command in flight. Plain.
struct InFlight {
  line::Time sent{};
  std::int64_t number = -1;  ///< N, or -1
  std::int32_t code = -1;    ///< number of an M command, for answers that only their question explains
  char letter = 0;           ///< as Command::letter
  std::int16_t g_code = -1;  ///< number of a G command
  command::CommandKind kind = command::CommandKind::kOther;
  printer::Query query = printer::Query::kCount;  ///< own line: which; kCount: the host's
  std::uint8_t oks = 1;                           ///< still owed
  bool ack_optional = false;                      ///< may owe nothing: a late duplicate, a line behind a rejected one
  line::Time ack_optional_until = line::kNever;   ///< maybe: after this it owes nothing for certain
  bool overdue = false;                           ///< own: its time ran out, the slot stays
  bool unconfirmed = false;                       ///< own: the printer flushed its buffer since, it may have vanished
  bool alone = false;                             ///< nothing else was in flight when it was sent; set by push()
  bool payload_seen = false;  ///< own: text of its answer was seen, so the ok that follows it is its
  line::Time payload_at{};    ///< own: when it was seen last

  [[nodiscard]] bool is_injected() const { return query != printer::Query::kCount; }
};

/// The same line where it is data of an upload: an ordinary ok, whatever it says.
[[nodiscard]] InFlight written_to_file(InFlight entry);

/// A bounded FIFO. Plain and trivially copyable.
class InFlightQueue {
 public:
  /// 128 commands: twice the largest window a host is known to keep (64). A host that pours a file in without waiting
  /// goes beyond; then the rest is only counted, and no own line is sent until all is acknowledged.
  static constexpr std::size_t kCapacity = 128;

  /// Adds at the end; beyond the capacity it is counted in overflow() instead.
  void push(const InFlight& entry);
  void insert_front(const InFlight& entry);
  void erase(std::size_t index);
  void clear();

  [[nodiscard]] std::size_t size() const { return count_; }
  [[nodiscard]] bool empty() const { return count_ == 0 && overflow_ == 0; }
  [[nodiscard]] std::size_t overflow() const { return overflow_; }
  [[nodiscard]] InFlight& operator[](std::size_t i) { return ring_[(first_ + i) % kCapacity]; }
  [[nodiscard]] const InFlight& operator[](std::size_t i) const { return ring_[(first_ + i) % kCapacity]; }

  /// Index of the agent's own entry; there is one at most.
  [[nodiscard]] std::optional<std::size_t> injected() const;
  /// Index of the first entry of that kind.
  [[nodiscard]] std::optional<std::size_t> first_of(command::CommandKind kind) const;
  /// Index of the first entry with that line number.
  [[nodiscard]] std::optional<std::size_t> numbered(std::int64_t number) const;
  /// Host entries, those beyond the capacity included.
  [[nodiscard]] std::size_t host_count() const;
  /// Whether a host entry is in flight for which `predicate` holds.
  template <class Predicate>
  [[nodiscard]] bool any_host(Predicate predicate) const {
    for (std::size_t i = 0; i < count_; ++i) {
      if (!(*this)[i].is_injected() && predicate((*this)[i])) return true;
    }
    return false;
  }

  /// Makes `to` equal to this, copying only what is in flight: mostly one command of the 128 places.
  void copy_to(InFlightQueue& to) const;

  /// One ok for the oldest entry: takes it away when it owes no more. Returns the entry as it was.
  InFlight acknowledge_first();

 private:
  std::array<InFlight, kCapacity> ring_{};
  std::uint32_t first_ = 0;
  std::uint32_t count_ = 0;
  std::uint32_t injected_count_ = 0;
  std::uint32_t overflow_ = 0;
};

}  // namespace gcode::relay
