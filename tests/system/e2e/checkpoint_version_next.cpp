#include "agent/restart/checkpoint_version.h"

namespace agent::restart {

const std::uint32_t kCheckpointVersion = 13;

bool knows_checkpoint(std::uint32_t version) { return version == 12 || version == 13; }

}  // namespace agent::restart
