// SPDX-License-Identifier: Apache-2.0
#include "engine/operators/aggregate_cells.h"

#include <algorithm>

namespace sluice::operators {

AggregateCells::AggregateCells(const std::vector<AggregateEntry>& entries)
{
    for (const AggregateEntry& entry : entries)
        m_aggregates.push_back(entry.aggregate.make());
}

void AggregateCells::grow()
{
    if (m_size <= m_room)
        return;
    m_room = m_size;
    for (const auto& aggregate : m_aggregates)
        aggregate->resize(m_room);
}

void AggregateCells::release(Cells cells)
{
    for (const auto& aggregate : m_aggregates)
        aggregate->clear(cells);
    // The first to be released are the first to be used again: neighbours stay neighbours.
    m_free.insert(m_free.end(), cells.rbegin(), cells.rend());
}

template <class F>
void AggregateCells::each(const AggregateArguments& arguments, const CellRows& rows, F take)
{
    for (std::size_t i = 0; i < m_aggregates.size(); ++i) {
        AggregateRows in{arguments.values[i].get(), rows.times, rows.rows, rows.cells, rows.count};
        if (const auto& filter = arguments.filters[i]) {
            m_filteredRows.clear();
            m_filteredCells.clear();
            for (std::size_t k = 0; k < rows.count; ++k) {
                if (!filter->Value(in.row(k)))
                    continue;
                m_filteredRows.push_back(in.row(k));
                m_filteredCells.push_back(rows.cells[k]);
            }
            in.rows = m_filteredRows.data();
            in.cells = m_filteredCells.data();
            in.count = m_filteredRows.size();
        }
        take(*m_aggregates[i], in);
    }
}

void AggregateCells::add(const AggregateArguments& arguments, const CellRows& rows)
{
    each(arguments, rows, [](Aggregate& aggregate, const AggregateRows& in) { aggregate.add(in); });
}

void AggregateCells::deduct(const AggregateArguments& arguments, const CellRows& rows)
{
    each(arguments, rows,
         [](Aggregate& aggregate, const AggregateRows& in) { aggregate.deduct(in); });
}

void AggregateCells::merge(Cells from, Cells into)
{
    for (const auto& aggregate : m_aggregates)
        aggregate->merge(from, into);
}

void AggregateCells::deduct(Cells from, Cells into)
{
    for (const auto& aggregate : m_aggregates)
        aggregate->deduct(from, into);
}

Inverse AggregateCells::inverse() const
{
    Inverse weakest = Inverse::Exact;
    for (const auto& aggregate : m_aggregates)
        weakest = std::min(weakest, aggregate->inverse());
    return weakest;
}

Status AggregateCells::results(Cells cells, arrow::ArrayVector& columns) const
{
    for (const auto& aggregate : m_aggregates) {
        SLUICE_TRY(auto column, aggregate->results(cells));
        columns.push_back(std::move(column));
    }
    return ok();
}

void AggregateCells::save(Cells cells, ByteWriter& out, flow::SaveKind kind)
{
    for (const auto& aggregate : m_aggregates)
        aggregate->save(cells, out, kind);
}

void AggregateCells::load(Cells cells, ByteReader& in, flow::SaveKind kind)
{
    for (const auto& aggregate : m_aggregates)
        aggregate->load(cells, in, kind);
}

std::size_t AggregateCells::bytes() const
{
    std::size_t out = m_free.capacity() * 4;
    for (const auto& aggregate : m_aggregates)
        out += aggregate->bytes();
    return out;
}

} // namespace sluice::operators
