// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/columns/batch.h"
#include "engine/flow/context.h"

#include <array>
#include <memory>
#include <string>

#include <arrow/array/builder_binary.h>
#include <arrow/array/builder_primitive.h>
#include <arrow/array/builder_time.h>

namespace sluice::flow {

/// The columns of the dead-letter, late and quarantine tables:
///   event_id string          "<partition>:<position>", as in bronze
///   source, partition string; position long
///   event_time, ingest_time timestamp (event_time null if it could not be read)
///   node, verdict, rule, reason string; `values` string (the operands that decided, as JSON)
///   data binary              the raw bytes; null where rows had been merged before
///   pipeline_version long    of the document that decided; null where it has none
///   attempt long             1 = turned away for the first time, 2 = again after a replay ...
///   replay_id string         of that replay; null for the first time
const std::shared_ptr<arrow::Schema>& rejectSchema();

/// The columns of the table of rejects that were tried again, replayed.<pipeline>:
///   verdict, node, source, partition string; position, attempt long   which reject it was
///   event_time, ingest_time timestamp                                 as the reject had them
///   replay_id string, replayed_at timestamp
///   is_edited boolean; data binary                                    the bytes that were read
const std::shared_ptr<arrow::Schema>& replayedSchema();

/// Collects rejected rows into a batch of rejectSchema(). One task's thread.
class RejectBuilder
{
public:
    explicit RejectBuilder(std::string node, std::int64_t pipelineVersion = 0);

    void addRow(const Batch& batch, std::uint32_t row, Verdict verdict, const RejectReason& reason);
    void addRecord(const RawRecords& raw, std::uint32_t index, Verdict verdict,
                   const RejectReason& reason);

    std::int64_t rows() const { return m_rows; }
    /// Returns what was collected and begins anew.
    Batch finish();

private:
    void addVerdict(Verdict verdict, const RejectReason& reason);
    void addOrigin(const RawRecords* raw, std::uint32_t index);
    void addAttempt(const RawRecords* raw);

    std::string m_node;
    std::int64_t m_version;
    std::int64_t m_rows = 0;
    std::int64_t m_arrivalNs = 0;
    arrow::StringBuilder m_id, m_source, m_partition, m_nodeName, m_verdict, m_rule, m_reason,
        m_values, m_replays;
    arrow::Int64Builder m_position, m_versions, m_attempts;
    arrow::TimestampBuilder m_eventTime, m_ingestTime;
    arrow::BinaryBuilder m_data;
};

} // namespace sluice::flow
