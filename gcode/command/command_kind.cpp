// The table of codes. Sources: packaging/doc/protocol-*.md, P 1.5, P 2, P 3, M 4, M 5, M 7, M 8.
// Examples: "G92 E0" ends immediately, "G92 X0" waits for every planned move; "M220" answers "100%", "M220 S95"
// nothing.
#include "gcode/command/command.h"

#include "gcode/line/scan.h"

namespace gcode::command {
namespace {

// clang-format off
CommandKind kind_of_g(const Command& command) {
  switch (command.code) {
    case 0: case 1: case 2: case 3: case 5:
      return CommandKind::kMotion;
    case 4:                                  // dwell
    case 12: case 27:                        // nozzle cleaning, parking
    case 28: case 29: case 30: case 33: case 34: case 35: case 38:  // homing, levelling, probing, calibration
    case 76: case 80:                        // P: PINDA calibration, mesh bed levelling
      return CommandKind::kBlocking;
    case 42: case 75: case 77: case 78: case 81:  // positions, timers, P: prints the mesh
      return CommandKind::kQuery;
    case 92: {
      // P 3: only a lone E is set without waiting for the planned moves.
      const bool only_e = has_parameter(command, 'E') && !has_parameter(command, 'X') && !has_parameter(command, 'Y') &&
                          !has_parameter(command, 'Z');
      return only_e ? CommandKind::kOther : CommandKind::kBlocking;
    }
    default:
      return CommandKind::kOther;
  }
}
// clang-format on

// M 5: a soft reset, and what REALTIME_REPORTING reads before the queue does.
bool acts_at_once(std::string_view text) {
  return text == "KILL" || text == "^X" || text == "S000" || text == "P000" || text == "R000";
}

CommandKind report_if(bool repeated) { return repeated ? CommandKind::kReport : CommandKind::kQuery; }

// clang-format off
CommandKind kind_of_m(const Command& command) {
  switch (command.code) {
    case 105:
      return CommandKind::kTemperature;
    case 110:
      return CommandKind::kLineNumber;
    case 108: case 112: case 410: case 524: case 876:  // M 5
      return CommandKind::kEmergency;
    case 301: case 304:
      return CommandKind::kPidParameters;
    case 20:
      return CommandKind::kListing;
    case 28: case 928:
      return CommandKind::kUploadBegin;
    case 29:
      return CommandKind::kUploadEnd;
    case 109: case 190: case 191: case 192: case 193: case 303: case 306: case 860:
      return CommandKind::kHeatAndWait;
    case 310:  // P: with A the thermal model is calibrated, which takes minutes
      return has_parameter(command, 'A') ? CommandKind::kHeatAndWait : CommandKind::kQuery;
    case 0: case 1:                          // wait for the user
    case 18: case 84: case 226: case 400:    // wait for every planned move
    case 24: case 25: case 125: case 600: case 601: case 602: case 603:  // pause, resume, filament change, stop
    case 44: case 45: case 46: case 47: case 48:  // P: calibration; M: probe repeatability
    case 701: case 702:                      // filament load, unload
      return CommandKind::kBlocking;
    case 113: case 154: case 155:
      return CommandKind::kReport;
    case 27: case 123:
      return report_if(has_parameter(command, 'S'));
    case 220: case 221:  // an answer only without a value (P 2.2)
      return command.parameters.empty() ? CommandKind::kQuery : CommandKind::kOther;
    case 21: case 22: case 23: case 26: case 30: case 31: case 32: case 33: case 34:  // SD card
    case 43: case 72: case 73: case 78: case 114: case 115: case 118: case 119:
    case 211: case 360: case 420: case 421: case 422: case 503: case 504:
    case 707: case 708: case 709: case 850: case 851: case 861: case 862:
    case 910: case 911: case 912: case 913: case 914: case 915: case 916: case 917: case 918:
      return CommandKind::kQuery;
    default:
      return CommandKind::kOther;
  }
}
// clang-format on

}  // namespace

CommandKind kind_of(const Command& command) {
  switch (command.letter) {
    case 'G': return kind_of_g(command);
    case 'M': return kind_of_m(command);
    case 'T':  // a tool change loads filament where there is an MMU
      return CommandKind::kBlocking;
    case 'D':  // P: debug codes dump memory
      return CommandKind::kQuery;
    default: break;
  }
  if (command.text.empty() && !command.is_numbered() && command.checksum == ChecksumVerdict::kNone) {
    return CommandKind::kBlank;
  }
  if (acts_at_once(command.text)) return CommandKind::kEmergency;
  return command.text.starts_with("PRUSA") ? CommandKind::kQuery : CommandKind::kOther;
}

}  // namespace gcode::command
