// SPDX-License-Identifier: Apache-2.0
#include "engine/lake/checkpoint_reader.h"

#include "engine/lake/lake_error.h"
#include "engine/lake/parquet_file.h"

#include <algorithm>
#include <array>
#include <exception>
#include <string_view>

#include <arrow/array.h>
#include <arrow/io/file.h>
#include <arrow/table.h>
#include <parquet/arrow/reader.h>
#include <parquet/file_reader.h>
#include <parquet/schema.h>

namespace sluice::lake {
namespace {

// One action column, a struct that is null in the rows of other actions. Fields that a writer left
// out read as null.
class ActionColumn
{
public:
    ActionColumn(const arrow::RecordBatch& batch, const std::string& name)
        : m_struct(std::dynamic_pointer_cast<arrow::StructArray>(batch.GetColumnByName(name)))
    {
    }
    explicit ActionColumn(std::shared_ptr<arrow::StructArray> column)
        : m_struct(std::move(column))
    {
    }

    bool has(std::int64_t row) const { return m_struct && m_struct->IsValid(row); }
    bool hasField(const std::string& name, std::int64_t row) const
    {
        const auto column = field(name);
        return column && column->IsValid(row);
    }

    std::string text(const std::string& name, std::int64_t row) const
    {
        const auto column = field(name);
        if (!column || column->IsNull(row) || column->type_id() != arrow::Type::STRING)
            return {};
        return std::string(static_cast<const arrow::StringArray&>(*column).GetView(row));
    }

    std::int64_t number(const std::string& name, std::int64_t row, std::int64_t otherwise = 0) const
    {
        const auto column = field(name);
        if (!column || column->IsNull(row))
            return otherwise;
        if (column->type_id() == arrow::Type::INT64)
            return static_cast<const arrow::Int64Array&>(*column).Value(row);
        if (column->type_id() == arrow::Type::INT32)
            return static_cast<const arrow::Int32Array&>(*column).Value(row);
        return otherwise;
    }

    bool flag(const std::string& name, std::int64_t row) const
    {
        const auto column = field(name);
        return column && column->IsValid(row) && column->type_id() == arrow::Type::BOOL
            && static_cast<const arrow::BooleanArray&>(*column).Value(row);
    }

    std::vector<std::string> list(const std::string& name, std::int64_t row) const
    {
        std::vector<std::string> out;
        const auto column = std::dynamic_pointer_cast<arrow::ListArray>(field(name));
        if (!column || column->IsNull(row))
            return out;
        const auto* items = dynamic_cast<const arrow::StringArray*>(column->values().get());
        for (std::int64_t i = column->value_offset(row); items && i < column->value_offset(row + 1);
             ++i)
            out.emplace_back(items->GetView(i));
        return out;
    }

    PartitionValues map(const std::string& name, std::int64_t row) const
    {
        PartitionValues out;
        const auto column = std::dynamic_pointer_cast<arrow::MapArray>(field(name));
        if (!column || column->IsNull(row))
            return out;
        const auto* keys = dynamic_cast<const arrow::StringArray*>(column->keys().get());
        const auto* items = dynamic_cast<const arrow::StringArray*>(column->items().get());
        if (!keys || !items)
            return out;
        for (std::int64_t i = column->value_offset(row); i < column->value_offset(row + 1); ++i) {
            std::optional<std::string> value;
            if (items->IsValid(i))
                value = std::string(items->GetView(i));
            out.emplace(std::string(keys->GetView(i)), std::move(value));
        }
        return out;
    }

    TextMap textMap(const std::string& name, std::int64_t row) const
    {
        TextMap out;
        for (auto& [key, value] : map(name, row))
            if (value)
                out.emplace(key, *value);
        return out;
    }

private:
    std::shared_ptr<arrow::Array> field(const std::string& name) const
    {
        return m_struct ? m_struct->GetFieldByName(name) : nullptr;
    }
    std::shared_ptr<arrow::StructArray> m_struct;
};

PartitionValues withoutEmptyTexts(PartitionValues values)
{
    for (auto& [column, value] : values)
        if (value && value->empty())
            value.reset(); // as in readPartitionValues of the JSON form
    return values;
}

Status readAdds(const ActionColumn& add, std::int64_t rows, const std::string& path, Snapshot& out)
{
    for (std::int64_t row = 0; row < rows; ++row) {
        if (!add.has(row))
            continue;
        if (add.hasField("deletionVector", row))
            return lakeError(ErrorCode::Unsupported, "the table uses the feature deletionVectors",
                             path,
                             "Rewrite the table without deletion vectors with the program that "
                             "made it.");
        AddFile file{.path = add.text("path", row),
                     .partitionValues = withoutEmptyTexts(add.map("partitionValues", row)),
                     .size = add.number("size", row),
                     .modificationTime = add.number("modificationTime", row),
                     .dataChange = add.flag("dataChange", row),
                     .stats = add.text("stats", row),
                     .tags = add.textMap("tags", row)};
        std::string key = file.path;
        out.files.insert_or_assign(std::move(key), std::move(file));
    }
    return ok();
}

void readRemoves(const ActionColumn& remove, std::int64_t rows, Snapshot& out)
{
    for (std::int64_t row = 0; row < rows; ++row) {
        if (!remove.has(row))
            continue;
        RemoveFile file{.path = remove.text("path", row),
                        .deletionTimestamp = remove.number("deletionTimestamp", row),
                        .dataChange = remove.flag("dataChange", row),
                        .partitionValues = withoutEmptyTexts(remove.map("partitionValues", row)),
                        .size = remove.number("size", row)};
        std::string key = file.path;
        out.tombstones.insert_or_assign(std::move(key), std::move(file));
    }
}

void readRest(const arrow::RecordBatch& batch, Snapshot& out)
{
    const ActionColumn txn(batch, "txn");
    const ActionColumn metadata(batch, "metaData");
    const ActionColumn protocol(batch, "protocol");
    const ActionColumn domain(batch, "domainMetadata");
    for (std::int64_t row = 0; row < batch.num_rows(); ++row) {
        if (txn.has(row)) {
            const std::string appId = txn.text("appId", row);
            out.transactions[appId] = {.appId = appId,
                                       .version = txn.number("version", row),
                                       .lastUpdated = txn.number("lastUpdated", row)};
        }
        if (metadata.has(row))
            out.metadata = {.id = metadata.text("id", row),
                            .name = metadata.text("name", row),
                            .description = metadata.text("description", row),
                            .schemaString = metadata.text("schemaString", row),
                            .partitionColumns = metadata.list("partitionColumns", row),
                            .configuration = metadata.textMap("configuration", row),
                            .createdTime = metadata.number("createdTime", row)};
        if (protocol.has(row))
            out.protocol = {.minReaderVersion = int(protocol.number("minReaderVersion", row, 1)),
                            .minWriterVersion = int(protocol.number("minWriterVersion", row, 2)),
                            .readerFeatures = protocol.list("readerFeatures", row),
                            .writerFeatures = protocol.list("writerFeatures", row)};
        if (domain.has(row) && !domain.flag("removed", row)) {
            const std::string name = domain.text("domain", row);
            out.domains[name] = {.domain = name,
                                 .configuration = domain.text("configuration", row),
                                 .isRemoved = false};
        }
    }
}

// Leaves out what other writers add for their own use (stats_parsed and the like), which may be
// large and of types that we do not read.
std::vector<int> wantedColumns(const parquet::SchemaDescriptor& schema)
{
    static constexpr std::array<std::string_view, 6> kActions{"txn",      "add",
                                                              "remove",   "metaData",
                                                              "protocol", "domainMetadata"};
    std::vector<int> out;
    for (int i = 0; i < schema.num_columns(); ++i) {
        const std::vector<std::string> path = schema.Column(i)->path()->ToDotVector();
        const bool isParsed = path.size() > 1 && path[1].ends_with("_parsed");
        if (std::ranges::find(kActions, path[0]) != kActions.end() && !isParsed)
            out.push_back(i);
    }
    return out;
}

Status readPart(const std::string& path, Snapshot& out)
{
    SLUICE_LAKE_ARROW_VALUE(auto reader, openParquet(path), path);
    const std::vector<int> columns = wantedColumns(*reader->parquet_reader()->metadata()->schema());
    SLUICE_LAKE_ARROW_VALUE(auto table, reader->ReadTable(columns), path);
    arrow::TableBatchReader batches(*table);
    for (;;) {
        SLUICE_LAKE_ARROW_VALUE(const auto batch, batches.Next(), path);
        if (!batch)
            return ok();
        SLUICE_TRY(readAdds(ActionColumn(*batch, "add"), batch->num_rows(), path, out));
        readRemoves(ActionColumn(*batch, "remove"), batch->num_rows(), out);
        readRest(*batch, out);
    }
}

} // namespace

Result<Snapshot> readCheckpoint(const std::string& logFolder, std::int64_t version,
                                const std::vector<std::string>& names)
{
    Snapshot snapshot;
    snapshot.version = version;
    snapshot.checkpointVersion = version;
    for (const std::string& name : names) {
        const std::string path = logFolder + "/" + name;
        Status read = ok();
        try {
            read = readPart(path, snapshot);
        } catch (const std::exception& failure) {
            read = errorFromArrow(arrow::Status::Invalid(failure.what()), path);
        }
        if (!read && read.error().code == ErrorCode::Unsupported)
            return read.error();
        if (!read)
            return lakeError(ErrorCode::DecodeFailed,
                             "the checkpoint cannot be read: " + read.error().message, path,
                             "Restore it from a backup, or remove it if the commits from version 0 "
                             "on are still there.");
    }
    return snapshot;
}

} // namespace sluice::lake
