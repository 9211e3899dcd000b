// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/flow/node_kind.h"
#include "engine/flow/operator.h"
#include "engine/operators/state_bound.h"
#include "engine/operators/top_n_changes.h"
#include "engine/operators/top_n_group.h"
#include "engine/state/key_index.h"
#include "engine/state/order_codec.h"

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace sluice::operators {

/// Which rows of a top-N belong to one window.
enum class TopWindows {
    None,    // no windows: the result goes on changing, as a change stream
    Columns, // rows that carry window_start and window_end
    Tumbling // by the rows' event time
};

struct TopNConfig
{
    std::string node;
    TopWindows windows = TopWindows::None;
    Micros windowSize{0}; // Tumbling
    std::vector<std::string> partitionBy;
    std::size_t limit = 1;
    bool withTies = false;
    std::string rankAs; // "" = no column with the rank
    std::optional<Micros> timeToLive;
    bool hasEventTime = false;
    bool readsChanges = false; // TopNOfChanges
    StateBound bound;
    std::vector<std::string> kept; // columns of the input that are kept: read below, or needed here
    std::vector<std::string> emitted; // those of them that go out, in the order of the input
};

/// Makes the rows that go out of those that were kept, a row each: with windows those that end at
/// `end`, without them a stream of changes. What is not asked for of `out` is not looked at.
Result<Batch> topRows(const TopNConfig& config, const arrow::RecordBatch& kept, std::int64_t end,
                      const TopRowsOut& out);

/// The first rows of each partition in a declared order. With windows the answer comes once, when
/// the watermark reaches the window's end - 1 ms; rows after that are late. Without windows the
/// changes of the answer come after each batch. Ranks count as ROW_NUMBER, with ties as RANK.
class TopN final : public flow::Operator
{
public:
    static flow::NodeKind kind();

    TopN(TopNConfig config, std::unique_ptr<state::KeyIndex> keys, state::OrderCodec order);

    Status process(std::size_t input, const Batch& batch, flow::NodeContext& context) override;
    Status onWatermark(EventTime watermark, flow::NodeContext& context) override;
    Result<flow::SaveKind> save(ByteWriter& out, flow::SaveKind wanted) override;
    Status load(ByteReader& in, flow::SaveKind kind) override;

private:
    using Windows = std::map<std::int64_t, TopPartitions>; // by end; kNoWindow without windows

    Status encode(const arrow::RecordBatch& columns);
    Result<std::vector<std::int64_t>> windowEnds(const Batch& batch) const;
    bool isClosed(std::int64_t end, EventTime watermark) const;
    TopPartitions& window(std::int64_t end);
    void offer(TopPartitions& window, std::uint32_t from, std::uint32_t to, const Batch& batch);
    void rejectLate(const Batch& batch, std::span<const std::uint32_t> rows,
                    const std::vector<std::int64_t>& ends, flow::NodeContext& context) const;
    Status settle(TopPartitions& window, const Batch& batch, flow::NodeContext& context);
    Status emitFinal(std::int64_t end, const TopPartitions& window,
                     flow::NodeContext& context) const;
    Status emit(const TopPartitions& window, std::int64_t end, const TopRowsOut& out,
                flow::NodeContext& context) const;
    Status expire();
    Status tell(flow::NodeContext& context);

    const TopNConfig m_config;
    StateBound m_bound;
    const std::unique_ptr<state::KeyIndex> m_keys;
    const state::OrderCodec m_order;
    Windows m_windows;
    std::vector<std::int64_t> m_closed; // since the last save
    EventTime m_watermark = EventTime::min(), m_savedWatermark = EventTime::min();
    EventTime m_swept = EventTime::min(); // watermark of the last look for partitions to forget

    // Of the batch that is being worked on.
    state::KeyIndex::Numbers m_numbers;      // key of each row
    std::vector<std::uint32_t> m_partitions; // of each row, in its window
    state::EncodedOrder m_places;
};

} // namespace sluice::operators
