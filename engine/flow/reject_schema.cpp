// SPDX-License-Identifier: Apache-2.0
#include "engine/flow/reject_schema.h"

#include "engine/columns/types.h"

#include <cstdlib>

namespace sluice::flow {
namespace {

// Appending to memory fails only when memory is out, which no caller can mend.
void must(const arrow::Status& status)
{
    if (!status.ok())
        status.Abort("collecting rejected rows");
}

template <class Builder, class Value>
void appendOrNull(Builder& builder, const Value& value, bool isThere)
{
    must(isThere ? builder.Append(value) : builder.AppendNull());
}

std::shared_ptr<arrow::Array> finished(arrow::ArrayBuilder& builder)
{
    std::shared_ptr<arrow::Array> out;
    must(builder.Finish(&out));
    return out;
}

} // namespace

const std::shared_ptr<arrow::Schema>& rejectSchema()
{
    static const auto schema = arrow::schema(
        {arrow::field("event_id", arrow::utf8()), arrow::field("source", arrow::utf8()),
         arrow::field("partition", arrow::utf8()), arrow::field("position", arrow::int64()),
         arrow::field("event_time", timestampType()), arrow::field("ingest_time", timestampType()),
         arrow::field("node", arrow::utf8()), arrow::field("verdict", arrow::utf8()),
         arrow::field("rule", arrow::utf8()), arrow::field("reason", arrow::utf8()),
         arrow::field("values", arrow::utf8()), arrow::field("data", arrow::binary()),
         arrow::field("pipeline_version", arrow::int64()), arrow::field("attempt", arrow::int64()),
         arrow::field("replay_id", arrow::utf8())});
    return schema;
}

const std::shared_ptr<arrow::Schema>& replayedSchema()
{
    static const auto schema = arrow::schema(
        {arrow::field("verdict", arrow::utf8()), arrow::field("node", arrow::utf8()),
         arrow::field("source", arrow::utf8()), arrow::field("partition", arrow::utf8()),
         arrow::field("position", arrow::int64()), arrow::field("attempt", arrow::int64()),
         arrow::field("event_time", timestampType()), arrow::field("ingest_time", timestampType()),
         arrow::field("replay_id", arrow::utf8()), arrow::field("replayed_at", timestampType()),
         arrow::field("is_edited", arrow::boolean()), arrow::field("data", arrow::binary())});
    return schema;
}

RejectBuilder::RejectBuilder(std::string node, std::int64_t pipelineVersion)
    : m_node(std::move(node))
    , m_version(pipelineVersion)
    , m_eventTime(timestampType(), arrow::default_memory_pool())
    , m_ingestTime(timestampType(), arrow::default_memory_pool())
{
}

void RejectBuilder::addRow(const Batch& batch, std::uint32_t row, Verdict verdict,
                           const RejectReason& reason)
{
    addOrigin(batch.raw.get(), batch.raw ? batch.rawRow(row) : 0);
    const bool hasTime = batch.eventTimes && !batch.eventTimes->IsNull(row);
    appendOrNull(m_eventTime, hasTime ? batch.eventTimes->Value(row) : 0, hasTime);
    addVerdict(verdict, reason);
    m_arrivalNs = batch.arrivalNs;
}

void RejectBuilder::addRecord(const RawRecords& raw, std::uint32_t index, Verdict verdict,
                              const RejectReason& reason)
{
    addOrigin(&raw, index);
    must(m_eventTime.AppendNull());
    addVerdict(verdict, reason);
    m_arrivalNs = raw.arrivalNs;
}

void RejectBuilder::addAttempt(const RawRecords* raw)
{
    const Replay* replay = raw ? raw->replay.get() : nullptr;
    must(m_attempts.Append(replay ? replay->attempt : 1));
    must(replay ? m_replays.Append(replay->id) : m_replays.AppendNull());
}

void RejectBuilder::addOrigin(const RawRecords* raw, std::uint32_t index)
{
    addAttempt(raw);
    if (!raw) {
        for (arrow::StringBuilder* builder : {&m_id, &m_source, &m_partition})
            must(builder->AppendNull());
        must(m_position.AppendNull());
        must(m_ingestTime.AppendNull());
        must(m_data.AppendNull());
        return;
    }
    must(m_id.Append(*raw->partition + ":" + std::to_string(raw->positions[index])));
    must(m_source.Append(*raw->source));
    must(m_partition.Append(*raw->partition));
    must(m_position.Append(raw->positions[index]));
    must(m_ingestTime.Append(raw->ingestTimeUs));
    must(m_data.Append(raw->record(index)));
}

void RejectBuilder::addVerdict(Verdict verdict, const RejectReason& reason)
{
    must(m_nodeName.Append(m_node));
    must(m_verdict.Append(verdictName(verdict)));
    appendOrNull(m_rule, reason.rule, !reason.rule.empty());
    appendOrNull(m_reason, reason.message, !reason.message.empty());
    appendOrNull(m_values, reason.values, !reason.values.empty());
    appendOrNull(m_versions, m_version, m_version > 0);
    ++m_rows;
}

Batch RejectBuilder::finish()
{
    Batch batch;
    batch.arrivalNs = m_arrivalNs;
    batch.columns = arrow::RecordBatch::Make(
        rejectSchema(), m_rows,
        {finished(m_id), finished(m_source), finished(m_partition), finished(m_position),
         finished(m_eventTime), finished(m_ingestTime), finished(m_nodeName), finished(m_verdict),
         finished(m_rule), finished(m_reason), finished(m_values), finished(m_data),
         finished(m_versions), finished(m_attempts), finished(m_replays)});
    m_rows = 0;
    return batch;
}

} // namespace sluice::flow
