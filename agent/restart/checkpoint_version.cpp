#include "agent/restart/checkpoint_version.h"

namespace agent::restart {

const std::uint32_t kCheckpointVersion = 6;

bool knows_checkpoint(std::uint32_t version) { return version == 6; }

}  // namespace agent::restart
