// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/flow/node_kind.h"
#include "engine/flow/operator.h"
#include "engine/operators/window_state.h"
#include "engine/state/key_codec.h"

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace sluice::operators {

struct WindowColumn
{
    std::string name;
    DocumentNode call; // sum(amount)
    BoundAggregate aggregate;
};

struct WindowConfig
{
    Micros size{0}, offset{0}, allowedLateness{0};
    std::vector<std::string> groupBy;
    std::vector<WindowColumn> columns;
    std::shared_ptr<arrow::Schema> output;
};

/// Tumbling windows [start, start + size), aligned to the epoch plus an offset, aggregated by key.
/// A window is emitted when the watermark reaches its end - 1 ms; with allowed lateness its changed
/// groups are emitted again, with the next revision, until the watermark reaches end - 1 ms +
/// lateness; rows after that are late. What is open is part of the checkpoint.
class WindowAggregate final : public flow::Operator
{
public:
    static flow::NodeKind kind();

    WindowAggregate(WindowConfig config, state::KeyCodec codec);

    Status process(std::size_t input, const Batch& batch, flow::NodeContext& context) override;
    Status onWatermark(EventTime watermark, flow::NodeContext& context) override;
    Result<flow::SaveKind> save(ByteWriter& out, flow::SaveKind wanted) override;
    Status load(ByteReader& in, flow::SaveKind kind) override;

private:
    using Rows = std::vector<std::uint32_t>;
    /// The arguments of the aggregates, evaluated over a batch; filters as masks.
    struct Arguments
    {
        std::vector<std::shared_ptr<arrow::Array>> values; // null for count(*)
        std::vector<std::shared_ptr<arrow::BooleanArray>> filters;
    };

    Status bindCalls(const std::shared_ptr<arrow::Schema>& schema);
    Result<Arguments> evaluate(const Batch& batch, expr::EvalErrors& errors) const;
    std::map<std::int64_t, Rows> rowsByWindow(const Batch& batch) const;
    bool isLate(std::int64_t start, EventTime watermark) const;
    void rejectLate(const Batch& batch, const Rows& rows, std::int64_t start,
                    flow::NodeContext& context) const;
    void addToWindow(std::int64_t start, const Rows& rows, const Arguments& arguments);
    Status emitWindow(std::int64_t start, WindowState& window, flow::NodeContext& context) const;
    void tell(flow::NodeContext& context) const;

    const WindowConfig m_config;
    const state::KeyCodec m_codec;
    std::vector<BoundAggregate> m_aggregates;
    std::map<std::int64_t, WindowState> m_windows; // by start
    std::vector<std::int64_t> m_closed;            // since the last save
    std::shared_ptr<arrow::Schema> m_schema;
    std::vector<expr::Call> m_calls;
    state::EncodedKeys m_keys;
};

} // namespace sluice::operators
