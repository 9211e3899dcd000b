// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/base/result.h"
#include "engine/state/row_store.h"

#include <memory>
#include <span>
#include <vector>

#include <arrow/array.h>

namespace sluice::state {

/// Puts together one column of the rows of ids: pieces[i] is the column in chunk first + i, null
/// for a chunk that is gone. kNoRow gives null. Fixed-width and text columns are copied value by
/// value; nested ones take the way through arrow's Take.
Result<std::shared_ptr<arrow::Array>> gatherColumn(const std::shared_ptr<arrow::DataType>& type,
                                                   const std::vector<const arrow::Array*>& pieces,
                                                   std::uint64_t first, std::span<const RowId> ids);

} // namespace sluice::state
