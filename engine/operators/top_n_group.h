// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/state/key_table.h"
#include "engine/state/order_codec.h"
#include "engine/state/row_store.h"

#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

namespace sluice::operators {

/// The best rows of one partition, best first.
struct TopRows
{
    struct Row
    {
        state::OrderKey order;
        state::RowId id = 0;
    };
    std::vector<Row> rows;
    std::vector<Row> shown; // what the rows were before the batch that is being worked on
    std::int64_t newestUs = INT64_MIN;
    bool isTouched = false; // by the batch that is being worked on
    bool isUnsaved = false;

    /// Puts a row into its place if it is among the best; returns whether it is. Of equal rows the
    /// one that came first is first. withTies keeps every row that is equal to the limit-th.
    bool insert(const state::EncodedOrder& order, std::size_t row, state::RowId id,
                std::size_t limit, bool withTies);
    /// Whether a row is not worth inserting.
    bool isBeaten(const state::EncodedOrder& order, std::size_t row, std::size_t limit,
                  bool withTies) const;
};

/// The partitions of one window, or of a whole stream, and the rows they keep. One thread.
class TopPartitions
{
public:
    /// Marks the id of a row that is still in the batch it came with; the rest is its place there.
    static constexpr state::RowId kInBatch = state::RowId(1) << 63;

    TopRows& partition(std::string_view key, std::uint64_t hash);
    TopRows& at(std::uint32_t number) { return m_partitions[number]; }
    const TopRows& at(std::uint32_t number) const { return m_partitions[number]; }
    std::uint32_t numberOf(const TopRows& partition) const
    {
        return std::uint32_t(&partition - m_partitions.data());
    }
    std::uint32_t size() const { return std::uint32_t(m_partitions.size()); }
    std::string_view key(std::uint32_t number) const { return m_keys.key(number); }

    /// Takes the rows of a batch that touched partitions name into the store.
    Status keep(const std::shared_ptr<arrow::RecordBatch>& batch,
                const std::vector<std::uint32_t>& touched);
    Result<std::shared_ptr<arrow::RecordBatch>> gather(std::span<const state::RowId> ids) const
    {
        return m_rows.gather(ids);
    }
    const std::shared_ptr<arrow::Schema>& schema() const { return m_rows.schema(); }
    /// Makes the store anew without the rows that were beaten, when they are more than the others.
    Status compact();
    /// Forgets partitions without rows, when they are more than the others.
    void forgetEmpty();

    std::int64_t bytes() const { return m_rows.bytes() + std::int64_t(m_keys.bytes()); }

    /// Writes the partitions of numbers, whole.
    Status save(ByteWriter& out, const std::vector<std::uint32_t>& numbers);
    /// Reads partitions; those that are there already are replaced. The order keys are computed
    /// from the rows.
    Status load(ByteReader& in, const state::OrderCodec& order);

private:
    state::KeyTable m_keys;
    std::vector<TopRows> m_partitions; // by key number
    state::RowStore m_rows;
};

} // namespace sluice::operators
