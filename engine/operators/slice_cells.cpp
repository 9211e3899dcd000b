// SPDX-License-Identifier: Apache-2.0
#include "engine/operators/slice_cells.h"

#include <algorithm>

namespace sluice::operators {
namespace {

constexpr std::size_t kAlwaysDense = 1024; // keys of a node that an array is never too large for
constexpr std::size_t kFirstSlots = 16;
constexpr std::size_t kAhead = 24;
constexpr std::size_t kRun = 64;

} // namespace

std::uint32_t SliceCells::entryOf(std::uint32_t key) const
{
    if (m_isDense)
        return key < m_dense.size() ? m_dense[key] : 0;
    if (m_table.empty())
        return 0;
    for (std::size_t at = slotOf(key);; at = (at + 1) & (m_table.size() - 1))
        if (m_table[at].key == key || m_table[at].key == UINT32_MAX)
            return m_table[at].entry;
}

std::uint32_t* SliceCells::entryAt(std::uint32_t key)
{
    if (m_isDense)
        return key < m_dense.size() && m_dense[key] != 0 ? &m_dense[key] : nullptr;
    for (std::size_t at = slotOf(key);; at = (at + 1) & (m_table.size() - 1)) {
        if (m_table[at].key == key)
            return &m_table[at].entry;
        if (m_table[at].key == UINT32_MAX)
            return nullptr;
    }
}

std::uint32_t SliceCells::find(std::uint32_t key) const
{
    return cellIn(entryOf(key));
}

void SliceCells::growTable(const state::KeyIndex& index)
{
    if (index.size() <= kAlwaysDense || m_keys.size() * 4 >= index.size()) {
        m_dense.resize(index.size());
        for (const Slot& slot : m_table)
            if (slot.key != UINT32_MAX)
                m_dense[slot.key] = slot.entry;
        m_table = {};
        m_isDense = true;
        return;
    }
    std::vector<Slot> old(std::max(kFirstSlots, m_table.size() * 2));
    old.swap(m_table);
    for (const Slot& slot : old) {
        if (slot.key == UINT32_MAX)
            continue;
        std::size_t at = slotOf(slot.key);
        while (m_table[at].key != UINT32_MAX)
            at = (at + 1) & (m_table.size() - 1);
        m_table[at] = slot;
    }
}

std::uint32_t& SliceCells::makeEntry(std::uint32_t key, state::KeyIndex& index,
                                     AggregateCells& pool)
{
    if (!m_isDense && (m_keys.size() + 1) * 2 > m_table.size())
        growTable(index);
    m_keys.push_back(key);
    index.retain(key);
    if (m_isDense) {
        if (key >= m_dense.size())
            m_dense.resize(index.size());
        m_dense[key] = pool.allocate() + 1;
        return m_dense[key];
    }
    std::size_t at = slotOf(key);
    while (m_table[at].key != UINT32_MAX)
        at = (at + 1) & (m_table.size() - 1);
    m_table[at] = {key, pool.allocate() + 1};
    return m_table[at].entry;
}

void SliceCells::mark(std::uint32_t key, std::uint32_t& entry)
{
    const std::uint32_t added = m_wanted & ~entry;
    if (added & Unsaved)
        m_unsaved.push_back(key);
    if (added & Unemitted)
        m_unemitted.push_back(key);
    entry |= added;
}

std::uint32_t SliceCells::slowCell(std::uint32_t key, state::KeyIndex& index, AggregateCells& pool)
{
    std::uint32_t* entry = m_isDense || !m_table.empty() ? entryAt(key) : nullptr;
    std::uint32_t& found = entry ? *entry : makeEntry(key, index, pool);
    mark(key, found);
    return cellIn(found);
}

void SliceCells::cellsOf(const std::uint32_t* keys, std::size_t count, std::uint32_t* cells,
                         state::KeyIndex& index, AggregateCells& pool)
{
    std::size_t i = 0;
    for (; i < count && !m_isDense; ++i) {
        if (m_table.empty()) {
            cells[i] = slowCell(keys[i], index, pool);
            continue;
        }
        if (i + kAhead < count)
            __builtin_prefetch(&m_table[slotOf(keys[i + kAhead])]);
        const Slot& slot = m_table[slotOf(keys[i])];
        const bool isPlain = slot.key == keys[i] && (slot.entry & m_wanted) == m_wanted;
        cells[i] = isPlain ? cellIn(slot.entry) : slowCell(keys[i], index, pool);
    }
    if (i == count)
        return;
    if (m_dense.size() < index.size())
        m_dense.resize(index.size());
    // A run at a time without a branch, as long as all of its keys are there and marked.
    const std::uint32_t* entries = m_dense.data();
    for (; i < count; i += kRun) {
        const std::size_t end = std::min(count, i + kRun);
        std::uint32_t marks = m_wanted;
        for (std::size_t row = i; row < end; ++row) {
            const std::uint32_t entry = entries[keys[row]];
            marks &= entry;
            cells[row] = cellIn(entry);
        }
        for (std::size_t row = i; marks != m_wanted && row < end; ++row) {
            const std::uint32_t entry = entries[keys[row]];
            cells[row]
                = (entry & m_wanted) == m_wanted ? cellIn(entry) : slowCell(keys[row], index, pool);
        }
    }
}

void SliceCells::allCells(std::vector<std::uint32_t>& cells) const
{
    cells.resize(m_keys.size());
    for (std::size_t i = 0; i < m_keys.size(); ++i)
        cells[i] = cellIn(entryOf(m_keys[i]));
}

void SliceCells::cellsAndMarks(const std::vector<std::uint32_t>& keys,
                               std::vector<std::uint32_t>& cells,
                               std::vector<std::uint8_t>& isUnemitted) const
{
    cells.resize(keys.size());
    isUnemitted.resize(keys.size());
    for (std::size_t i = 0; i < keys.size(); ++i) {
        const std::uint32_t entry = entryOf(keys[i]);
        cells[i] = cellIn(entry);
        isUnemitted[i] = (entry & Unemitted) != 0;
    }
}

void SliceCells::clearUnsaved()
{
    for (const std::uint32_t key : m_unsaved)
        *entryAt(key) &= ~std::uint32_t(Unsaved);
    m_unsaved.clear();
}

void SliceCells::clearUnemitted()
{
    for (const std::uint32_t key : m_unemitted) {
        std::uint32_t& entry = *entryAt(key);
        if (!(entry & Unsaved))
            m_unsaved.push_back(key);
        entry = (entry | Unsaved) & ~std::uint32_t(Unemitted);
    }
    m_unemitted.clear();
}

void SliceCells::restoreMarks(const std::vector<std::uint32_t>& keys,
                              const std::vector<std::uint8_t>& isUnemitted)
{
    for (std::size_t i = 0; i < keys.size(); ++i) {
        std::uint32_t& entry = *entryAt(keys[i]);
        entry = (entry & kCellBits) | (isUnemitted[i] ? Unemitted : 0u);
    }
    m_unsaved.clear();
    m_unemitted.clear();
    for (const std::uint32_t key : m_keys)
        if (entryOf(key) & Unemitted)
            m_unemitted.push_back(key);
}

std::size_t SliceCells::bytes() const
{
    return m_table.capacity() * sizeof(Slot) + m_dense.bytes()
        + (m_keys.capacity() + m_unsaved.capacity() + m_unemitted.capacity()) * 4;
}

} // namespace sluice::operators
