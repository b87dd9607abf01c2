// That a printer is handed over, remembered where a successor of this process finds it: a small file beside its host port,
// so that a restart in the middle of a flashing does not open the device (which would reset the board). It holds until the
// machine starts anew.
//
//   DIR/.mk3.released: "6d1c2a3e-... 81234567890\n"    the kernel's boot id, and until when in us since boot; "-": no end
#pragma once

#include <optional>
#include <string>

#include "gcode/line/time.h"

namespace agent::link {

struct ReleaseMark {
  std::optional<gcode::line::Time> until;  ///< monotonic
};

/// Nothing if there is no mark, or one of an earlier boot, or a damaged one.
[[nodiscard]] std::optional<ReleaseMark> read_release_mark(const std::string& directory, const std::string& printer);
/// Whether it could be written.
[[nodiscard]] bool write_release_mark(const std::string& directory, const std::string& printer,
                                      const ReleaseMark& mark);
void remove_release_mark(const std::string& directory, const std::string& printer);

}  // namespace agent::link
