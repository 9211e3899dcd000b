// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/flow/operator.h"
#include "engine/operators/join_columns.h"
#include "engine/operators/late_expression.h"
#include "engine/operators/state_bound.h"
#include "engine/state/keyed_rows.h"
#include "engine/state/time_queue.h"

#include <array>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace sluice::operators {

struct IntervalJoinConfig
{
    JoinColumns columns; // what somebody reads
    /// right.t BETWEEN left.t + lower AND left.t + upper, in microseconds; unset: any time, and
    /// rows are kept for ever.
    struct Bounds
    {
        std::int64_t lower = 0, upper = 0;
    };
    std::optional<Bounds> bounds;
    JoinKind kind = JoinKind::Inner;
    std::optional<DocumentNode> where; // over the joined row
    bool hasEventTime = true;
    StateBound bound;
};

/// Joins rows of two inputs on keys when their event times are within bounds of each other. A pair
/// is emitted when its second row comes; its event time is the later of the two. A row without a
/// partner is emitted, if the kind of join wants it, when the watermark says that none can come. A
/// row is kept as long as a row that is not late could match it. Late rows (event time <=
/// watermark) go to the late table: their partners may be gone. Without bounds nothing is late and
/// nothing is released.
class IntervalJoin final : public flow::Operator
{
public:
    static flow::NodeKind kind();

    IntervalJoin(IntervalJoinConfig config, state::KeyCodec left, state::KeyCodec right);

    Status process(std::size_t input, const Batch& batch, flow::NodeContext& context) override;
    Status onWatermark(EventTime watermark, flow::NodeContext& context) override;
    EventTime outputWatermark(EventTime input) const override;
    Result<flow::SaveKind> save(ByteWriter& out, flow::SaveKind wanted) override;
    Status load(ByteReader& in, flow::SaveKind kind) override;

private:
    struct Side
    {
        Side(state::KeyCodec codec, const std::vector<std::string>& keys)
            : rows(std::move(codec), keys)
        {
        }
        state::KeyedRows rows;
        std::vector<std::string> kept;
        bool isOuter = false;
        state::TimeQueue unmatched;        // outer: rows that wait for a partner, matched or not
        std::vector<state::RowId> matched; // outer: since the last save
    };
    struct Range
    {
        std::int64_t from = INT64_MIN, to = INT64_MAX;
    };

    Result<Batch> withoutLateRows(const Batch& batch, flow::NodeContext& context) const;
    Range partnersOf(std::size_t side, std::int64_t time) const;
    Status probe(std::size_t input, state::RowId first, flow::NodeContext& context);
    Status emitPairs(flow::NodeContext& context);
    Result<Batch> keepWhere(Batch joined, flow::NodeContext& context);
    void mark(std::size_t side, state::RowId id);
    Status emitUnmatched(std::size_t side, flow::NodeContext& context);
    /// The last event time of a side whose rows can find no partner any more.
    std::int64_t decidedUntil(std::size_t side) const;
    void release();
    void requeue();
    Status tell(flow::NodeContext& context);

    const IntervalJoinConfig m_config;
    StateBound m_bound;
    std::array<Side, 2> m_sides;
    LateExpression m_where;
    EventTime m_watermark = EventTime::min(), m_savedWatermark = EventTime::min();
    bool m_isRestored = false;                        // and the rows that wait are not queued yet
    std::array<std::vector<state::RowId>, 2> m_pairs; // found and not yet emitted
};

/// What interval_join and stream_join have in common: reads the options of every join, and gives
/// the node its output and its operator. config has all but the columns.
void bindPairJoin(const flow::BindContext& context, IntervalJoinConfig config,
                  flow::BoundNode& bound);

} // namespace sluice::operators
