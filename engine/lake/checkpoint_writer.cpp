// SPDX-License-Identifier: Apache-2.0
#include "engine/lake/checkpoint_writer.h"

#include "engine/base/durable_file.h"
#include "engine/base/fail_point.h"
#include "engine/base/json_writer.h"
#include "engine/lake/commit_file.h"
#include "engine/lake/lake_error.h"
#include "engine/lake/parquet_file.h"
#include "engine/lake/random_name.h"

#include <cerrno>
#include <cstdio>
#include <exception>

#include <arrow/array/builder_nested.h>
#include <arrow/builder.h>
#include <arrow/io/file.h>
#include <arrow/table.h>
#include <parquet/arrow/writer.h>
#include <sys/stat.h>
#include <unistd.h>

namespace sluice::lake {
namespace {

constexpr std::int64_t kDayMs = 86'400'000;

std::shared_ptr<arrow::DataType> textMapType()
{
    return arrow::map(arrow::utf8(), arrow::utf8());
}

std::shared_ptr<arrow::DataType> textListType()
{
    return arrow::list(arrow::field("element", arrow::utf8()));
}

// The order of the columns is the order of kActions below.
arrow::FieldVector actionFields()
{
    using arrow::field;
    const auto text = arrow::utf8();
    const auto number = arrow::int64();
    const auto flag = arrow::boolean();
    return {field("txn",
                  arrow::struct_({field("appId", text), field("version", number),
                                  field("lastUpdated", number)})),
            field("add",
                  arrow::struct_({field("path", text), field("partitionValues", textMapType()),
                                  field("size", number), field("modificationTime", number),
                                  field("dataChange", flag), field("stats", text),
                                  field("tags", textMapType())})),
            field("remove",
                  arrow::struct_({field("path", text), field("deletionTimestamp", number),
                                  field("dataChange", flag), field("extendedFileMetadata", flag),
                                  field("partitionValues", textMapType()), field("size", number)})),
            field("metaData",
                  arrow::struct_(
                      {field("id", text), field("name", text), field("description", text),
                       field("format",
                             arrow::struct_(
                                 {field("provider", text), field("options", textMapType())})),
                       field("schemaString", text), field("partitionColumns", textListType()),
                       field("createdTime", number), field("configuration", textMapType())})),
            field("protocol",
                  arrow::struct_({field("minReaderVersion", arrow::int32()),
                                  field("minWriterVersion", arrow::int32()),
                                  field("readerFeatures", textListType()),
                                  field("writerFeatures", textListType())})),
            field("domainMetadata",
                  arrow::struct_({field("domain", text), field("configuration", text),
                                  field("removed", flag)}))};
}

enum ActionIndex { kTxn, kAdd, kRemove, kMetadata, kProtocol, kDomain, kActionCount };

// Appending to memory fails only when memory is out, which no caller can mend.
void must(const arrow::Status& status)
{
    if (!status.ok())
        status.Abort("building a checkpoint");
}

// Fills the fields of one struct row, in their order.
class StructRow
{
public:
    explicit StructRow(arrow::StructBuilder& builder)
        : m_builder(builder)
    {
        must(m_builder.Append());
    }

    StructRow& text(const std::string& value, bool isNull = false)
    {
        auto& builder = next<arrow::StringBuilder>();
        must(isNull ? builder.AppendNull() : builder.Append(value));
        return *this;
    }
    StructRow& number(std::int64_t value)
    {
        must(next<arrow::Int64Builder>().Append(value));
        return *this;
    }
    StructRow& smallNumber(int value)
    {
        must(next<arrow::Int32Builder>().Append(value));
        return *this;
    }
    StructRow& flag(bool value)
    {
        must(next<arrow::BooleanBuilder>().Append(value));
        return *this;
    }
    StructRow& list(const std::vector<std::string>& items, bool isNull = false)
    {
        auto& builder = next<arrow::ListBuilder>();
        must(isNull ? builder.AppendNull() : builder.Append());
        for (const std::string& item : items)
            if (!isNull)
                must(static_cast<arrow::StringBuilder*>(builder.value_builder())->Append(item));
        return *this;
    }
    template <class Map> StructRow& map(const Map& values)
    {
        auto& builder = next<arrow::MapBuilder>();
        auto* keys = static_cast<arrow::StringBuilder*>(builder.key_builder());
        auto* items = static_cast<arrow::StringBuilder*>(builder.item_builder());
        must(builder.Append());
        for (const auto& [key, value] : values) {
            must(keys->Append(key));
            appendItem(*items, value);
        }
        return *this;
    }
    arrow::StructBuilder& structure() { return next<arrow::StructBuilder>(); }

private:
    static void appendItem(arrow::StringBuilder& items, const std::string& value)
    {
        must(items.Append(value));
    }
    static void appendItem(arrow::StringBuilder& items, const std::optional<std::string>& value)
    {
        must(value ? items.Append(*value) : items.AppendNull());
    }
    template <class Builder> Builder& next()
    {
        return static_cast<Builder&>(*m_builder.field_builder(m_field++));
    }
    arrow::StructBuilder& m_builder;
    int m_field = 0;
};

// Builds the rows of a checkpoint: one action each, the other columns null.
class ActionRows
{
public:
    ActionRows()
        : m_schema(arrow::schema(actionFields()))
    {
        for (const auto& field : m_schema->fields()) {
            std::unique_ptr<arrow::ArrayBuilder> builder;
            must(arrow::MakeBuilder(arrow::default_memory_pool(), field->type(), &builder));
            m_builders.push_back(std::move(builder));
        }
    }

    StructRow row(ActionIndex action)
    {
        for (int i = 0; i < kActionCount; ++i)
            if (i != action)
                must(m_builders[std::size_t(i)]->AppendNull());
        ++m_rows;
        return StructRow(static_cast<arrow::StructBuilder&>(*m_builders[action]));
    }

    std::shared_ptr<arrow::RecordBatch> finish()
    {
        arrow::ArrayVector columns;
        for (auto& builder : m_builders) {
            columns.emplace_back();
            must(builder->Finish(&columns.back()));
        }
        return arrow::RecordBatch::Make(m_schema, m_rows, std::move(columns));
    }

private:
    std::shared_ptr<arrow::Schema> m_schema;
    std::vector<std::unique_ptr<arrow::ArrayBuilder>> m_builders;
    std::int64_t m_rows = 0;
};

void addTableRows(ActionRows& rows, const Snapshot& snapshot)
{
    const Protocol& protocol = snapshot.protocol;
    rows.row(kProtocol)
        .smallNumber(protocol.minReaderVersion)
        .smallNumber(protocol.minWriterVersion)
        .list(protocol.readerFeatures, protocol.minReaderVersion < 3)
        .list(protocol.writerFeatures, protocol.minWriterVersion < 7);
    const Metadata& metadata = snapshot.metadata;
    StructRow row = rows.row(kMetadata);
    row.text(metadata.id)
        .text(metadata.name, metadata.name.empty())
        .text(metadata.description, metadata.description.empty());
    StructRow(row.structure()).text("parquet").map(TextMap());
    row.text(metadata.schemaString)
        .list(metadata.partitionColumns)
        .number(metadata.createdTime)
        .map(metadata.configuration);
    for (const auto& [appId, txn] : snapshot.transactions)
        rows.row(kTxn).text(appId).number(txn.version).number(txn.lastUpdated);
    for (const auto& [name, domain] : snapshot.domains)
        rows.row(kDomain).text(name).text(domain.configuration).flag(false);
}

std::shared_ptr<arrow::RecordBatch> checkpointRows(const Snapshot& snapshot,
                                                   std::int64_t forgetBeforeMs)
{
    ActionRows rows;
    addTableRows(rows, snapshot);
    // dataChange is false throughout, as in Spark's: a checkpoint brings nothing new.
    for (const auto& [path, add] : snapshot.files)
        rows.row(kAdd)
            .text(path)
            .map(add.partitionValues)
            .number(add.size)
            .number(add.modificationTime)
            .flag(false)
            .text(add.stats, add.stats.empty())
            .map(add.tags);
    for (const auto& [path, remove] : snapshot.tombstones)
        if (remove.deletionTimestamp >= forgetBeforeMs)
            rows.row(kRemove)
                .text(path)
                .number(remove.deletionTimestamp)
                .flag(false)
                .flag(true)
                .map(remove.partitionValues)
                .number(remove.size);
    return rows.finish();
}

Status writeRows(const std::string& path, const arrow::RecordBatch& rows)
{
    SLUICE_TRY(failPoint("checkpoint.write", path));
    FileSettings settings;
    settings.plainColumns = {"add.path", "add.stats", "remove.path"};
    SLUICE_LAKE_ARROW_VALUE(auto stream, arrow::io::FileOutputStream::Open(path), path);
    try {
        SLUICE_LAKE_ARROW_VALUE(auto writer,
                                parquet::arrow::FileWriter::Open(*rows.schema(),
                                                                 arrow::default_memory_pool(),
                                                                 stream,
                                                                 writerProperties(settings)),
                                path);
        SLUICE_LAKE_ARROW(writer->WriteRecordBatch(rows), path);
        SLUICE_LAKE_ARROW(writer->Close(), path);
    } catch (const std::exception& failure) {
        return errorFromArrow(arrow::Status::IOError(failure.what()), path);
    }
    SLUICE_LAKE_ARROW(stream->Close(), path);
    return syncFile(path);
}

std::int64_t fileTimeMs(const std::string& path)
{
    struct stat info
    {
    };
    return ::stat(path.c_str(), &info) == 0 ? std::int64_t(info.st_mtim.tv_sec) * 1000 : 0;
}

std::string lastCheckpointText(const Snapshot& snapshot, std::int64_t actions, std::int64_t bytes)
{
    JsonWriter out;
    out.beginObject().key("version").value(snapshot.version).key("size").value(actions);
    out.key("sizeInBytes").value(bytes);
    out.key("numOfAddFiles").value(std::int64_t(snapshot.files.size())).endObject();
    return out.take();
}

} // namespace

bool needsCheckpoint(const Snapshot& snapshot, const CheckpointPolicy& policy)
{
    const std::int64_t commits
        = snapshot.version - std::max<std::int64_t>(snapshot.checkpointVersion, 0);
    return commits >= policy.commits || snapshot.logBytesSinceCheckpoint >= policy.logBytes;
}

Status writeCheckpoint(const DeltaLog& log, Snapshot& snapshot, const Clock& clock)
{
    const std::int64_t nowMs = clock.wallNow().us / 1000;
    const std::int64_t keepMs
        = intervalMs(snapshot.property("delta.deletedFileRetentionDuration"), 7 * kDayMs);
    const auto rows = checkpointRows(snapshot, nowMs - keepMs);
    const std::string temporary = log.logFolder() + "/.tmp-" + randomUuid();
    const std::string path = log.logFolder() + "/" + checkpointName(snapshot.version);
    if (Status written = writeRows(temporary, *rows); !written) {
        ::unlink(temporary.c_str());
        return written;
    }
    SLUICE_TRY(failPoint("checkpoint.rename", path));
    struct stat info
    {
    };
    if (::stat(temporary.c_str(), &info) != 0 || ::rename(temporary.c_str(), path.c_str()) != 0) {
        const int failure = errno;
        ::unlink(temporary.c_str());
        return errorFromErrno(failure, "cannot put the checkpoint in place", path);
    }
    SLUICE_TRY(failPoint("checkpoint.renamed", path));
    SLUICE_TRY(syncFolder(log.logFolder()));
    SLUICE_TRY(writeFileDurably(log.logFolder() + "/_last_checkpoint",
                                lastCheckpointText(snapshot, rows->num_rows(), info.st_size),
                                "last_checkpoint"));
    snapshot.checkpointVersion = snapshot.version;
    snapshot.logBytesSinceCheckpoint = 0;
    return ok();
}

Result<std::int64_t> cleanLog(const DeltaLog& log, const Snapshot& snapshot, const Clock& clock)
{
    const std::int64_t nowMs = clock.wallNow().us / 1000;
    const std::int64_t keepMs
        = intervalMs(snapshot.property("delta.logRetentionDuration"), 30 * kDayMs);
    SLUICE_TRY(const LogListing listing, listLog(log.logFolder()));
    std::int64_t firstKept = -1; // the newest checkpoint that is older than what must be kept
    for (const auto& [version, names] : listing.checkpoints)
        if (fileTimeMs(log.logFolder() + "/" + names.front()) <= nowMs - keepMs
            && listing.commits.contains(version))
            firstKept = version;
    std::int64_t removed = 0;
    for (const std::int64_t version : listing.commits)
        if (version < firstKept)
            removed += ::unlink((log.logFolder() + "/" + commitName(version)).c_str()) == 0;
    for (const auto& [version, names] : listing.checkpoints)
        for (const std::string& name : names)
            if (version < firstKept)
                removed += ::unlink((log.logFolder() + "/" + name).c_str()) == 0;
    return removed;
}

} // namespace sluice::lake
