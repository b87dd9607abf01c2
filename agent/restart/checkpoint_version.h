// The version of the checkpoint format that this program writes, and the versions that it can resume from. In a file of
// its own, so that a test can link a program of another version.
#pragma once

#include <cstdint>

namespace agent::restart {

/// Increases with every change to gcode::relay::RelayState or to LinkMemory's block; a test compares the sizes with it.
extern const std::uint32_t kCheckpointVersion;

/// Whether a state that was written as `version` can be read unchanged. The conversion of a state with another layout
/// belongs into checkpoint_version.cpp too.
[[nodiscard]] bool knows_checkpoint(std::uint32_t version);

}  // namespace agent::restart
