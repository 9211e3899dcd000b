// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/state/keyed_rows.h"

#include <memory>
#include <vector>

#include <arrow/array/builder_binary.h>
#include <arrow/array/builder_primitive.h>

namespace sluice::test {

struct KeptRow
{
    std::int64_t key; // negative: null
    std::int64_t timeUs;
    std::string text;
};

/// A batch with the columns k (long), s (string) and the event time.
inline std::shared_ptr<arrow::RecordBatch> keptRows(const std::vector<KeptRow>& rows)
{
    arrow::Int64Builder keys, times;
    arrow::StringBuilder texts;
    arrow::Status status;
    for (const KeptRow& row : rows) {
        status &= row.key < 0 ? keys.AppendNull() : keys.Append(row.key);
        status &= times.Append(row.timeUs);
        status &= texts.Append(row.text);
    }
    return arrow::RecordBatch::Make(
        arrow::schema({arrow::field("k", arrow::int64()), arrow::field("s", arrow::utf8()),
                       arrow::field(state::kRowTimeColumn, arrow::int64())}),
        std::int64_t(rows.size()), {*keys.Finish(), *texts.Finish(), *times.Finish()});
}

} // namespace sluice::test
