// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/base/json_writer.h"
#include "engine/flow/node_kind.h"
#include "engine/flow/source.h"
#include "engine/flow/watermark.h"
#include "engine/formats/record_decoder.h"

#include <memory>
#include <string>

namespace sluice::connectors {

/// The way of records that every source shares: decode, judge the event time, reject what cannot be
/// read or is too far in the future, hand on the rest, move the partition's watermark. One thread.
class RecordIntake final : public flow::RecordReader
{
public:
    /// needed: the columns that somebody reads; the event-time column is read besides.
    RecordIntake(const formats::RecordLayout& layout, const flow::ColumnSet& needed);

    /// Decodes a run of records of one partition and emits its rows.
    Status take(const std::shared_ptr<const RawRecords>& raw, flow::SourceContext& context);
    /// Passes the watermark of all partitions on, and whether they are idle.
    void publishWatermark(flow::SourceContext& context);

    Status read(const std::shared_ptr<const RawRecords>& raw, flow::SourceContext& context) override
    {
        return take(raw, context);
    }
    void beginPartition(const std::string& partition, SteadyTime now) override
    {
        m_watermarks.add(partition, now);
    }
    void endPartition(const std::string& partition) override { m_watermarks.remove(partition); }
    void passWatermark(flow::SourceContext& context) override { publishWatermark(context); }

    flow::PartitionWatermarks& watermarks() { return m_watermarks; }
    formats::RecordDecoder& decoder() { return *m_decoder; }

    /// Writes the watermarks of the given partitions as a JSON object.
    void writeWatermarks(JsonWriter& json, const std::vector<std::string>& partitions) const;
    void restoreWatermarks(const DocumentNode* object);

private:
    Status judgeTimes(Batch& batch, flow::SourceContext& context);

    formats::RecordLayout m_layout;
    std::unique_ptr<formats::RecordDecoder> m_decoder;
    flow::PartitionWatermarks m_watermarks;
    int m_timeColumn = -1;
};

/// Returns some of a run of records, sharing their bytes.
std::shared_ptr<RawRecords> someRecords(const RawRecords& raw, std::size_t from, std::size_t count);

/// Returns what a source of a layout makes.
flow::StreamSchema streamSchemaOf(const formats::RecordLayout& layout);

} // namespace sluice::connectors
