#include "agent/ledger_version.h"

namespace agent {

const std::uint32_t kLedgerVersion = 1;

bool knows_ledger(std::uint32_t version) { return version == 1; }

}  // namespace agent
