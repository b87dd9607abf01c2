// The differences between firmwares, one table row each: rules of the receive path and the queue, line ends and fixed
// texts. It has no state. Facts from packaging/doc/protocol-*.md and the recordings.
// Wire example of a difference: "Resend: 5\nok\n" everywhere, but "Error:checksum mismatch, Last Line: 4\r\n" on 3.9.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

namespace sim {

enum class Family : std::uint8_t { kPrusa, kMarlin10, kMarlin11, kMarlin21 };

struct FirmwareTraits {
  std::string_view name;
  Family family = Family::kPrusa;
  int version = 0;              ///< Prusa: 309, 313, 314; Marlin: 100, 119, 212
  std::string_view eol = "\n";  ///< of SERIAL_ECHOLN; printf lines end in LF everywhere
  int queue_slots = 4;          ///< Marlin's BUFSIZE; Prusa's queue is counted in bytes instead
  bool keepalive = false;       ///< echo:busy
  bool rx_timeout = false;      ///< a partial line is discarded after 2 s
  bool has_meatpack = false;
  bool autoreport = false;  ///< M155 and Cap lines
  bool advanced_ok = false;
  bool emergency_parser = false;
  bool host_actions = false;  ///< //action:notification and prompts
  bool has_sd = false;
  bool two_hotends = false;
  bool halts_after_kill = false;     ///< M112 needs a reset from outside
  bool quiet_while_heating = false;  ///< no busy lines inside M109 and M190
  std::string_view action = "// action:";
  std::string_view fir;        ///< PRUSA Fir
  std::string_view boot;       ///< banner after "start"; '@' marks the line of the reset cause
  std::string_view boot_tail;  ///< sent later, when the card was checked
  std::string_view identity;   ///< the answer to M115, without its ok, with all line ends
  std::string_view settings;   ///< the answer to M503
};

/// The row of that name, or nullptr.
[[nodiscard]] const FirmwareTraits* find_firmware(std::string_view name);
[[nodiscard]] const std::vector<FirmwareTraits>& firmware_table();

}  // namespace sim
