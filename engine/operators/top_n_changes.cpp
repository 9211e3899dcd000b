// SPDX-License-Identifier: Apache-2.0
#include "engine/operators/top_n_changes.h"

#include <algorithm>

namespace sluice::operators {
namespace {

void put(const TopRows& partition, state::RowId id, flow::Change change, TopRowsOut& out)
{
    out.ids.push_back(id);
    out.changes.push_back(change);
    out.times.push_back(partition.newestUs);
}

bool isIn(const std::vector<TopRows::Row>& rows, state::RowId id)
{
    return std::ranges::find(rows, id, &TopRows::Row::id) != rows.end();
}

} // namespace

std::vector<std::int64_t> ranksOf(const std::vector<TopRows::Row>& rows, bool withTies)
{
    std::vector<std::int64_t> ranks;
    for (std::size_t i = 0; i < rows.size(); ++i) {
        const bool isTie = withTies && i > 0 && rows[i].order == rows[i - 1].order;
        ranks.push_back(isTie ? ranks.back() : std::int64_t(i) + 1);
    }
    return ranks;
}

void addChanges(const TopRows& partition, bool isOne, TopRowsOut& out)
{
    const bool isUpdate = isOne && !partition.shown.empty();
    for (const TopRows::Row& row : partition.shown)
        if (!isIn(partition.rows, row.id))
            put(partition, row.id, isUpdate ? flow::Change::UpdateBefore : flow::Change::Delete,
                out);
    for (const TopRows::Row& row : partition.rows)
        if (!isIn(partition.shown, row.id))
            put(partition, row.id, isUpdate ? flow::Change::UpdateAfter : flow::Change::Insert,
                out);
}

void addRankedChanges(const TopRows& partition, bool withTies, TopRowsOut& out)
{
    const std::vector<TopRows::Row>&shown = partition.shown, &rows = partition.rows;
    const std::vector<std::int64_t> before = ranksOf(shown, withTies),
                                    now = ranksOf(rows, withTies);
    for (std::size_t i = 0; i < std::max(shown.size(), rows.size()); ++i) {
        const bool was = i < shown.size(), is = i < rows.size();
        if (was && is && shown[i].id == rows[i].id && before[i] == now[i])
            continue;
        if (was) {
            put(partition, shown[i].id, is ? flow::Change::UpdateBefore : flow::Change::Delete,
                out);
            out.ranks.push_back(before[i]);
        }
        if (is) {
            put(partition, rows[i].id, was ? flow::Change::UpdateAfter : flow::Change::Insert, out);
            out.ranks.push_back(now[i]);
        }
    }
}

} // namespace sluice::operators
