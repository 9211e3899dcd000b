// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/operators/aggregates/aggregate.h"
#include "engine/state/flat_array.h"

#include <algorithm>
#include <array>
#include <vector>

namespace sluice::operators {

/// What the accumulators of most aggregates have in common: an array of cells of one type. Self has
/// static void mergeCell(Cell& into, const Cell& from).
template <class Self, class Cell, class Column = std::vector<Cell>>
class CellColumn : public Aggregate
{
public:
    void resize(std::size_t count) override { m_cells.resize(count); }
    void clear(Cells cells) override
    {
        for (const std::uint32_t cell : cells)
            m_cells[cell] = Cell{};
    }
    void merge(Cells from, Cells into) override
    {
        for (std::size_t i = 0; i < from.size(); ++i)
            static_cast<Self*>(this)->mergeCell(m_cells[into[i]], m_cells[from[i]]);
    }
    std::size_t bytes() const override
    {
        if constexpr (requires { m_cells.bytes(); })
            return m_cells.bytes();
        else
            return m_cells.capacity() * sizeof(Cell);
    }

protected:
    Column m_cells;
};

/// Cells without pointers, of which an empty one is all zeros: saved as they are.
template <class Self, class Cell>
class PlainCellColumn : public CellColumn<Self, Cell, state::FlatArray<Cell>>
{
    static_assert(std::is_trivially_copyable_v<Cell>);

public:
    void save(Cells cells, ByteWriter& out, flow::SaveKind) override
    {
        constexpr std::size_t kBlock = 128; // cells whose misses overlap
        std::array<Cell, kBlock> block;
        out.reserve(cells.size() * sizeof(Cell));
        for (std::size_t begin = 0; begin < cells.size(); begin += kBlock) {
            const std::size_t count = std::min(kBlock, cells.size() - begin);
            for (std::size_t i = 0; i < count; ++i)
                block[i] = this->m_cells[cells[begin + i]];
            out.raw(block.data(), count * sizeof(Cell));
        }
    }
    void load(Cells cells, ByteReader& in, flow::SaveKind) override
    {
        for (const std::uint32_t cell : cells)
            in.raw(&this->m_cells[cell], sizeof(Cell));
    }
};

/// Cells that save and load themselves and know the memory behind their pointers (bytes()). The sum
/// of that is taken again each time as many cells were worked on as there are, so that asking for
/// it costs nothing.
template <class Self, class Cell> class SketchColumn : public CellColumn<Self, Cell>
{
public:
    void save(Cells cells, ByteWriter& out, flow::SaveKind) override
    {
        for (const std::uint32_t cell : cells)
            this->m_cells[cell].save(out);
    }
    void load(Cells cells, ByteReader& in, flow::SaveKind) override
    {
        for (const std::uint32_t cell : cells)
            this->m_cells[cell].load(in);
    }
    std::size_t bytes() const override
    {
        if (m_worked >= m_worthASum) {
            m_inside = 0;
            for (const Cell& cell : this->m_cells)
                m_inside += cell.bytes();
            m_worked = 0;
            m_worthASum = this->m_cells.size();
        }
        return this->m_cells.capacity() * sizeof(Cell) + m_inside;
    }

protected:
    void noteWork(std::size_t cells) { m_worked += cells; }

private:
    mutable std::size_t m_inside = 0, m_worked = 0, m_worthASum = 0;
};

} // namespace sluice::operators
