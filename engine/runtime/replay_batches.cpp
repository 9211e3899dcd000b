// SPDX-License-Identifier: Apache-2.0
#include "engine/runtime/replay_batches.h"

#include "engine/columns/types.h"
#include "engine/flow/reject_schema.h"

#include <algorithm>
#include <cstring>
#include <tuple>

#include <arrow/array/builder_binary.h>
#include <arrow/array/builder_primitive.h>
#include <arrow/array/builder_time.h>
#include <arrow/buffer.h>

namespace sluice::runtime {
namespace {

using Way = std::tuple<std::string, std::string, std::string, std::int64_t, std::int64_t>;

Way wayOf(const KeptRecord& record)
{
    return {record.source, record.into, record.partition, record.ingestTimeUs, record.attempt};
}

Result<std::shared_ptr<RawRecords>> runOf(const std::string& source,
                                          std::span<const KeptRecord* const> records,
                                          const std::string& id, const Clock& clock)
{
    auto raw = std::make_shared<RawRecords>();
    std::size_t bytes = 0;
    for (const KeptRecord* record : records)
        bytes += record->data.size();
    auto buffer = arrow::AllocateBuffer(std::int64_t(bytes + RawRecords::kPadding));
    if (!buffer.ok())
        return errorFromArrow(buffer.status(), "replay " + id);
    std::size_t at = 0;
    for (const KeptRecord* record : records) {
        std::memcpy((*buffer)->mutable_data() + at, record->data.data(), record->data.size());
        raw->offsets.push_back(std::uint32_t(at));
        raw->lengths.push_back(std::uint32_t(record->data.size()));
        raw->positions.push_back(record->position);
        at += record->data.size();
    }
    std::memset((*buffer)->mutable_data() + at, 0, RawRecords::kPadding);
    const KeptRecord& first = *records.front();
    raw->bytes = std::move(*buffer);
    raw->source = std::make_shared<const std::string>(source);
    raw->partition = std::make_shared<const std::string>(first.partition);
    raw->ingestTimeUs = first.ingestTimeUs;
    raw->arrivalNs = clock.steadyNow().ns;
    raw->replay = std::make_shared<const Replay>(Replay{id, first.into, first.attempt + 1});
    return raw;
}

void must(const arrow::Status& status)
{
    if (!status.ok())
        status.Abort("telling what was replayed");
}

std::shared_ptr<arrow::Array> finished(arrow::ArrayBuilder& builder)
{
    std::shared_ptr<arrow::Array> out;
    must(builder.Finish(&out));
    return out;
}

std::string nameNow(const Plan& plan, const std::string& source)
{
    if (plan.find(source))
        return source;
    const auto renamed = std::ranges::find(plan.nodes, source, &PlannedNode::was);
    return renamed == plan.nodes.end() ? source : renamed->name;
}

} // namespace

Result<std::map<std::string, std::vector<std::shared_ptr<const RawRecords>>>>
replayRuns(const Plan& plan, const std::string& id, std::span<const KeptRecord> records,
           const Clock& clock)
{
    std::vector<Way> order;
    std::map<Way, std::vector<const KeptRecord*>> byWay;
    for (const KeptRecord& record : records) {
        auto& run = byWay[wayOf(record)];
        if (run.empty())
            order.push_back(wayOf(record));
        run.push_back(&record);
    }
    std::map<std::string, std::vector<std::shared_ptr<const RawRecords>>> out;
    for (const Way& way : order) {
        const std::string source = nameNow(plan, std::get<0>(way));
        SLUICE_TRY(auto run, runOf(source, byWay[way], id, clock));
        out[source].push_back(std::move(run));
    }
    return out;
}

Batch replayedRows(const std::string& id, std::span<const KeptRecord> records, const Clock& clock)
{
    arrow::StringBuilder verdicts, nodes, sources, partitions, ids;
    arrow::Int64Builder positions, attempts;
    arrow::MemoryPool* pool = arrow::default_memory_pool();
    arrow::TimestampBuilder eventTimes(timestampType(), pool), ingestTimes(timestampType(), pool),
        replayTimes(timestampType(), pool);
    arrow::BooleanBuilder edited;
    arrow::BinaryBuilder data;
    const std::int64_t now = clock.wallNow().us;
    for (const KeptRecord& record : records) {
        must(verdicts.Append(record.verdict));
        must(nodes.Append(record.node));
        must(sources.Append(record.source));
        must(partitions.Append(record.partition));
        must(positions.Append(record.position));
        must(attempts.Append(record.attempt));
        must(record.eventTimeUs ? eventTimes.Append(*record.eventTimeUs) : eventTimes.AppendNull());
        must(ingestTimes.Append(record.ingestTimeUs));
        must(ids.Append(id));
        must(replayTimes.Append(now));
        must(edited.Append(record.isEdited));
        must(data.Append(record.data));
    }
    Batch out;
    out.columns
        = arrow::RecordBatch::Make(flow::replayedSchema(), std::int64_t(records.size()),
                                   {finished(verdicts), finished(nodes), finished(sources),
                                    finished(partitions), finished(positions), finished(attempts),
                                    finished(eventTimes), finished(ingestTimes), finished(ids),
                                    finished(replayTimes), finished(edited), finished(data)});
    return out;
}

} // namespace sluice::runtime
