// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/flow/operator.h"
#include "engine/operators/join_columns.h"
#include "engine/operators/state_bound.h"
#include "engine/state/keyed_rows.h"
#include "engine/state/time_queue.h"

#include <string>
#include <vector>

namespace sluice::operators {

struct TemporalJoinConfig
{
    JoinColumns columns; // what somebody reads
    JoinKind kind = JoinKind::Left;
    StateBound bound;
    bool readsChanges = false; // the versions are a change stream
};

/// Gives each left row the version of its key that is valid at the row's event time: the right row
/// with the greatest event time that is not after it (of equal ones the last to come). A left row
/// waits until the watermark of both inputs has reached its time, so that the answer does not
/// depend on who was faster. A version is let go when a newer one is at or behind the watermark.
/// Left rows at or behind the watermark are late; late versions count for the rows still to come.
/// Of a change stream, insert and update_postimage are versions, a delete is the end of them, and
/// update_preimage says nothing new.
class TemporalJoin final : public flow::Operator
{
public:
    static flow::NodeKind kind();

    TemporalJoin(TemporalJoinConfig config, state::KeyCodec left, state::KeyCodec right);

    Status process(std::size_t input, const Batch& batch, flow::NodeContext& context) override;
    Status onWatermark(EventTime watermark, flow::NodeContext& context) override;
    Result<flow::SaveKind> save(ByteWriter& out, flow::SaveKind wanted) override;
    Status load(ByteReader& in, flow::SaveKind kind) override;

private:
    Status takeLeft(const Batch& batch, flow::NodeContext& context);
    Status takeVersions(const Batch& batch);
    Status keepVersions(const arrow::RecordBatch& rows);
    void markDeletions();
    Status answer(flow::NodeContext& context);
    Status emitPairs(std::vector<state::RowId>& left, std::vector<state::RowId>& right,
                     flow::NodeContext& context) const;
    Status dropOldVersions();
    void requeue();
    Status tell(flow::NodeContext& context);

    const TemporalJoinConfig m_config;
    StateBound m_bound;
    state::KeyedRows m_waiting;  // left rows
    state::KeyedRows m_versions; // right rows
    state::TimeQueue m_due;      // left rows by their time
    std::int64_t m_kept = 0;     // versions after the last look for old ones
    bool m_mustSaveWhole = false;
    bool m_isRestored = false; // and the rows that wait are not queued yet
    EventTime m_watermark = EventTime::min(), m_savedWatermark = EventTime::min();
};

} // namespace sluice::operators
