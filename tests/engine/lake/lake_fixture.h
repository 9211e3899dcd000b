// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/columns/types.h"
#include "engine/flow/context.h"
#include "engine/lake/delta_log.h"
#include "engine/lake/table_reader.h"
#include "engine/lake/table_sink.h"

#include <fstream>
#include <string>
#include <vector>

#include <QTemporaryDir>
#include <QTest>

#include <arrow/api.h>
#include <arrow/json/from_string.h>

namespace sluice::lake {

/// What a node may do, recorded.
class RecordingContext final : public flow::NodeContext
{
public:
    void emit(Batch) override { }
    void emitTo(std::size_t, Batch) override { }
    void reject(const Batch&, std::span<const std::uint32_t> rows, Verdict verdict,
                const flow::RejectReason& reason) override
    {
        for (const std::uint32_t row : rows)
            rejected.push_back(row);
        lastVerdict = verdict;
        lastReason = reason.message;
    }
    void rejectRecord(const std::shared_ptr<const RawRecords>&, std::uint32_t, Verdict,
                      const flow::RejectReason&) override
    {
    }
    void count(Verdict verdict, std::uint64_t rows) override
    {
        counted[std::size_t(verdict)] += rows;
    }
    NodeCounters& counters() override { return m_counters; }
    const Clock& clock() const override { return systemClock(); }
    EventTime watermark() const override { return now; }

    std::vector<std::uint32_t> rejected;
    Verdict lastVerdict = Verdict::Pass;
    std::string lastReason;
    std::array<std::uint64_t, kVerdictCount> counted{};
    EventTime now = EventTime::min();

private:
    NodeCounters m_counters;
};

/// Returns a batch from Arrow's JSON form of rows: [[1, "a"], [2, null]].
inline std::shared_ptr<arrow::RecordBatch> rowsOf(const std::shared_ptr<arrow::Schema>& schema,
                                                  const std::string& json)
{
    const auto array = arrow::json::ArrayFromJSONString(arrow::struct_(schema->fields()), json);
    if (!array.ok())
        qFatal("%s", array.status().ToString().c_str());
    return arrow::RecordBatch::FromStructArray(*array).ValueOrDie();
}

inline Batch batchOf(std::shared_ptr<arrow::RecordBatch> columns)
{
    Batch batch;
    batch.columns = std::move(columns);
    return batch;
}

inline std::string textOf(const std::string& path)
{
    std::ifstream in(path);
    return {std::istreambuf_iterator<char>(in), {}};
}

inline void writeText(const std::string& path, const std::string& text)
{
    std::ofstream(path) << text;
}

/// All rows of a table at a version as one sorted list of texts.
inline std::vector<std::string> rowTexts(const std::string& folder,
                                         std::optional<std::int64_t> version = {})
{
    const auto snapshot = DeltaLog(folder).load(version);
    if (!snapshot)
        return {snapshot.error().text()};
    const auto batches = readRows(folder, *snapshot);
    if (!batches)
        return {batches.error().text()};
    std::vector<std::string> out;
    for (const auto& batch : *batches)
        for (std::int64_t row = 0; row < batch->num_rows(); ++row) {
            std::string text;
            for (const auto& column : batch->columns())
                text += (text.empty() ? "" : "|") + column->GetScalar(row).ValueOrDie()->ToString();
            out.push_back(text);
        }
    std::sort(out.begin(), out.end());
    return out;
}

/// A lake in a folder of its own, and sinks on it.
class LakeFixture
{
public:
    std::string lake() const { return m_folder.path().toStdString(); }
    std::string folder(const std::string& schema, const std::string& table) const
    {
        return lake() + "/" + schema + "/" + table;
    }

    TableSinkConfig config(const std::shared_ptr<arrow::Schema>& input,
                           const std::string& table = "silver.orders") const
    {
        TableSinkConfig config;
        config.table = table;
        config.lakeFolder = lake();
        config.pipeline = "orders";
        config.node = "sink";
        config.input = input;
        return config;
    }

    /// Writes, seals and commits one epoch; returns the error text, "" if all went well.
    static std::string runEpoch(flow::Sink& sink, const Batch& batch, flow::Epoch epoch)
    {
        RecordingContext context;
        if (const Status written = sink.write(batch, context); !written)
            return written.error().text();
        const auto sealed = sink.seal(epoch);
        if (!sealed)
            return sealed.error().text();
        if (const Status durable = sink.makeDurable(*sealed); !durable)
            return durable.error().text();
        const Status committed = sink.commit(*sealed);
        return committed ? std::string() : committed.error().text();
    }

private:
    QTemporaryDir m_folder;
};

inline const std::shared_ptr<arrow::Schema>& orderSchema()
{
    static const auto schema
        = arrow::schema({arrow::field("id", arrow::int64()), arrow::field("country", arrow::utf8()),
                         arrow::field("ts", timestampType())});
    return schema;
}

} // namespace sluice::lake
