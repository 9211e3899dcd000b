// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/operators/slice_cells.h"

#include <cstdint>
#include <deque>
#include <map>
#include <vector>

namespace sluice::operators {

/// The combination of the slices of a window that moves on, so that a window costs what comes in
/// and goes out at its ends, however many slices it has: a cell for each key. Results that can be
/// taken out exactly (counts, sums of whole numbers) are deducted when a slice leaves. For others
/// there are two stacks (Tangwongsan and others, "General incremental sliding-window aggregation",
/// 2015): the newer slices are one sum, and each older slice has the sum of itself and the older
/// ones behind it, a key at a time; each slice is moved once from one stack to the other.
///
/// Costs 16 bytes a key and a cell, and with two stacks 8 bytes and a cell a (key, older slice).
/// What was combined must not change: who changes a slice says so with spoil(). One thread.
class SlidingCells
{
public:
    using Slices = std::map<std::int64_t, SliceCells>; // by start

    SlidingCells(state::KeyIndex& index, AggregateCells& pool)
        : m_index(index)
        , m_pool(pool)
        , m_canDeduct(pool.inverse() == Inverse::Exact)
    {
    }

    /// Whether a slice with this start would lie among those that are combined.
    bool reaches(std::int64_t start) const { return start < m_end; }
    /// Forgets the combination; the next moveTo() begins anew.
    void spoil();
    /// Combines the slices in [start, end); both only grow.
    void moveTo(const Slices& slices, std::int64_t start, std::int64_t end);
    /// Takes out the slices before start, which are about to be forgotten.
    void leaveBefore(const Slices& slices, std::int64_t start);

    /// Gives the keys of the window and the cell of each; some are made for the asking, which the
    /// caller releases.
    void combined(std::vector<std::uint32_t>& keys, std::vector<std::uint32_t>& cells,
                  std::vector<std::uint32_t>& made);

    std::size_t bytes() const;

private:
    static constexpr std::uint32_t kNone = UINT32_MAX;
    struct Sum
    {
        std::uint32_t newer = kNone; // cell of the newer slices
        std::uint32_t older = kNone; // cell of all older slices that the key is in
        std::uint32_t slices = 0;    // that the key is in
        std::uint32_t place = 0;     // in m_keys
    };
    // Of an older slice, beside its keys: their cells, and those of the next slice they are in.
    struct Older
    {
        std::vector<std::uint32_t> cells, next;
    };

    void enter(std::int64_t start, const SliceCells& slice);
    void leave(const Slices& slices, std::int64_t start);
    void deduct(const SliceCells& slice);
    void turn(const Slices& slices);
    void drop(std::uint32_t key);

    state::KeyIndex& m_index;
    AggregateCells& m_pool;
    const bool m_canDeduct;
    std::int64_t m_end = INT64_MIN;
    std::vector<Sum> m_sums;               // by key
    std::vector<std::uint32_t> m_keys;     // of the window
    std::deque<std::int64_t> m_newer;      // starts of slices
    std::map<std::int64_t, Older> m_older; // by start
    std::vector<std::uint32_t> m_from, m_into;
};

} // namespace sluice::operators
