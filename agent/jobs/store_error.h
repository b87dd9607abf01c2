// Why a call of the history file failed, as exceptions with a sentence.
#pragma once

#include <stdexcept>

namespace agent::jobs {

struct StoreError : std::runtime_error {
  using std::runtime_error::runtime_error;
};
/// The file is not a database or is damaged: a retry does not help.
struct StoreDamaged : StoreError {
  using StoreError::StoreError;
};

}  // namespace agent::jobs
