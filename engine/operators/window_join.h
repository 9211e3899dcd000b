// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/flow/operator.h"
#include "engine/operators/join_columns.h"
#include "engine/operators/state_bound.h"
#include "engine/state/keyed_rows.h"

#include <array>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace sluice::operators {

struct WindowJoinConfig
{
    JoinColumns columns; // what somebody reads
    JoinKind kind = JoinKind::Inner;
    Micros size{0}; // tumbling windows of event time; 0: the rows carry window_start and window_end
    StateBound bound;
};

/// Joins the rows of two inputs that are in the same window and whose keys are equal. The pairs of
/// a window come when the watermark reaches its end - 1 ms, which is their event time; rows after
/// that are late. What is open is part of the checkpoint.
class WindowJoin final : public flow::Operator
{
public:
    static flow::NodeKind kind();

    explicit WindowJoin(WindowJoinConfig config, state::KeyCodec left, state::KeyCodec right);

    Status process(std::size_t input, const Batch& batch, flow::NodeContext& context) override;
    Status onWatermark(EventTime watermark, flow::NodeContext& context) override;
    Result<flow::SaveKind> save(ByteWriter& out, flow::SaveKind wanted) override;
    Status load(ByteReader& in, flow::SaveKind kind) override;

private:
    using Rows = std::vector<std::uint32_t>;
    using Window = std::array<state::KeyedRows, 2>; // by side
    using Pairs = std::array<std::vector<state::RowId>, 2>;

    Window& window(std::int64_t end);
    Result<std::map<std::int64_t, Rows>> rowsByEnd(const Batch& batch, Rows& loose) const;
    bool isClosed(std::int64_t end) const;
    Status emitWindow(std::int64_t end, Window& window, flow::NodeContext& context) const;
    Status emitPairs(std::int64_t end, const Window& window, Pairs& pairs,
                     flow::NodeContext& context) const;
    Status tell(flow::NodeContext& context);

    const WindowJoinConfig m_config;
    StateBound m_bound;
    const std::array<state::KeyCodec, 2> m_codecs;
    const std::array<std::vector<std::string>, 2> m_kept;
    std::map<std::int64_t, Window> m_windows; // by end
    std::vector<std::int64_t> m_closed;       // since the last save
    EventTime m_watermark = EventTime::min(), m_savedWatermark = EventTime::min();
};

} // namespace sluice::operators
