// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/operators/aggregate_cells.h"
#include "engine/state/flat_array.h"
#include "engine/state/key_index.h"

#include <cstdint>
#include <vector>

namespace sluice::operators {

/// The cells of one slice: which cell each key has, in which order keys came, which keys changed
/// since they were last saved and since they were last emitted.
///
/// While a slice has few of the node's keys they are in an open-addressed table (16 to 32 bytes a
/// key); from a quarter on, in an array by key number (4 bytes for each key of the node, so at most
/// 16 for each of the slice). With 4 bytes a key for the order and 8 for a count, a (key, slice)
/// costs at most 44 bytes. Marks are bits beside the cell's number: a row of a key that is marked
/// already costs one look. One thread.
class SliceCells
{
public:
    enum Mark : std::uint32_t { Unsaved = 1u << 31, Unemitted = 1u << 30 };
    static constexpr std::uint32_t kNone = UINT32_MAX;

    /// Whether changes are marked as not emitted.
    void trackEmission(bool isTracked) { m_wanted = isTracked ? Unsaved | Unemitted : Unsaved; }

    /// Gives the cell of the key of each of count rows, makes those that are not there, and marks
    /// them as changed. keys holds the numbers of the rows; what a slice holds it retains.
    void cellsOf(const std::uint32_t* keys, std::size_t count, std::uint32_t* cells,
                 state::KeyIndex& index, AggregateCells& pool);
    /// Returns the cell of a key, kNone if it has none.
    std::uint32_t find(std::uint32_t key) const;

    /// Keys in the order in which they came.
    const std::vector<std::uint32_t>& keys() const { return m_keys; }
    /// Gives for some of its keys the cell and whether it is marked as not emitted.
    void cellsAndMarks(const std::vector<std::uint32_t>& keys, std::vector<std::uint32_t>& cells,
                       std::vector<std::uint8_t>& isUnemitted) const;
    /// Gives the cells of keys() in their order.
    void allCells(std::vector<std::uint32_t>& cells) const;

    const std::vector<std::uint32_t>& unsaved() const { return m_unsaved; }
    const std::vector<std::uint32_t>& unemitted() const { return m_unemitted; }
    void clearUnsaved();
    /// That keys were emitted must survive a restart: they are marked as not saved.
    void clearUnemitted();
    /// Sets the marks of keys as they were saved.
    void restoreMarks(const std::vector<std::uint32_t>& keys,
                      const std::vector<std::uint8_t>& isUnemitted);

    std::size_t bytes() const;

private:
    // An entry is the number of a cell + 1 and its marks; 0: the key has none.
    struct Slot
    {
        std::uint32_t key = UINT32_MAX;
        std::uint32_t entry = 0;
    };
    static constexpr std::uint32_t kCellBits = Unemitted - 1;
    static std::uint32_t cellIn(std::uint32_t entry) { return (entry & kCellBits) - 1; }

    std::uint32_t entryOf(std::uint32_t key) const;
    std::uint32_t* entryAt(std::uint32_t key);
    std::uint32_t slowCell(std::uint32_t key, state::KeyIndex& index, AggregateCells& pool);
    std::uint32_t& makeEntry(std::uint32_t key, state::KeyIndex& index, AggregateCells& pool);
    void mark(std::uint32_t key, std::uint32_t& entry);
    void growTable(const state::KeyIndex& index);
    std::size_t slotOf(std::uint32_t key) const
    {
        return std::size_t(key * 0x9e3779b1u) & (m_table.size() - 1);
    }

    std::uint32_t m_wanted = Unsaved;
    bool m_isDense = false;
    state::FlatArray<std::uint32_t> m_dense; // entry by key
    std::vector<Slot> m_table;
    std::vector<std::uint32_t> m_keys, m_unsaved, m_unemitted;
};

} // namespace sluice::operators
