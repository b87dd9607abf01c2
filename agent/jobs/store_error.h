// Why a call of the history's file failed, as exceptions with a sentence.
#pragma once

#include <stdexcept>

namespace agent::jobs {

struct StoreError : std::runtime_error {
  using std::runtime_error::runtime_error;
};
/// The file is no database of ours, or damaged: it will not get better.
struct StoreDamaged : StoreError {
  using StoreError::StoreError;
};

}  // namespace agent::jobs
