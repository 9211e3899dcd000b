// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/operators/aggregate_calls.h"

#include <vector>

namespace sluice::operators {

/// Rows of a batch on their way into cells.
struct CellRows
{
    const std::int64_t* times = nullptr;  // event time of each row of the batch
    const std::uint32_t* rows = nullptr;  // ascending; null: row i is i
    const std::uint32_t* cells = nullptr; // of the i-th row taken
    std::size_t count = 0;
};

/// The accumulators of all aggregates of a node, in columns, and which cells are free. A cell is
/// one number for all of them. One thread.
class AggregateCells
{
public:
    explicit AggregateCells(const std::vector<AggregateEntry>& entries);

    /// Returns an empty cell. grow() must follow before cells are worked on.
    std::uint32_t allocate()
    {
        if (m_free.empty())
            return m_size++;
        const std::uint32_t cell = m_free.back();
        m_free.pop_back();
        return cell;
    }
    void grow();
    void release(Cells cells);

    void add(const AggregateArguments& arguments, const CellRows& rows);
    void deduct(const AggregateArguments& arguments, const CellRows& rows);
    void merge(Cells from, Cells into);
    void deduct(Cells from, Cells into);
    /// Returns the weakest of all.
    Inverse inverse() const;

    /// Appends a column an aggregate.
    Status results(Cells cells, arrow::ArrayVector& columns) const;
    void save(Cells cells, ByteWriter& out, flow::SaveKind kind);
    void load(Cells cells, ByteReader& in, flow::SaveKind kind);
    std::size_t bytes() const;

private:
    template <class F> void each(const AggregateArguments& arguments, const CellRows& rows, F take);

    std::vector<std::unique_ptr<Aggregate>> m_aggregates;
    std::vector<std::uint32_t> m_free;
    std::uint32_t m_size = 0, m_room = 0;
    std::vector<std::uint32_t> m_filteredRows, m_filteredCells;
};

} // namespace sluice::operators
