// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/base/result.h"
#include "engine/columns/types.h"
#include "engine/flow/change_stream.h"

#include <cstdint>
#include <vector>

#include <arrow/array.h>
#include <arrow/record_batch.h>

namespace sluice::operators {

/// Returns for each row of a change stream whether it takes a row away (flow::Change).
inline Result<std::vector<std::uint8_t>> retractionsOf(const arrow::RecordBatch& changes)
{
    SLUICE_TRY(const auto column, columnNamed(changes, flow::kChangeColumn));
    const auto& words = static_cast<const arrow::StringArray&>(*column);
    std::vector<std::uint8_t> out(std::size_t(words.length()));
    for (std::size_t row = 0; row < out.size(); ++row)
        out[row] = flow::isRetraction(words.GetView(std::int64_t(row)));
    return out;
}

} // namespace sluice::operators
