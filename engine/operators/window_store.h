// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/operators/aggregate_cells.h"
#include "engine/operators/window_spec.h"
#include "engine/state/key_index.h"

#include <functional>
#include <optional>
#include <vector>

namespace sluice::operators {

/// When windows are emitted; all in microseconds.
struct WindowTiming
{
    std::int64_t allowedLateness = 0;
    std::int64_t early = 0; // 0 = final results only

    /// Whether a window may be emitted more than once.
    bool hasRevisions() const { return allowedLateness > 0 || early > 0; }
};

/// Where the rows of a batch go.
struct TakenRows
{
    std::vector<std::uint32_t> cells; // of each row that is taken
    std::vector<std::uint32_t> rows;  // those rows; empty if all are
    std::vector<std::uint32_t> late;  // the others

    /// Begins a batch of count rows.
    void begin(std::size_t count);
    /// Turns away rows [from, to), the next ones.
    void reject(std::size_t from, std::size_t to);
    /// Takes rows [from, to), the next ones; returns where their cells belong.
    std::uint32_t* take(std::size_t from, std::size_t to);
    std::size_t count() const { return m_taken; }

private:
    std::size_t m_taken = 0;
};

/// Results of windows, a row each.
struct WindowRows
{
    std::vector<std::int64_t> starts, ends;
    std::vector<std::uint32_t> keys, cells;
    std::vector<std::int32_t> revisions;

    void clear();
    void add(std::int64_t start, std::int64_t end, std::uint32_t key, std::uint32_t cell,
             std::int32_t revision);
};

/// The open windows of a node. Knows time and keys; what is aggregated lies in the AggregateCells.
/// One thread.
class WindowStore
{
public:
    using Emit = std::function<Status(const WindowRows&)>;
    using Numbers = state::KeyIndex::Numbers;

    virtual ~WindowStore() = default;

    /// Gives each row of a batch its cell, or finds it late. The caller then adds the rows to their
    /// cells and calls settle().
    virtual void take(const std::int64_t* times, const Numbers& keys, EventTime watermark,
                      TakenRows& out)
        = 0;
    virtual void settle() { }
    /// Emits what the watermark completes and forgets what nobody can reach any more.
    virtual Status advance(EventTime watermark, const Emit& emit) = 0;

    /// Returns a watermark that has something to do, and no lesser one that completes a window by
    /// more than a part of its length; nullopt if none has. For windows that a clock completes.
    virtual std::optional<std::int64_t> nextDue() const = 0;

    virtual void save(ByteWriter& out, flow::SaveKind kind) = 0;
    virtual Status load(ByteReader& in, flow::SaveKind kind) = 0;

    /// (Key, slice) or sessions.
    virtual std::size_t entries() const = 0;
    /// Without the key index and the aggregate cells.
    virtual std::size_t bytes() const = 0;
};

} // namespace sluice::operators
