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

/// Returns the ranks of rows in order: 1, 2, 3 ... as ROW_NUMBER, or with ties as RANK.
std::vector<std::int64_t> ranksOf(const std::vector<TopRows::Row>& rows, bool withTies);

/// Adds what turns the rows that were shown of a partition into those it has now: the rows that
/// left and came. isOne: the partition has one row at most, whose old and new values belong
/// together.
void addChanges(const TopRows& partition, bool isOne, TopRowsOut& out);
/// The same when a row shows its rank: each place is a result of its own.
void addRankedChanges(const TopRows& partition, bool withTies, TopRowsOut& out);

} // namespace sluice::operators
