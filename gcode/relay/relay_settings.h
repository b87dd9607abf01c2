// The settings of one printer's line. Set by [printer.NAME] in the configuration file. Plain.
#pragma once

#include "gcode/line/time.h"

namespace gcode::relay {

struct RelaySettings {
  bool poll = true;  ///< poll = off: a byte-exact pass-through that only listens
  line::Time hold_limit =
      std::chrono::milliseconds(50);  ///< how long host lines wait for an injected query's answer, after the quiesce
  /// how long host lines wait for the next owed ok before the query is deferred; for all owed oks together twice that
  line::Time quiesce_limit = std::chrono::milliseconds(500);
  // periods; zero: never query. Listening and autoreports are used first.
  line::Time temperature_period = std::chrono::seconds(2);
  /// M105 in a print, firmware without autoreport only, if its host does not ask by itself. Two of them fit into
  /// printer::kAskedLifetime, so one answer lost on the wire leaves no gap.
  line::Time printing_temperature_period = std::chrono::seconds(12);
  line::Time fans_period = std::chrono::seconds(2);        ///< by autoreport only
  line::Time position_period = std::chrono::seconds(2);    ///< autoreport; M114 at rest otherwise
  line::Time sd_period = std::chrono::seconds(10);         ///< M27
  line::Time progress_period = std::chrono::seconds(60);   ///< bare M73 at rest
  line::Time overrides_period = std::chrono::seconds(30);  ///< M220, M221 at rest
  bool identity = true;                                    ///< M115, PRUSA SN, M862.1 Q once after each start
};

}  // namespace gcode::relay
