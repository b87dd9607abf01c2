// Records that a printer is released where the next instance finds it: a small file beside its host port, so that a
// restart while firmware is being flashed does not open the device (which would reset the board). It is valid until the
// machine restarts.
//
//   DIR/.mk3.released: "6d1c2a3e-... 81234567890\n"    the kernel's boot id, and the end in us since boot; "-": no end
#pragma once

#include <optional>
#include <string>

#include "gcode/line/time.h"

namespace agent::link {

struct ReleaseMark {
  std::optional<gcode::line::Time> until;  ///< monotonic
};

/// Nothing if there is no mark, if it is from an earlier boot, or if it is damaged.
[[nodiscard]] std::optional<ReleaseMark> read_release_mark(const std::string& directory, const std::string& printer);
/// Returns whether it could be written.
[[nodiscard]] bool write_release_mark(const std::string& directory, const std::string& printer,
                                      const ReleaseMark& mark);
void remove_release_mark(const std::string& directory, const std::string& printer);

}  // namespace agent::link
