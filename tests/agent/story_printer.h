// A sample printer with everything that a print's story needs: a host print that runs, an MMU, the printer's own counters.
#pragma once

#include "tests/agent/sample_printer.h"

namespace sample {

inline void feed(agent::LinkSnapshot& link, const char* line) {
  const gcode::Reply reply = gcode::parse_reply(line, *gcode::find_dialect("prusa-3.14"));
  link.mmu.printer_line(reply, line);
  link.lifetime.printer_line(reply, line);
}

/// A print that began 40 s before `now` and pushed 10 mm of filament on 20 mm of way.
inline void set_story(agent::LinkSnapshot& link, gcode::Time now) {
  gcode::Time at = now - 40s;
  for (const char* line : {"M110 N0", "N1 M104 S215", "N2 M83", "N3 G91", "N4 G1 X20 E10"}) {
    link.prints.host_command(gcode::parse_command(line), link.printer, at);
  }
  for (; at <= now; at += 250ms) link.prints.tick(link.printer, true, at);
  for (const char* line : {"STATS 10 min 20 cm.", "0eff  03 00 01 00 04 00 05 00", "0ed0  02 00 ff 07 00",
                           "0ca8  01 02 00 00", "echo:MMU2:<S0 A3*22.", "echo:MMU2:<S1 A0*34.", "echo:MMU2:<S2 A1*40.",
                           "echo:MMU2:<S3 A375*de.", "echo:MMU2:MMU2tool=1", "echo:MMU2:<Q0 E8001*ea."}) {
    feed(link, line);
  }
}

}  // namespace sample
