// SPDX-License-Identifier: Apache-2.0
#include "engine/operators/top_n_group.h"

#include "engine/columns/row_gather.h"
#include "engine/columns/types.h"

#include <algorithm>

namespace sluice::operators {
namespace {

constexpr std::uint32_t kNone = UINT32_MAX;
constexpr std::size_t kBlock = 64; // keys whose places are fetched together

} // namespace

void TopPartitions::partitionsOf(std::span<const std::uint32_t> keys, state::KeyIndex& index,
                                 std::uint32_t* numbers)
{
    if (m_byKey.size() < index.size())
        m_byKey.resize(index.size(), kNone);
    for (std::size_t begin = 0; begin < keys.size(); begin += kBlock) {
        const std::size_t end = std::min(keys.size(), begin + kBlock);
        for (std::size_t i = begin; i < end; ++i)
            __builtin_prefetch(&m_byKey[keys[i]]);
        for (std::size_t i = begin; i < end; ++i) {
            std::uint32_t& number = m_byKey[keys[i]];
            if (number == kNone) {
                if (m_free.empty()) {
                    number = std::uint32_t(m_partitions.size());
                    m_partitions.emplace_back();
                } else {
                    number = m_free.back();
                    m_free.pop_back();
                }
                m_partitions[number].key = keys[i];
                index.retain(keys[i]);
            }
            numbers[i] = number;
            __builtin_prefetch(&m_partitions[number]);
        }
    }
}

void TopPartitions::ranks(const TopRows& partition, std::vector<std::int64_t>& out) const
{
    for (std::size_t i = 0; i < partition.list.count; ++i) {
        const bool isTie = m_withTies && i > 0 && m_ranked.isTie(partition.list, i, i - 1);
        out.push_back(isTie ? out.back() : std::int64_t(i) + 1);
    }
}

void TopPartitions::markUnsaved(std::uint32_t number)
{
    if (m_partitions[number].isUnsaved)
        return;
    m_partitions[number].isUnsaved = true;
    m_unsaved.push_back(number);
}

void TopPartitions::insert(std::uint32_t number, const state::EncodedOrder& order,
                           std::uint32_t row, bool keepsShown)
{
    TopRows& partition = m_partitions[number];
    if (!partition.isTouched) {
        partition.isTouched = true;
        markUnsaved(number);
        const std::uint32_t count = keepsShown ? partition.list.count : 0;
        m_touched.push_back({number, std::uint32_t(m_shown.size()), count});
        if (count > 0) {
            m_ranks.clear();
            ranks(partition, m_ranks);
            const auto before = rows(partition);
            for (std::size_t i = 0; i < count; ++i)
                m_shown.push_back({before[i].id, m_ranks[i]});
        }
    }
    m_ranked.insert(partition.list, order, row, kInBatch | row, m_dropped);
}

void TopPartitions::clear(std::uint32_t number)
{
    m_ranked.clear(m_partitions[number].list, m_dropped);
    markUnsaved(number);
}

Status TopPartitions::keep(const arrow::RecordBatch& batch)
{
    struct New
    {
        std::uint32_t row, owner;
        state::RowId* id;
    };
    std::vector<New> come;
    for (const TouchedPartition& touched : m_touched)
        for (state::RankedRows::Row& row : m_ranked.rows(m_partitions[touched.number].list))
            if (row.id & kInBatch)
                come.push_back({std::uint32_t(row.id & ~kInBatch), touched.number, &row.id});
    m_firstNew = state::kNoRow;
    if (come.empty())
        return ok();
    std::vector<ColumnPiece> pieces;
    for (const auto& column : batch.columns())
        pieces.push_back(pieceOf(*column));
    std::vector<RowRun> runs;
    std::vector<std::uint32_t> owners;
    for (const New& each : come) {
        runs.push_back({.pieces = pieces.data(), .begin = each.row});
        owners.push_back(each.owner);
    }
    arrow::ArrayVector columns;
    for (int i = 0; i < batch.num_columns(); ++i) {
        auto column = gatherColumn(batch.column(i)->type(), std::size_t(i), runs);
        if (!column.ok())
            return errorFromArrow(column.status(), "top_n");
        columns.push_back(std::move(*column));
    }
    const auto kept
        = arrow::RecordBatch::Make(batch.schema(), std::int64_t(come.size()), std::move(columns));
    SLUICE_TRY(m_firstNew, m_rows.append(*kept, owners));
    for (std::size_t i = 0; i < come.size(); ++i)
        *come[i].id = m_firstNew + i;
    return ok();
}

void TopPartitions::dropAll()
{
    for (const state::RowId id : m_dropped)
        if (!(id & kInBatch))
            m_rows.drop(id);
    m_dropped.clear();
}

Status TopPartitions::settle()
{
    for (const TouchedPartition& touched : m_touched)
        m_partitions[touched.number].isTouched = false;
    m_touched.clear();
    m_shown.clear();
    dropAll();
    return m_rows.sweep([this](std::uint32_t owner, state::RowId from, state::RowId to) {
        const auto all = m_ranked.rows(m_partitions[owner].list);
        const auto moved = std::ranges::find(all, from, &state::RankedRows::Row::id);
        moved->id = to;
        markUnsaved(owner);
    });
}

void TopPartitions::forget(std::uint32_t number, state::KeyIndex& index)
{
    TopRows& partition = m_partitions[number];
    index.release(partition.key);
    m_byKey[partition.key] = kNone;
    partition = {};
    m_free.push_back(number);
}

void TopPartitions::release(state::KeyIndex& index) const
{
    for (std::uint32_t number = 0; number < endNumber(); ++number) {
        const TopRows& partition = m_partitions[number];
        if (partition.key < m_byKey.size() && m_byKey[partition.key] == number)
            index.release(partition.key);
    }
}

std::int64_t TopPartitions::bytes() const
{
    return m_rows.bytes()
        + std::int64_t(m_ranked.bytes() + m_byKey.capacity() * sizeof(std::uint32_t)
                       + m_partitions.capacity() * sizeof(TopRows)
                       + (m_free.capacity() + m_unsaved.capacity()) * sizeof(std::uint32_t));
}

} // namespace sluice::operators
