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

} // namespace

// Rows that stay keep their order among each other, so one walk over both lists tells them.
void addChanges(const TopPartitions& all, const TouchedPartition& touched, bool isOne,
                TopRowsOut& out)
{
    const TopRows& partition = all.at(touched.number);
    const auto shown = all.shown(touched);
    const auto rows = all.rows(partition);
    const bool isUpdate = isOne && !shown.empty();
    const state::RowId oldest = all.firstNew();
    std::size_t was = 0;
    for (const state::RankedRows::Row& row : rows) {
        if (row.id >= oldest)
            continue;
        for (; shown[was].id != row.id; ++was)
            put(partition, shown[was].id,
                isUpdate ? flow::Change::UpdateBefore : flow::Change::Delete, out);
        ++was;
    }
    for (; was < shown.size(); ++was)
        put(partition, shown[was].id, isUpdate ? flow::Change::UpdateBefore : flow::Change::Delete,
            out);
    for (const state::RankedRows::Row& row : rows)
        if (row.id >= oldest)
            put(partition, row.id, isUpdate ? flow::Change::UpdateAfter : flow::Change::Insert,
                out);
}

void addRankedChanges(const TopPartitions& all, const TouchedPartition& touched, TopRowsOut& out)
{
    const TopRows& partition = all.at(touched.number);
    const auto shown = all.shown(touched);
    const auto rows = all.rows(partition);
    std::vector<std::int64_t> now;
    all.ranks(partition, now);
    for (std::size_t i = 0; i < std::max(shown.size(), rows.size()); ++i) {
        const bool was = i < shown.size(), is = i < rows.size();
        if (was && is && shown[i].id == rows[i].id && shown[i].rank == now[i])
            continue;
        if (was) {
            put(partition, shown[i].id, is ? flow::Change::UpdateBefore : flow::Change::Delete,
                out);
            out.ranks.push_back(shown[i].rank);
        }
        if (is) {
            put(partition, rows[i].id, was ? flow::Change::UpdateAfter : flow::Change::Insert, out);
            out.ranks.push_back(now[i]);
        }
    }
}

} // namespace sluice::operators
