// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/flow/change_stream.h"
#include "engine/operators/top_n_group.h"

#include <cstdint>
#include <vector>

namespace sluice::operators {

/// Rows on their way out of a top-N, one entry a row; what is not asked for stays empty.
struct TopRowsOut
{
    std::vector<state::RowId> ids;
    std::vector<std::int64_t> ranks;
    std::vector<flow::Change> changes;
    std::vector<std::int64_t> times;
};

/// Adds what turns the rows that were shown of a partition into those it has now, once its new rows
/// are kept: the rows that left and came. isOne: the partition has one row at most, whose old and
/// new values belong together.
void addChanges(const TopPartitions& all, const TouchedPartition& touched, bool isOne,
                TopRowsOut& out);
/// The same when a row shows its rank: each place is a result of its own.
void addRankedChanges(const TopPartitions& all, const TouchedPartition& touched, TopRowsOut& out);

} // namespace sluice::operators
