// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/operators/sliding_cells.h"
#include "engine/operators/window_store.h"

#include <map>

namespace sluice::operators {

/// Tumbling, hopping and cumulating windows over slices that they share: a row goes into one slice;
/// a window combines its slices when it is complete, and those of the next window go on from there
/// (SlidingCells). A slice is forgotten when the last window over
/// it takes no more rows.
class SliceStore final : public WindowStore
{
public:
    SliceStore(const WindowSpec& spec, const WindowTiming& timing, state::KeyIndex& index,
               AggregateCells& pool, bool combinesAnew);

    void take(const std::int64_t* times, const Numbers& keys, EventTime watermark,
              TakenRows& out) override;
    Status advance(EventTime watermark, const Emit& emit) override;
    void save(ByteWriter& out, flow::SaveKind kind) override;
    Status load(ByteReader& in, flow::SaveKind kind) override;
    std::optional<std::int64_t> nextDue() const override;
    std::size_t entries() const override;
    std::size_t bytes() const override;

private:
    using Slices = SlidingCells::Slices;
    enum class Which { All, Changed };

    SliceCells& slice(std::int64_t start);
    bool isLate(std::int64_t slice, std::int64_t watermark) const;
    bool isTracked(std::int64_t slice) const;
    bool completesAny(std::int64_t watermark) const;
    /// Calls f(end) for each end of a window over a slice that is there, ascending, from the first
    /// that is greater than after; until f returns false.
    Status eachEnd(std::int64_t after, const std::function<Result<bool>(std::int64_t)>& f) const;
    Status round(std::int64_t watermark, const Emit& emit);
    Status emitWindow(std::int64_t end, Which which, const Emit& emit);
    void combine(Slices::iterator first, Slices::iterator last, Which which);
    void forget(std::int64_t watermark);
    void release(SliceCells& cells);
    void saveSlice(std::int64_t start, SliceCells& cells, ByteWriter& out, flow::SaveKind kind);
    void loadSlice(ByteReader& in, flow::SaveKind kind);

    const WindowSpec m_spec;
    const WindowTiming m_timing;
    state::KeyIndex& m_index;
    AggregateCells& m_pool;

    Slices m_slices;
    SlidingCells m_sliding; // the window that was emitted last, if it has many slices
    const std::int64_t m_sliceLength;
    const bool m_isSliding;
    std::int64_t m_watermark = INT64_MIN; // rows are judged against
    std::int64_t m_round = INT64_MIN;     // of the last emission: what it completes was emitted
    std::map<std::int64_t, std::int32_t> m_revisions; // next one, by end of a window
    std::vector<std::int64_t> m_closed;               // slices forgotten since the last save

    // Of the window that is being emitted.
    std::vector<std::uint32_t> m_keys, m_cells, m_made, m_from, m_into;
    std::vector<std::uint32_t> m_place; // by key: its place in m_keys
    WindowRows m_rows;
};

} // namespace sluice::operators
