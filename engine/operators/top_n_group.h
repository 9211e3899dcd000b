// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/state/key_index.h"
#include "engine/state/order_codec.h"
#include "engine/state/owned_rows.h"
#include "engine/state/ranked_rows.h"

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

namespace sluice::operators {

/// The best rows of one partition, best first.
struct TopRows
{
    state::RankedRows::List list;
    std::uint32_t key = 0;  // in the node's key index
    bool isTouched = false; // by the batch that is being worked on
    bool isUnsaved = false; // its rows, or their ids, changed since the last save
    std::int64_t newestUs = INT64_MIN;
};

/// A row that was among the best before the batch that is being worked on.
struct ShownRow
{
    state::RowId id;
    std::int64_t rank;
};

/// A partition that a batch has changed, and what its rows were before.
struct TouchedPartition
{
    std::uint32_t number;
    std::uint32_t shownBegin, shownCount; // in shown()
};

/// The partitions of one window, or of a whole stream, and the rows they keep. One thread.
///
/// A partition costs 24 bytes and 4 for each key of the node (its place by key), a row 36 and its
/// columns. Blocks of rows and whole partitions are used again; rows that were beaten are swept out
/// a few thousand at a time (state::OwnedRows).
class TopPartitions
{
public:
    /// Marks the id of a row that is still in the batch it came with; the rest is its place there.
    static constexpr state::RowId kInBatch = state::RowId(1) << 63;

    TopPartitions(std::size_t limit, bool withTies, bool hasTails)
        : m_withTies(withTies)
        , m_ranked(limit, withTies, hasTails)
    {
    }

    /// Gives the partition of each key, and makes those that are not there.
    void partitionsOf(std::span<const std::uint32_t> keys, state::KeyIndex& index,
                      std::uint32_t* numbers);
    void prefetch(std::uint32_t number) const { m_ranked.prefetch(m_partitions[number].list); }
    TopRows& at(std::uint32_t number) { return m_partitions[number]; }
    const TopRows& at(std::uint32_t number) const { return m_partitions[number]; }
    /// Partitions are numbered below this; some may be free.
    std::uint32_t endNumber() const { return std::uint32_t(m_partitions.size()); }
    std::size_t size() const { return m_partitions.size() - m_free.size(); }
    std::span<const state::RankedRows::Row> rows(const TopRows& partition) const
    {
        return m_ranked.rows(partition.list);
    }
    /// Appends the ranks of a partition's rows: 1, 2, 3 ... as ROW_NUMBER, or with ties as RANK.
    void ranks(const TopRows& partition, std::vector<std::int64_t>& out) const;

    bool isBeaten(const TopRows& partition, const state::EncodedOrder& order, std::size_t row) const
    {
        return m_ranked.isBeaten(partition.list, order, row);
    }
    /// Puts a row of the batch, which is not beaten, among the best. keepsShown: notes what the
    /// rows were.
    void insert(std::uint32_t number, const state::EncodedOrder& order, std::uint32_t row,
                bool keepsShown);
    /// Lets go of all rows of a partition; it is forgotten with the next save.
    void clear(std::uint32_t number);

    const std::vector<TouchedPartition>& touched() const { return m_touched; }
    std::span<const ShownRow> shown(const TouchedPartition& partition) const
    {
        return std::span(m_shown).subspan(partition.shownBegin, partition.shownCount);
    }
    /// Takes the rows of a batch that are among the best into the store.
    Status keep(const arrow::RecordBatch& batch);
    /// The rows that keep() took have this id or a greater one, all others a lesser one.
    state::RowId firstNew() const { return m_firstNew; }
    /// Ends the batch: what was shown is forgotten, rows that were beaten may be swept out.
    Status settle();

    Result<std::shared_ptr<arrow::RecordBatch>> gather(std::span<const state::RowId> ids) const
    {
        return m_rows.store().gather(ids);
    }
    /// Lets the keys go, before the partitions are forgotten as a whole.
    void release(state::KeyIndex& index) const;

    std::int64_t bytes() const;

    bool hasUnsaved() const { return !m_unsaved.empty(); }
    /// Writes all partitions, or those that changed and the rows that came; forgets the empty ones.
    Status save(ByteWriter& out, bool isWhole, state::KeyIndex& index);
    /// Reads partitions; those that are there already are replaced. The order is computed from the
    /// rows.
    Status load(ByteReader& in, const state::OrderCodec& order, state::KeyIndex& index);

private:
    struct LoadedOrder;

    void markUnsaved(std::uint32_t number);
    void dropAll();
    void forget(std::uint32_t number, state::KeyIndex& index);
    Status loadPartition(std::uint32_t number, std::uint64_t rows, ByteReader& in,
                         const LoadedOrder& order);

    const bool m_withTies;
    std::vector<std::uint32_t> m_byKey; // partition of a key; kNone if it has none
    std::vector<TopRows> m_partitions;
    std::vector<std::uint32_t> m_free, m_unsaved;
    state::RankedRows m_ranked;
    state::OwnedRows m_rows;

    // Of the batch that is being worked on.
    std::vector<TouchedPartition> m_touched;
    std::vector<ShownRow> m_shown;
    std::vector<state::RowId> m_dropped;
    std::vector<std::int64_t> m_ranks;
    state::RowId m_firstNew = state::kNoRow;
};

} // namespace sluice::operators
