// SPDX-License-Identifier: Apache-2.0
#include "engine/operators/sliding_cells.h"

#include <algorithm>
#include <utility>

namespace sluice::operators {

void SlidingCells::drop(std::uint32_t key)
{
    const std::uint32_t place = m_sums[key].place;
    m_keys[place] = m_keys.back();
    m_sums[m_keys[place]].place = place;
    m_keys.pop_back();
    m_sums[key] = {};
}

void SlidingCells::spoil()
{
    m_end = INT64_MIN;
    m_from.clear();
    for (const std::uint32_t key : m_keys) {
        if (m_sums[key].newer != kNone)
            m_from.push_back(m_sums[key].newer);
        m_sums[key] = {};
    }
    for (const auto& [start, older] : m_older)
        m_from.insert(m_from.end(), older.cells.begin(), older.cells.end());
    m_pool.release(m_from);
    m_keys.clear();
    m_newer.clear();
    m_older.clear();
}

void SlidingCells::enter(std::int64_t start, const SliceCells& slice)
{
    m_newer.push_back(start);
    m_into.clear();
    for (const std::uint32_t key : slice.keys()) {
        Sum& sum = m_sums[key];
        if (sum.slices++ == 0) {
            sum.place = std::uint32_t(m_keys.size());
            m_keys.push_back(key);
        }
        if (sum.newer == kNone)
            sum.newer = m_pool.allocate();
        m_into.push_back(sum.newer);
    }
    m_pool.grow();
    slice.allCells(m_from);
    m_pool.merge(m_from, m_into);
}

void SlidingCells::deduct(const SliceCells& slice)
{
    m_into.clear();
    for (const std::uint32_t key : slice.keys())
        m_into.push_back(m_sums[key].newer);
    slice.allCells(m_from);
    m_pool.deduct(m_from, m_into);
    m_into.clear();
    for (const std::uint32_t key : slice.keys()) {
        if (--m_sums[key].slices > 0)
            continue;
        m_into.push_back(m_sums[key].newer);
        drop(key);
    }
    m_pool.release(m_into);
}

// The newer slices become the older ones, newest first.
void SlidingCells::turn(const Slices& slices)
{
    std::vector<std::uint32_t> released;
    for (const std::uint32_t key : m_keys) {
        released.push_back(m_sums[key].newer);
        m_sums[key].newer = kNone;
    }
    m_pool.release(released);
    for (auto start = m_newer.rbegin(); start != m_newer.rend(); ++start) {
        const SliceCells& slice = slices.at(*start);
        Older& older = m_older[*start];
        std::vector<std::uint32_t> behind, into;
        for (const std::uint32_t key : slice.keys()) {
            const std::uint32_t next = std::exchange(m_sums[key].older, m_pool.allocate());
            older.next.push_back(next);
            older.cells.push_back(m_sums[key].older);
            if (next == kNone)
                continue;
            behind.push_back(next);
            into.push_back(m_sums[key].older);
        }
        m_pool.grow();
        slice.allCells(m_from);
        m_pool.merge(m_from, older.cells);
        m_pool.merge(behind, into);
    }
    m_newer.clear();
}

void SlidingCells::leave(const Slices& slices, std::int64_t start)
{
    const auto found = slices.find(start);
    if (m_canDeduct) {
        deduct(found->second);
        m_newer.pop_front();
        return;
    }
    if (m_older.empty())
        turn(slices);
    const auto oldest = m_older.begin();
    const auto& keys = found->second.keys();
    for (std::size_t i = 0; i < keys.size(); ++i) {
        Sum& sum = m_sums[keys[i]];
        sum.older = oldest->second.next[i];
        if (--sum.slices == 0)
            drop(keys[i]);
    }
    m_pool.release(oldest->second.cells);
    m_older.erase(oldest);
}

void SlidingCells::moveTo(const Slices& slices, std::int64_t start, std::int64_t end)
{
    if (start >= m_end || end < m_end)
        spoil(); // none of them stays
    m_sums.resize(std::max<std::size_t>(m_sums.size(), m_index.size()));
    leaveBefore(slices, start);
    for (auto at = slices.lower_bound(std::max(start, m_end)); at != slices.end(); ++at) {
        if (at->first >= end)
            break;
        enter(at->first, at->second);
    }
    m_end = end;
}

void SlidingCells::leaveBefore(const Slices& slices, std::int64_t start)
{
    while (true) {
        const std::int64_t oldest = !m_older.empty() ? m_older.begin()->first
            : !m_newer.empty()                       ? m_newer.front()
                                                     : INT64_MAX;
        if (oldest >= start)
            return;
        leave(slices, oldest);
    }
}

void SlidingCells::combined(std::vector<std::uint32_t>& keys, std::vector<std::uint32_t>& cells,
                            std::vector<std::uint32_t>& made)
{
    keys = m_keys;
    cells.clear();
    made.clear();
    m_from.clear();
    m_into.clear();
    for (const std::uint32_t key : m_keys) {
        const Sum& sum = m_sums[key];
        if (sum.older == kNone || sum.newer == kNone) {
            cells.push_back(sum.older == kNone ? sum.newer : sum.older);
            continue;
        }
        cells.push_back(m_pool.allocate());
        made.push_back(cells.back());
        m_from.push_back(sum.older);
        m_into.push_back(cells.back());
    }
    m_pool.grow();
    m_pool.merge(m_from, m_into);
    m_from.clear();
    for (const std::uint32_t key : m_keys)
        if (m_sums[key].older != kNone && m_sums[key].newer != kNone)
            m_from.push_back(m_sums[key].newer);
    m_pool.merge(m_from, m_into);
}

std::size_t SlidingCells::bytes() const
{
    std::size_t out = m_sums.capacity() * sizeof(Sum)
        + (m_keys.capacity() + m_from.capacity() + m_into.capacity()) * 4;
    for (const auto& [start, older] : m_older)
        out += (older.cells.capacity() + older.next.capacity()) * 4;
    return out;
}

} // namespace sluice::operators
