// The commands that were written to the printer and owe oks, oldest first, each with its owner. oks are not 1:1 with
// lines (P 1.5), so an entry holds how many it owes and whether it owes them for certain.
// Example: host sent "N7 G1 X1*..", "N8 M105*..": [host motion 7][host M105 8]; "ok" removes the first, "ok T:" the
// second.
#pragma once

#include <array>
#include <cassert>
#include <cstdint>
#include <optional>

#include "gcode/command/command.h"
#include "gcode/line/time.h"
#include "gcode/printer/link_counters.h"

namespace gcode::relay {

/// Whether a command owes its oks for certain.
enum class Ack : std::uint8_t {
  kOwed,
  kOptional,       ///< the host's: may owe none: a repeated line, a line behind a rejected one
  kUnconfirmed,    ///< injected: the printer flushed its buffer since then, the query may be lost
  kBeforeRestart,  ///< injected: the printer restarted since then; the next ok is for it, or none
};

/// One command in flight. Plain.
struct InFlight {
  line::Time sent{};
  std::int64_t number = -1;  ///< N, or -1
  std::int32_t code = -1;    ///< number of an M command, for answers that only the command identifies
  char letter = 0;           ///< the host's: as Command::letter
  bool sets_report = false;  ///< injected: it sets a report; a bare ok answers it
  std::int16_t g_code = -1;  ///< number of a G command
  command::CommandKind kind = command::CommandKind::kOther;
  printer::Query query = printer::Query::kCount;  ///< injected: which query; kCount: the host's
  std::uint8_t oks = 1;                           ///< still owed
  std::uint8_t ahead = 0;                         ///< how many commands were in flight when it was sent; set by push()
  Ack ack = Ack::kOwed;
  bool overdue = false;  ///< injected: its timeout is counted, its slot remains, in any state of `ack`
  line::Time optional_until = line::kNever;  ///< is_optional(): after this it certainly owes no ok
  line::Time payload_at = line::kNever;  ///< injected: when text of its answer was last seen; the next ok is its own

  /// It may keep the printer from reading further commands for minutes.
  [[nodiscard]] bool may_block() const;
  [[nodiscard]] bool is_injected() const { return query != printer::Query::kCount; }
  [[nodiscard]] bool is_optional() const { return ack == Ack::kOptional || ack == Ack::kBeforeRestart; }
  [[nodiscard]] bool is_unconfirmed() const { return ack == Ack::kUnconfirmed || ack == Ack::kBeforeRestart; }
  [[nodiscard]] bool is_poll() const { return command::is_poll(kind, code); }
  [[nodiscard]] bool payload_seen() const { return payload_at != line::kNever; }
  /// The printer discarded bytes since it was sent, or an ok may have been for it.
  void doubt() {
    if (ack == Ack::kOwed) ack = is_injected() ? Ack::kUnconfirmed : Ack::kOptional;
  }
};

/// The same line as data of an upload: it owes one ordinary ok, whatever its text.
[[nodiscard]] InFlight written_to_file(InFlight entry);

/// A bounded FIFO. Plain and trivially copyable.
class InFlightQueue {
 public:
  /// 128 commands: twice the largest window a host is known to keep (64). A host that writes a file without waiting
  /// exceeds it; then the rest is only counted, and no query is injected until everything is acknowledged.
  static constexpr std::size_t kCapacity = 128;

  /// Adds at the end; beyond the capacity the entry is only counted in overflow().
  void push(const InFlight& entry);
  void insert_front(const InFlight& entry);
  void erase(std::size_t index);
  void clear();

  [[nodiscard]] std::size_t size() const { return count_; }
  [[nodiscard]] bool empty() const { return count_ == 0 && overflow_ == 0; }
  [[nodiscard]] std::size_t overflow() const { return overflow_; }
  /// `i` is below size().
  [[nodiscard]] InFlight& operator[](std::size_t i) {
    assert(i < count_);
    return ring_[(first_ + i) % kCapacity];
  }
  [[nodiscard]] const InFlight& operator[](std::size_t i) const {
    assert(i < count_);
    return ring_[(first_ + i) % kCapacity];
  }

  /// Index of the first injected query. There are two at most: an M105 behind one that was given up.
  [[nodiscard]] std::optional<std::size_t> injected() const {
    return injected_count_ == 0 ? std::nullopt : std::optional(find_injected());
  }
  /// Index of the first entry of that kind.
  [[nodiscard]] std::optional<std::size_t> first_of(command::CommandKind kind) const;
  /// Index of the first entry with that line number.
  [[nodiscard]] std::optional<std::size_t> numbered(std::int64_t number) const;
  /// Host entries, including those beyond the capacity.
  [[nodiscard]] std::size_t host_count() const { return count_ - injected_count_ + overflow_; }
  /// Whether a host entry is in flight for which `predicate` holds.
  template <class Predicate>
  [[nodiscard]] bool any_host(Predicate predicate) const {
    for (std::size_t i = 0; i < count_; ++i) {
      if (!(*this)[i].is_injected() && predicate((*this)[i])) return true;
    }
    return false;
  }

  /// Makes `to` equal to this. Copies only what is in flight: mostly one command of the 128 places.
  void copy_to(InFlightQueue& to) const;

  /// One ok for the oldest entry: removes it when it owes no more. Returns the entry as it was.
  InFlight acknowledge_first();

 private:
  /// There is at least one.
  [[nodiscard]] std::size_t find_injected() const;

  std::array<InFlight, kCapacity> ring_{};
  std::uint32_t first_ = 0;
  std::uint32_t count_ = 0;
  std::uint32_t injected_count_ = 0;
  std::uint32_t overflow_ = 0;
};

}  // namespace gcode::relay
