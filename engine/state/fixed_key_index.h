// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/state/key_index.h"

namespace sluice::state {

/// Returns an index for one or two columns of fixed width up to 64 bits (whole numbers, booleans,
/// dates, times, reals), null for other columns.
std::unique_ptr<KeyIndex>
makeFixedKeyIndex(const std::vector<std::shared_ptr<arrow::Field>>& fields);

} // namespace sluice::state
