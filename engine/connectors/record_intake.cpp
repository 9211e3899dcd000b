// SPDX-License-Identifier: Apache-2.0
#include "engine/connectors/record_intake.h"

#include "engine/columns/types.h"

#include <algorithm>
#include <charconv>

#include <arrow/array/builder_primitive.h>
#include <arrow/buffer.h>

namespace sluice::connectors {
namespace {

flow::ColumnSet withEventTime(flow::ColumnSet needed, const formats::RecordLayout& layout)
{
    if (layout.eventTimeColumn)
        needed.insert(*layout.eventTimeColumn);
    return needed;
}

// The timestamps of a column as plain integers, sharing its buffer.
std::shared_ptr<arrow::Int64Array> microsOf(const arrow::Array& times)
{
    const auto data = times.data()->Copy();
    data->type = arrow::int64();
    return std::make_shared<arrow::Int64Array>(data);
}

} // namespace

RecordIntake::RecordIntake(const formats::RecordLayout& layout, const flow::ColumnSet& needed)
    : m_layout(layout)
    , m_decoder(formats::makeDecoder(layout, withEventTime(needed, layout)))
    , m_watermarks(layout.eventTime)
{
    if (layout.eventTimeColumn)
        m_timeColumn = m_decoder->schema()->GetFieldIndex(*layout.eventTimeColumn);
}

Status RecordIntake::take(const std::shared_ptr<const RawRecords>& raw,
                          flow::SourceContext& context)
{
    SLUICE_TRY(formats::DecodedRecords decoded, m_decoder->decode(*raw));
    std::uint64_t bytes = 0;
    for (const std::uint32_t length : raw->lengths)
        bytes += length;
    NodeCounters::add(context.counters().bytesIn, bytes);
    for (const formats::BadRecord& bad : decoded.bad)
        context.rejectRecord(raw, bad.index, Verdict::DeadLetter,
                             {.rule = {}, .message = bad.reason, .values = {}});
    Batch batch;
    batch.columns = std::move(decoded.columns);
    batch.raw = raw;
    batch.arrivalNs = raw->arrivalNs;
    if (!decoded.rows.empty())
        batch.rawRows = std::make_shared<const std::vector<std::uint32_t>>(std::move(decoded.rows));
    if (m_timeColumn >= 0) {
        SLUICE_TRY(judgeTimes(batch, context));
    }
    context.emit(std::move(batch));
    return ok();
}

// Rows without a time, or further ahead of the clock than allowed, are dead letters and never move
// the watermark.
Status RecordIntake::judgeTimes(Batch& batch, flow::SourceContext& context)
{
    batch.eventTimes = microsOf(*batch.columns->column(m_timeColumn));
    const std::int64_t latest = context.clock().wallNow().us + m_layout.eventTime.maxFuture.count();
    const std::int64_t* times = batch.eventTimes->raw_values();
    const bool hasNulls = batch.eventTimes->null_count() > 0;
    std::int64_t newest = EventTime::min().us;
    std::vector<std::uint32_t> missing, ahead, kept;
    const auto rows = std::uint32_t(batch.rows());
    for (std::uint32_t row = 0; row < rows; ++row) {
        if (hasNulls && batch.eventTimes->IsNull(row))
            missing.push_back(row);
        else if (times[row] > latest)
            ahead.push_back(row);
        else
            newest = std::max(newest, times[row]);
    }
    const std::string& column = *m_layout.eventTimeColumn;
    if (!missing.empty())
        context.reject(batch, missing, Verdict::DeadLetter,
                       {.rule = "event_time",
                        .message = "the event time " + column + " is null",
                        .values = {}});
    for (const std::uint32_t row : ahead) {
        const std::string text = timestampText(times[row]);
        context.reject(batch, std::span(&row, 1), Verdict::DeadLetter,
                       {.rule = "event_time",
                        .message = "the event time " + text + " is more than "
                            + durationText(m_layout.eventTime.maxFuture) + " ahead of the clock",
                        .values = "{\"" + column + "\":\"" + text + "\"}"});
    }
    if (!missing.empty() || !ahead.empty()) {
        std::vector<bool> isOut(rows, false);
        for (const auto* list : {&missing, &ahead})
            for (const std::uint32_t row : *list)
                isOut[row] = true;
        for (std::uint32_t row = 0; row < rows; ++row)
            if (!isOut[row])
                kept.push_back(row);
        auto taken = takeRows(batch, kept);
        if (!taken.ok())
            return errorFromArrow(taken.status(), "event times");
        batch = std::move(*taken);
    }
    if (newest != EventTime::min().us && !batch.raw->replay)
        m_watermarks.observe(*batch.raw->partition, EventTime{newest}, context.clock().steadyNow());
    return ok();
}

void RecordIntake::publishWatermark(flow::SourceContext& context)
{
    const SteadyTime now = context.clock().steadyNow();
    if (const auto watermark = m_watermarks.current(now))
        context.advanceWatermark(*watermark);
    context.setIdle(m_watermarks.isIdle(now));
}

void RecordIntake::writeWatermarks(JsonWriter& json,
                                   const std::vector<std::string>& partitions) const
{
    json.beginObject();
    for (const std::string& partition : partitions)
        if (const EventTime at = m_watermarks.of(partition); at != EventTime::min())
            json.key(partition).value(at.us);
    json.endObject();
}

void RecordIntake::restoreWatermarks(const DocumentNode* object)
{
    if (!object)
        return;
    for (const DocumentNode::Entry& entry : object->entries) {
        std::int64_t us = 0;
        const std::string& text = entry.value.text;
        if (std::from_chars(text.data(), text.data() + text.size(), us).ec == std::errc{})
            m_watermarks.restore(entry.key, EventTime{us});
    }
}

std::shared_ptr<RawRecords> someRecords(const RawRecords& raw, std::size_t from, std::size_t count)
{
    auto out = std::make_shared<RawRecords>();
    out->source = raw.source;
    out->partition = raw.partition;
    out->bytes = raw.bytes;
    out->replay = raw.replay;
    const auto cut = [&](const auto& all) {
        const auto begin = all.begin() + std::ptrdiff_t(from);
        return std::decay_t<decltype(all)>(begin, begin + std::ptrdiff_t(count));
    };
    out->offsets = cut(raw.offsets);
    out->lengths = cut(raw.lengths);
    out->positions = cut(raw.positions);
    return out;
}

flow::StreamSchema streamSchemaOf(const formats::RecordLayout& layout)
{
    return {.columns = layout.schema.arrowSchema(),
            .hasEventTime = layout.eventTimeColumn.has_value(),
            .hasRaw = true};
}

} // namespace sluice::connectors
