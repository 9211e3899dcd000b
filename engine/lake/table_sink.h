// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/flow/sink.h"
#include "engine/lake/checkpoint_writer.h"
#include "engine/lake/committer.h"
#include "engine/lake/delta_table.h"
#include "engine/lake/raw_columns.h"
#include "engine/lake/sealed_files.h"
#include "engine/lake/table_writer.h"

#include <atomic>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

namespace sluice::lake {

/// What a table sink writes and where.
struct TableSinkConfig
{
    std::string table; // "silver.orders"
    std::string lakeFolder;
    std::string pipeline;
    std::string node;
    std::shared_ptr<arrow::Schema> input; // columns of the batches
    bool writesRaw = false;               // bronze: the raw records instead of the columns
    bool mergesSchema = true;
    std::vector<PartitionColumn> partitions;
    FileSettings files;
    std::int64_t targetFileBytes = 128 << 20;
    std::size_t maxPartitions = 100;
};

/// Writes a Delta table exactly once: files while batches come, one commit an epoch that carries
/// txn{appId "sluice:<pipeline>:<node>:0", version = epoch}.
///
/// write() and seal() belong to the task's thread and touch only the writer; open(), makeDurable()
/// and commit() belong to the coordinator's and touch only the log and what was sealed.
class TableSink final : public flow::Sink
{
public:
    TableSink(TableSinkConfig config, const Clock& clock);

    Status open() override;
    Status write(const Batch& batch, flow::NodeContext& context) override;
    Result<flow::SealedEpoch> seal(flow::Epoch epoch) override;
    Status makeDurable(const flow::SealedEpoch& sealed) override;
    Status commit(const flow::SealedEpoch& sealed) override;
    flow::Epoch committedEpoch() const override { return m_committedEpoch.load(); }
    std::string target() const override { return m_config.table; }

private:
    std::shared_ptr<arrow::Schema> writtenColumns() const;
    TableRequest request() const;
    Result<std::shared_ptr<arrow::RecordBatch>> rawRows(const Batch& batch,
                                                        flow::NodeContext& context);
    void noteTimes(const Batch& batch, const flow::NodeContext& context);
    Status waitForFiles(flow::Epoch epoch);
    Commit buildCommit(const SealedFiles& files, flow::Epoch epoch) const;
    Status checkFiles(const SealedFiles& files) const;
    Result<CommitOutcome> commitAgainstChanges(const Commit& commit);
    void maintainLog();

    const TableSinkConfig m_config;
    const Clock& m_clock;
    const std::string m_appId;

    // the task's
    std::unique_ptr<TableWriter> m_writer;
    std::optional<RawColumns> m_raw;
    SealedFiles m_open; // rows and times of the epoch being written

    // from the task to the coordinator: what may be on its way to the disk still, by epoch
    std::mutex m_mutex;
    std::map<flow::Epoch, WrittenFiles> m_sealed; // their outputs only

    // the coordinator's
    std::optional<DeltaLog> m_log;
    Snapshot m_head;
    std::atomic<flow::Epoch> m_committedEpoch{0};
};

/// Returns the name under which a sink of a pipeline commits to its table.
std::string sinkAppId(const std::string& pipeline, const std::string& node);

/// Returns a sink for rejected rows (columns of flow::rejectSchema()): the runtime's implicit
/// tables dead_letter.<pipeline>, late.<pipeline>, quarantine.<pipeline>. node tells the sinks of
/// one pipeline apart, for example "dead_letter". The clock must outlive the sink.
std::unique_ptr<flow::Sink> makeRejectSink(const std::string& table, const std::string& lakeFolder,
                                           const std::string& pipeline, const std::string& node,
                                           const Clock& clock);

/// Returns a sink for rejects that were tried again (columns of flow::replayedSchema()).
std::unique_ptr<flow::Sink> makeReplayedSink(const std::string& table,
                                             const std::string& lakeFolder,
                                             const std::string& pipeline, const Clock& clock);

} // namespace sluice::lake
