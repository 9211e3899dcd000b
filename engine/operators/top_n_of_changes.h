// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/operators/top_n.h"
#include "engine/state/counted_values.h"
#include "engine/state/key_codec.h"

#include <deque>

namespace sluice::operators {

/// The first rows of each partition of a stream of changes, as a stream of changes. A row that is
/// among the first may be taken back, and then one that stood behind them takes its place: so all
/// rows are kept, in their order (state::CountedValues). A row costs 120 bytes and its columns, and
/// the time of a search among those of its partition. Of rows that are equal by order_by the one
/// with the lesser bytes is first, for they have no age. One thread.
class TopNOfChanges final : public flow::Operator
{
public:
    /// rows: of the columns that are kept, in their order. config: without windows.
    TopNOfChanges(TopNConfig config, std::unique_ptr<state::KeyIndex> keys, state::OrderCodec order,
                  state::KeyCodec rows);

    Status process(std::size_t input, const Batch& batch, flow::NodeContext& context) override;
    Status onWatermark(EventTime watermark, flow::NodeContext& context) override;
    Result<flow::SaveKind> save(ByteWriter& out, flow::SaveKind wanted) override;
    Status load(ByteReader& in, flow::SaveKind kind) override;

private:
    struct Row
    {
        state::OrderKey place;
        std::string columns; // state::KeyCodec

        auto operator<=>(const Row&) const = default;
        std::int64_t bytes() const;
    };
    struct Partition
    {
        state::CountedValues<Row, std::less<>> rows;
        std::int64_t newestUs = INT64_MIN;
        bool isHeld = false;    // its key, by this node
        bool isTouched = false; // by the batch that is being worked on
        bool isUnsaved = false;
    };
    struct Ranked
    {
        Row row;
        std::int64_t rank = 0;
    };
    struct Touched
    {
        std::uint32_t key = 0;
        std::vector<Ranked> shown; // before the batch
    };
    struct Changes // on their way out
    {
        TopRowsOut out;
        std::vector<std::string> rows;
    };

    Status encode(const arrow::RecordBatch& columns);
    std::vector<Ranked> firstOf(const Partition& partition) const;
    void apply(std::uint32_t key, Row row, std::int64_t by);
    void touch(std::uint32_t key);
    void addChanges(const Touched& touched, Changes& changes) const;
    Status emit(Changes changes, flow::NodeContext& context) const;
    void forget(std::uint32_t key);
    Status tell(flow::NodeContext& context);

    const TopNConfig m_config;
    StateBound m_bound;
    const std::unique_ptr<state::KeyIndex> m_keys;
    const state::OrderCodec m_order;
    const state::KeyCodec m_rowCodec;
    std::deque<Partition> m_partitions; // by key
    std::vector<std::uint32_t> m_unsaved;
    std::int64_t m_rowBytes = 0;

    // Of the batch that is being worked on.
    state::KeyIndex::Numbers m_numbers;
    state::EncodedOrder m_places;
    state::EncodedKeys m_rows;
    std::vector<Touched> m_touched;
};

} // namespace sluice::operators
