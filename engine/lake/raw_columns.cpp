// SPDX-License-Identifier: Apache-2.0
#include "engine/lake/raw_columns.h"

#include "engine/base/checksum.h"
#include "engine/columns/recycling_pool.h"
#include "engine/lake/lake_error.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdio>
#include <cstring>
#include <limits>

#include <arrow/array/array_binary.h>
#include <arrow/array/array_dict.h>
#include <arrow/array/array_primitive.h>
#include <arrow/array/builder_binary.h>
#include <arrow/array/builder_time.h>
#include <arrow/array/util.h>
#include <arrow/buffer.h>
#include <arrow/scalar.h>
#include <simdjson.h>

namespace sluice::lake {
namespace {

constexpr std::size_t kLongestNumber = 20;  // digits and sign of an int64
constexpr std::size_t kMostPartitions = 64; // in a dictionary

constexpr std::array<std::int32_t, 16384> kZeros{}; // indices of a dictionary's first value

// Which rows of a batch are written, and the raw record of each.
struct RawPick
{
    std::vector<std::uint32_t> rows, records;
};

const std::shared_ptr<arrow::DataType>& repeatedType()
{
    static const auto type = arrow::dictionary(arrow::int32(), arrow::utf8());
    return type;
}

// One record a row; of neighbours made from one record (unnest) only the first.
RawPick pickRecords(const Batch& batch)
{
    RawPick out;
    const auto rows = std::uint32_t(batch.rows());
    out.rows.reserve(rows);
    out.records.reserve(rows);
    for (std::uint32_t row = 0; row < rows; ++row) {
        const std::uint32_t record = batch.rawRow(row);
        if (!out.records.empty() && out.records.back() == record)
            continue;
        out.rows.push_back(row);
        out.records.push_back(record);
    }
    return out;
}

// Takes out the rows whose own record is not UTF-8.
std::vector<std::uint32_t> removeBadRows(const RawRecords& raw, RawPick& pick)
{
    std::vector<std::uint32_t> bad;
    RawPick good;
    for (std::size_t i = 0; i < pick.rows.size(); ++i) {
        const std::string_view record = raw.record(pick.records[i]);
        if (simdjson::validate_utf8(record.data(), record.size())) {
            good.rows.push_back(pick.rows[i]);
            good.records.push_back(pick.records[i]);
        } else {
            bad.push_back(pick.rows[i]);
        }
    }
    pick = std::move(good);
    return bad;
}

struct Texts
{
    std::shared_ptr<arrow::Buffer> offsets;
    std::shared_ptr<arrow::Buffer> bytes;
};

std::shared_ptr<arrow::Array> stringArray(std::int64_t rows, const Texts& texts)
{
    return std::make_shared<arrow::StringArray>(rows, texts.offsets, texts.bytes);
}

// The records where they lie; the array keeps the bytes of the whole run.
arrow::Result<std::shared_ptr<arrow::Array>> viewRecords(const RawRecords& raw,
                                                         const std::vector<std::uint32_t>& records)
{
    using View = arrow::BinaryViewType;
    if (raw.bytes->size() > std::numeric_limits<std::int32_t>::max())
        return arrow::Status::CapacityError("more than 2 GiB of records in one run");
    ARROW_ASSIGN_OR_RAISE(auto views,
                          arrow::AllocateBuffer(std::int64_t(records.size()) * View::kSize,
                                                recyclingPool()));
    auto* view = views->mutable_data_as<View::c_type>();
    const std::uint8_t* const bytes = raw.bytes->data();
    for (const std::uint32_t record : records) {
        const auto length = std::int32_t(raw.lengths[record]);
        const std::uint8_t* const from = bytes + raw.offsets[record];
        if (length <= View::kInlineSize) {
            *view = {};
            view->inlined.size = length;
            std::memcpy(view->inlined.data.data(), from, std::size_t(length));
        } else {
            view->ref = {length, {}, 0, std::int32_t(raw.offsets[record])};
            std::memcpy(view->ref.prefix.data(), from, View::kPrefixSize);
        }
        ++view;
    }
    return std::make_shared<arrow::StringViewArray>(arrow::utf8_view(),
                                                    std::int64_t(records.size()), std::move(views),
                                                    arrow::BufferVector{raw.bytes});
}

arrow::Result<Texts> buildIds(const RawRecords& raw, const std::vector<std::uint32_t>& records)
{
    const std::string prefix = *raw.partition + ":";
    ARROW_ASSIGN_OR_RAISE(auto offsets,
                          arrow::AllocateBuffer(std::int64_t((records.size() + 1) * 4),
                                                recyclingPool()));
    ARROW_ASSIGN_OR_RAISE(auto bytes,
                          arrow::AllocateResizableBuffer(
                              std::int64_t(records.size() * (prefix.size() + kLongestNumber)),
                              recyclingPool()));
    auto* offset = offsets->mutable_data_as<std::int32_t>();
    char* const start = reinterpret_cast<char*>(bytes->mutable_data());
    char* to = start;
    for (const std::uint32_t record : records) {
        *offset++ = std::int32_t(to - start);
        std::memcpy(to, prefix.data(), prefix.size());
        to += prefix.size();
        to = std::to_chars(to, to + kLongestNumber, raw.positions[record]).ptr;
    }
    *offset = std::int32_t(to - start);
    ARROW_RETURN_NOT_OK(bytes->Resize(to - start, false));
    return Texts{std::move(offsets), std::move(bytes)};
}

arrow::Result<std::shared_ptr<arrow::Array>> buildOffsets(const RawRecords& raw,
                                                          const std::vector<std::uint32_t>& records)
{
    ARROW_ASSIGN_OR_RAISE(auto values,
                          arrow::AllocateBuffer(std::int64_t(records.size() * 8), recyclingPool()));
    auto* value = values->mutable_data_as<std::int64_t>();
    for (const std::uint32_t record : records)
        *value++ = raw.positions[record];
    return std::make_shared<arrow::Int64Array>(std::int64_t(records.size()), std::move(values));
}

arrow::Result<std::shared_ptr<arrow::Array>> pickEventTimes(const Batch& batch,
                                                            const std::vector<std::uint32_t>& rows)
{
    const auto count = std::int64_t(rows.size());
    if (!batch.eventTimes)
        return arrow::MakeArrayOfNull(timestampType(), count);
    if (rows.size() == std::size_t(batch.rows())) { // the same values under another type
        const auto& times = *batch.eventTimes->data();
        return arrow::MakeArray(arrow::ArrayData::Make(timestampType(), times.length, times.buffers,
                                                       times.null_count, times.offset));
    }
    arrow::TimestampBuilder builder(timestampType(), arrow::default_memory_pool());
    ARROW_RETURN_NOT_OK(builder.Reserve(count));
    for (const std::uint32_t row : rows) {
        if (batch.eventTimes->IsNull(row))
            builder.UnsafeAppendNull();
        else
            builder.UnsafeAppend(batch.eventTimes->Value(row));
    }
    return builder.Finish();
}

// A dictionary, which the Parquet writer takes over as it is, and one value of it for all rows: no
// hash per row. If the dictionary is another one than the file's, the writer gives dictionaries up
// for the rest of the file.
arrow::Result<std::shared_ptr<arrow::Array>>
repeatedText(const std::vector<std::string>& dictionary, std::size_t index, std::size_t rows)
{
    arrow::StringBuilder values;
    ARROW_RETURN_NOT_OK(values.AppendValues(dictionary));
    ARROW_ASSIGN_OR_RAISE(auto all, values.Finish());
    std::shared_ptr<arrow::Array> indices;
    if (index == 0 && rows <= kZeros.size()) {
        indices = std::make_shared<arrow::Int32Array>(std::int64_t(rows),
                                                      arrow::Buffer::Wrap(kZeros.data(),
                                                                          kZeros.size()));
    } else {
        const arrow::Int32Scalar one(static_cast<std::int32_t>(index));
        ARROW_ASSIGN_OR_RAISE(indices, arrow::MakeArrayFromScalar(one, std::int64_t(rows)));
    }
    return std::make_shared<arrow::DictionaryArray>(repeatedType(), std::move(indices),
                                                    std::move(all));
}

std::string schemaFingerprint(const arrow::Schema& schema)
{
    std::string text;
    for (const auto& field : schema.fields())
        text += field->name() + ":" + typeName(*field->type()) + ";";
    std::array<char, 20> hex{};
    std::snprintf(hex.data(), hex.size(), "%016llx",
                  static_cast<unsigned long long>(fingerprint(text)));
    return hex.data();
}

} // namespace

const std::shared_ptr<arrow::Schema>& rawSchema()
{
    static const auto schema = arrow::schema(
        {arrow::field("event_id", arrow::utf8()), arrow::field("event_time", timestampType()),
         arrow::field("event_data", arrow::utf8()), arrow::field("source", arrow::utf8()),
         arrow::field("partition", arrow::utf8()), arrow::field("offset", arrow::int64()),
         arrow::field("ingest_time", timestampType()), arrow::field("schema_id", arrow::utf8())});
    return schema;
}

FileSettings rawSettings(FileSettings base)
{
    base.plainColumns = {"event_data"};
    base.prefixedColumns = {"event_id"};
    base.packedColumns = {"event_time", "offset", "ingest_time"};
    base.unmeasuredColumns = {"event_id", "event_data", "source", "partition", "schema_id"};
    base.requiredColumns
        = {"event_id", "event_data", "source", "partition", "offset", "ingest_time", "schema_id"};
    return base;
}

RawColumns::RawColumns(const arrow::Schema& readSchema)
    : m_schemaId(schemaFingerprint(readSchema))
{
}

const std::shared_ptr<arrow::Schema>& RawColumns::batchSchema()
{
    static const auto schema = [] {
        arrow::FieldVector fields = rawSchema()->fields();
        for (auto& field : fields)
            if (field->name() == "source" || field->name() == "partition"
                || field->name() == "schema_id")
                field = field->WithType(repeatedType());
            else if (field->name() == "event_data")
                field = field->WithType(arrow::utf8_view());
        return arrow::schema(std::move(fields));
    }();
    return schema;
}

// Partitions come anew at most when a source is opened or grows, so that a file after that has one
// dictionary. Of very many, each is given to the writer by itself.
arrow::Result<std::shared_ptr<arrow::Array>>
RawColumns::partitionColumn(const std::string& partition, std::size_t rows)
{
    auto found = std::ranges::find(m_partitions, partition);
    if (found == m_partitions.end()) {
        if (m_partitions.size() == kMostPartitions)
            m_partitions.clear();
        m_partitions.push_back(partition);
        found = m_partitions.end() - 1;
    }
    return repeatedText(m_partitions, std::size_t(found - m_partitions.begin()), rows);
}

arrow::Result<std::shared_ptr<arrow::RecordBatch>>
RawColumns::rawBatch(const Batch& batch, const std::vector<std::uint32_t>& rows,
                     const std::vector<std::uint32_t>& records, std::shared_ptr<arrow::Array> data)
{
    const RawRecords& raw = *batch.raw;
    const std::size_t count = records.size();
    ARROW_ASSIGN_OR_RAISE(const Texts ids, buildIds(raw, records));
    ARROW_ASSIGN_OR_RAISE(auto eventTimes, pickEventTimes(batch, rows));
    ARROW_ASSIGN_OR_RAISE(auto source, repeatedText({*raw.source}, 0, count));
    ARROW_ASSIGN_OR_RAISE(auto partition, partitionColumn(*raw.partition, count));
    ARROW_ASSIGN_OR_RAISE(auto offsets, buildOffsets(raw, records));
    ARROW_ASSIGN_OR_RAISE(auto ingestTimes,
                          arrow::MakeArrayFromScalar(arrow::TimestampScalar(raw.ingestTimeUs,
                                                                            timestampType()),
                                                     std::int64_t(count)));
    ARROW_ASSIGN_OR_RAISE(auto schemaIds, repeatedText({m_schemaId}, 0, count));
    return arrow::RecordBatch::Make(batchSchema(), std::int64_t(count),
                                    {stringArray(std::int64_t(count), ids), std::move(eventTimes),
                                     std::move(data), std::move(source), std::move(partition),
                                     std::move(offsets), std::move(ingestTimes),
                                     std::move(schemaIds)});
}

Result<RawColumns::Rows> RawColumns::convert(const Batch& batch)
{
    Rows out;
    const std::string& source = *batch.raw->source;
    RawPick pick = pickRecords(batch);
    out.repeated = batch.rows() - std::int64_t(pick.rows.size());
    if (!batch.raw->isAscii)
        out.badRows = removeBadRows(*batch.raw, pick);
    SLUICE_LAKE_ARROW_VALUE(auto data, viewRecords(*batch.raw, pick.records), source);
    SLUICE_LAKE_ARROW_VALUE(out.columns, rawBatch(batch, pick.rows, pick.records, std::move(data)),
                            source);
    return out;
}

} // namespace sluice::lake
