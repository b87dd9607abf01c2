// The version of the ledger's format that this program writes, and which ones it can go on with. Alone in its file, so
// that a test can link a program of another version.
#pragma once

#include <cstdint>
#include <span>

namespace agent::restart {

/// Goes up with every change to gcode::relay::RelayState or to LinkMemory's block; a test holds the sizes to it.
extern const std::uint32_t kLedgerVersion;

/// Whether a state that was written as `version` can be read as it is. A version whose state has another layout gets its
/// conversion in checkpoint_version.cpp too, when there is one.
[[nodiscard]] bool knows_checkpoint(std::uint32_t version);

}  // namespace agent::restart
