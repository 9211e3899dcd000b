// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/flow/node_kind.h"
#include "engine/flow/operator.h"
#include "engine/operators/held_rows.h"
#include "engine/operators/state_bound.h"
#include "engine/state/key_table.h"

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace sluice::operators {

enum class OnMiss { Null, Drop, DeadLetter, Retry };

struct LookupConfig
{
    std::string table;
    std::vector<std::pair<std::string, std::string>> on; // column of the input, column of the table
    std::vector<std::pair<std::string, std::string>> add; // new column, column of the table
    std::vector<std::shared_ptr<arrow::Field>> keyFields; // as the input has them
    OnMiss onMiss = OnMiss::Null;
    OnMiss afterRetry = OnMiss::DeadLetter; // Retry: when the key has not appeared in time
    Micros retryFor{0};
    Micros refresh{0}; // 0 = once, at the start
    StateBound bound;
};

/// Adds columns of a small table, found by key. The table is read whole at the start and again when
/// refresh has passed; of rows with one key the first counts. Keys of other number widths match.
/// With Retry a row without a partner waits until its key is in the table, at most retryFor by the
/// clock; while rows wait, the table is read again by a timer, whether rows come or not.
class LookupJoin final : public flow::Operator
{
public:
    static flow::NodeKind kind();

    LookupJoin(LookupConfig config, state::KeyCodec codec, const flow::TableCatalog& tables,
               const flow::ColumnSet& needed);

    /// Reads the table; called before the first row.
    Status loadTable();
    Status process(std::size_t input, const Batch& batch, flow::NodeContext& context) override;
    Status onWatermark(EventTime watermark, flow::NodeContext& context) override;
    std::optional<WallTime> wakesAt() const override;
    Status onClock(flow::NodeContext& context) override;
    Result<flow::SaveKind> save(ByteWriter& out, flow::SaveKind wanted) override;
    Status load(ByteReader& in, flow::SaveKind kind) override;

private:
    Result<bool> refreshIfDue(flow::NodeContext& context);
    Status lookAgain(flow::NodeContext& context);
    Result<std::vector<std::int64_t>> lookUp(const Batch& batch);
    Status join(const Batch& batch, WallTime until, flow::NodeContext& context);
    Status emitFound(const Batch& rows, const std::vector<std::int64_t>& found,
                     flow::NodeContext& context) const;
    Status tell(flow::NodeContext& context);

    const LookupConfig m_config;
    const state::KeyCodec m_codec;
    const flow::TableCatalog& m_tables;
    StateBound m_bound;
    std::vector<std::pair<std::string, std::string>> m_add; // those that somebody reads
    state::KeyTable m_keys;
    std::vector<std::int64_t> m_rowOf;          // key number -> row
    std::shared_ptr<arrow::RecordBatch> m_rows; // the added columns
    std::int64_t m_rowBytes = 0;
    state::EncodedKeys m_encoded;
    HeldRows m_held;
    EventTime m_watermark = EventTime::min();
    std::int64_t m_loadedNs = -1;
    WallTime m_refreshAt{0}; // when the table is read again, should rows wait
};

} // namespace sluice::operators
