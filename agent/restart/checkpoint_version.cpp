#include "agent/restart/checkpoint_version.h"

namespace agent::restart {

const std::uint32_t kCheckpointVersion = 11;

bool knows_checkpoint(std::uint32_t version) { return version == 11; }

}  // namespace agent::restart
