// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/flow/node_kind.h"
#include "engine/flow/operator.h"
#include "engine/operators/aggregate_cells.h"
#include "engine/operators/group_changes.h"
#include "engine/operators/state_bound.h"
#include "engine/state/key_index.h"

#include <map>
#include <memory>
#include <string>
#include <vector>

namespace sluice::operators {

struct GroupConfig
{
    std::string node;
    bool readsChanges = false;   // the input is a change stream
    std::int64_t emitEvery = 0;  // us of event time; 0 = after each batch
    std::int64_t timeToLive = 0; // us of event time; 0 = for ever
    StateBound bound;
    bool hasEventTime = false;
    arrow::FieldVector keys;
    std::vector<AggregateEntry> aggregates;
    std::shared_ptr<arrow::Schema> output;
};

/// Aggregates all rows of each group so far and emits a change stream: which groups are new, what
/// each was and is, which are gone. Reads change streams, too, with aggregates that can take rows
/// out again. A group costs 32 bytes beside its key and its cell, 4 to 8 more with a time to live.
class GroupAggregate final : public flow::Operator
{
public:
    static flow::NodeKind kind();

    GroupAggregate(GroupConfig config, std::unique_ptr<state::KeyIndex> keys);

    Status process(std::size_t input, const Batch& batch, flow::NodeContext& context) override;
    Status onWatermark(EventTime watermark, flow::NodeContext& context) override;
    Result<flow::SaveKind> save(ByteWriter& out, flow::SaveKind wanted) override;
    Status load(ByteReader& in, flow::SaveKind kind) override;

private:
    static constexpr std::uint32_t kNone = UINT32_MAX;
    struct Group
    {
        std::int64_t rows = 0;         // added less taken out
        std::int64_t time = INT64_MIN; // newest event time
        std::uint32_t cell = kNone;
        bool isShown = false;   // somebody was told of it
        bool isTouched = false; // since the last emission
        bool isUnsaved = false;
        bool isNew = false; // its cell was made since the last save
    };

    Status internKeys(const arrow::RecordBatch& columns);
    Status touch(const Batch& batch, const std::vector<std::uint8_t>& isRetraction);
    void apply(const AggregateArguments& arguments, const Batch& batch,
               const std::vector<std::uint8_t>& isRetraction);
    Status emitChanges(flow::NodeContext& context);
    void markUnsaved(std::uint32_t key);
    void forget(std::uint32_t key);
    Status expire(std::int64_t watermark, flow::NodeContext& context);
    void setTimer(std::uint32_t key);
    Status tell(flow::NodeContext& context);
    void saveGroups(const std::vector<std::uint32_t>& keys, ByteWriter& out,
                    std::vector<std::uint32_t>& cells);
    void loadGroups(ByteReader& in, flow::SaveKind kind);

    const GroupConfig m_config;
    StateBound m_bound;
    AggregateCalls m_calls;
    std::unique_ptr<state::KeyIndex> m_keys;
    AggregateCells m_cells;
    std::vector<Group> m_groups; // by key
    std::size_t m_groupCount = 0;
    GroupChanges m_changes;                                      // touched since the last emission
    std::vector<std::uint32_t> m_unsaved;                        // keys, each held
    std::map<std::int64_t, std::vector<std::uint32_t>> m_timers; // keys by bucket of their end
    std::int64_t m_watermark = INT64_MIN;

    // Of the batch at hand.
    state::KeyIndex::Numbers m_numbers;
    std::vector<std::uint32_t> m_rows, m_rowCells;
};

} // namespace sluice::operators
