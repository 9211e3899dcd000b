// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/flow/node_kind.h"
#include "engine/flow/operator.h"
#include "engine/operators/state_bound.h"
#include "engine/operators/window_store.h"

#include <memory>
#include <string>
#include <vector>

namespace sluice::operators {

struct WindowConfig
{
    std::string node;
    WindowSpec window;
    WindowTiming timing;
    bool isProcessingTime = false;
    StateBound bound;
    arrow::FieldVector keys;
    std::vector<AggregateEntry> aggregates;
    bool combinesAnew = false; // the slices of each window, for want of a way to go on
    std::shared_ptr<arrow::Schema> output;
};

/// Aggregates rows by key in windows of time: tumbling, hopping, cumulating (SliceStore), sessions
/// (SessionStore). Each aggregate and each key lies in a column of its own kind; a window has cells
/// in them. What is defined is in docs/semantics.md. What is open is part of the checkpoint.
///
/// Event time is that of the rows and completeness that of the watermark; in processing time both
/// are the context's clock, which never goes back here.
class WindowAggregate final : public flow::Operator
{
public:
    static flow::NodeKind kind();

    WindowAggregate(WindowConfig config, std::unique_ptr<state::KeyIndex> keys);

    Status process(std::size_t input, const Batch& batch, flow::NodeContext& context) override;
    Status onWatermark(EventTime watermark, flow::NodeContext& context) override;
    std::optional<WallTime> wakesAt() const override;
    Status onClock(flow::NodeContext& context) override;
    Result<flow::SaveKind> save(ByteWriter& out, flow::SaveKind wanted) override;
    Status load(ByteReader& in, flow::SaveKind kind) override;

private:
    Status internKeys(const arrow::RecordBatch& columns);
    EventTime clockTime(const flow::NodeContext& context);
    void rejectLate(const Batch& batch, EventTime watermark, flow::NodeContext& context) const;
    Status advance(EventTime watermark, flow::NodeContext& context);
    Status emitRows(const WindowRows& rows, std::size_t from, std::size_t to,
                    flow::NodeContext& context) const;
    Status tell(flow::NodeContext& context);

    const WindowConfig m_config;
    StateBound m_bound;
    AggregateCalls m_calls;
    std::unique_ptr<state::KeyIndex> m_keys;
    AggregateCells m_cells;
    std::unique_ptr<WindowStore> m_windows;
    EventTime m_clock = EventTime::min(); // processing time: the latest that was seen

    // Of the batch at hand.
    state::KeyIndex::Numbers m_numbers;
    std::vector<std::int64_t> m_clockTimes;
    TakenRows m_taken;
};

} // namespace sluice::operators
