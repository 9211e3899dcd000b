// SPDX-License-Identifier: Apache-2.0
#include "engine/lake/delta_table.h"

#include "engine/base/durable_file.h"
#include "engine/lake/committer.h"
#include "engine/lake/lake_error.h"
#include "engine/lake/random_name.h"
#include "engine/lake/schema_json.h"

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <map>

namespace sluice::lake {
namespace {

int wholeNumberRank(const arrow::DataType& type)
{
    switch (type.id()) {
    case arrow::Type::INT8: return 1;
    case arrow::Type::INT16: return 2;
    case arrow::Type::INT32: return 3;
    case arrow::Type::INT64: return 4;
    default: return 0;
    }
}

std::string lowered(std::string text)
{
    std::ranges::transform(text, text.begin(),
                           [](unsigned char c) { return char(std::tolower(c)); });
    return text;
}

std::string listText(const std::vector<std::string>& names)
{
    std::string out;
    for (const std::string& name : names)
        out += (out.empty() ? "" : ", ") + name;
    return "[" + out + "]";
}

// A folder with files but no log is somebody's; a vacuum of a table made there would remove them.
Status checkVacant(const std::string& folder, const std::string& table)
{
    std::error_code failure;
    std::filesystem::directory_iterator entries(folder, failure);
    for (const auto end = std::filesystem::directory_iterator(); !failure && entries != end;
         entries.increment(failure))
        if (entries->path().extension() == ".parquet")
            return lakeError(ErrorCode::Conflict,
                             "the folder of table " + table + " holds files but no Delta log",
                             folder, "Move the files away or write to another table.");
    return ok();
}

Status makeTableFolder(const DeltaLog& log)
{
    SLUICE_TRY(makeFolder(log.logFolder()));
    const std::filesystem::path folder(log.tableFolder());
    SLUICE_TRY(syncFolder(folder.string()));
    SLUICE_TRY(syncFolder(folder.parent_path().string()));
    return syncFolder(folder.parent_path().parent_path().string());
}

Status createTable(const DeltaLog& log, const TableRequest& request, const Clock& clock)
{
    SLUICE_TRY(checkVacant(log.tableFolder(), request.name));
    SLUICE_TRY(makeTableFolder(log));
    Commit commit;
    commit.protocol = Protocol{};
    Metadata metadata;
    metadata.id = randomUuid();
    metadata.name = request.name;
    SLUICE_TRY(metadata.schemaString, schemaText(*request.columns));
    metadata.partitionColumns = request.partitionColumns;
    metadata.configuration = request.properties;
    metadata.createdTime = clock.wallNow().us / 1000;
    commit.metadata = std::move(metadata);
    commit.info = CommitInfo{};
    commit.info->operation = "CREATE TABLE";
    commit.info->isBlindAppend = true;
    Snapshot nothing;
    const Result<CommitOutcome> made = commitTo(log, nothing, std::move(commit), clock);
    // A conflict means that somebody else made it just now, which is as good.
    if (!made && made.error().code != ErrorCode::Conflict)
        return made.error();
    return ok();
}

Status addColumns(const DeltaLog& log, const TableRequest& request, Snapshot& head,
                  const arrow::FieldVector& missing, const Clock& clock)
{
    Commit commit;
    commit.metadata = head.metadata;
    SLUICE_TRY(commit.metadata->schemaString,
               withAddedColumns(head.metadata.schemaString, missing, request.name));
    commit.info = CommitInfo{};
    commit.info->operation = "ADD COLUMNS";
    std::string names;
    for (const auto& field : missing)
        names += (names.empty() ? "" : ", ") + field->name() + " " + typeName(*field->type());
    commit.info->operationParameters = {{"columns", names}};
    SLUICE_TRY(commitTo(log, head, std::move(commit), clock));
    return ok();
}

// Lists and maps name their inner fields differently from writer to writer; that does not matter.
bool hasSameShape(const arrow::DataType& left, const arrow::DataType& right)
{
    if (left.id() != right.id() || left.num_fields() != right.num_fields())
        return false;
    if (left.num_fields() == 0)
        return left.Equals(right);
    for (int i = 0; i < left.num_fields(); ++i) {
        if (left.id() == arrow::Type::STRUCT && left.field(i)->name() != right.field(i)->name())
            return false;
        if (!hasSameShape(*left.field(i)->type(), *right.field(i)->type()))
            return false;
    }
    return true;
}

Result<Snapshot> openOnce(const DeltaLog& log, const TableRequest& request, const Clock& clock)
{
    SLUICE_TRY(checkColumnNames(*request.columns, request.name));
    if (!log.exists())
        SLUICE_TRY(createTable(log, request, clock));
    SLUICE_TRY(Snapshot head, log.load());
    SLUICE_TRY(checkWritable(head, log.tableFolder()));
    SLUICE_TRY(const auto columns, head.schema(request.name));
    arrow::FieldVector missing;
    SLUICE_TRY(checkColumns(*request.columns, *columns, request.name, missing));
    if (head.metadata.partitionColumns != request.partitionColumns)
        return lakeError(ErrorCode::ConfigInvalid,
                         "table " + request.name + " is partitioned by "
                             + listText(head.metadata.partitionColumns) + ", the pipeline writes "
                             + listText(request.partitionColumns),
                         request.name,
                         "Set partition_by as the table has it, or write to a new "
                         "table.");
    if (missing.empty())
        return head;
    if (!request.mergesSchema)
        return lakeError(ErrorCode::ConfigInvalid,
                         "table " + request.name + " has no column \"" + missing.front()->name()
                             + "\"",
                         request.name,
                         "Set merge_schema: true to add it, or leave the column out.");
    SLUICE_TRY(addColumns(log, request, head, missing, clock));
    return head;
}

} // namespace

bool canStore(const arrow::DataType& value, const arrow::DataType& column)
{
    if (value.Equals(column))
        return true;
    const int from = wholeNumberRank(value);
    if (from > 0)
        return from < wholeNumberRank(column);
    if (value.id() == arrow::Type::FLOAT)
        return column.id() == arrow::Type::DOUBLE;
    return value.num_fields() > 0 && hasSameShape(value, column);
}

Status checkColumns(const arrow::Schema& written, const arrow::Schema& table,
                    const std::string& tableName, arrow::FieldVector& missing)
{
    std::map<std::string, std::string> byLowered;
    for (const auto& field : table.fields())
        byLowered[lowered(field->name())] = field->name();
    for (const auto& field : written.fields()) {
        const auto known = byLowered.find(lowered(field->name()));
        if (known == byLowered.end()) {
            missing.push_back(field);
            continue;
        }
        if (known->second != field->name())
            return lakeError(ErrorCode::ConfigInvalid,
                             "column \"" + field->name() + "\" is called \"" + known->second
                                 + "\" in table " + tableName,
                             tableName, "Write it as the table does.");
        const auto column = table.GetFieldByName(field->name());
        if (!canStore(*field->type(), *column->type()))
            return lakeError(ErrorCode::ConfigInvalid,
                             "column \"" + field->name() + "\" of table " + tableName + " is "
                                 + typeName(*column->type()) + ", the pipeline writes "
                                 + typeName(*field->type()),
                             tableName, "Cast it in the pipeline, or write to a new table.");
    }
    return ok();
}

Status checkColumnNames(const arrow::Schema& columns, const std::string& table)
{
    std::map<std::string, std::string> seen;
    for (const auto& field : columns.fields()) {
        if (const std::string fault = columnNameFault(field->name()); !fault.empty())
            return lakeError(ErrorCode::ConfigInvalid,
                             "\"" + field->name() + "\" cannot be a column of a table: " + fault,
                             table, "Rename it with a select node.");
        const auto [other, isNew] = seen.emplace(lowered(field->name()), field->name());
        if (!isNew)
            return lakeError(ErrorCode::ConfigInvalid,
                             "columns \"" + other->second + "\" and \"" + field->name()
                                 + "\" differ only in case, which a table cannot hold",
                             table, "Rename one with a select node.");
    }
    return ok();
}

Result<std::string> tableFolder(const std::string& lakeFolder, const std::string& table)
{
    const auto isPlain = [](unsigned char c) { return std::isalnum(c) || c == '_' || c == '-'; };
    const std::size_t dot = table.find('.');
    const std::string schema = table.substr(0, dot);
    const std::string name = dot == std::string::npos ? "" : table.substr(dot + 1);
    if (schema.empty() || name.empty() || !std::ranges::all_of(schema, isPlain)
        || !std::ranges::all_of(name, isPlain))
        return lakeError(ErrorCode::ConfigInvalid, "\"" + table + "\" is not the name of a table",
                         table,
                         "Write schema.table with letters, digits, _ and -, for example "
                         "silver.orders.");
    return lakeFolder + "/" + schema + "/" + name;
}

Result<Snapshot> openTable(const DeltaLog& log, const TableRequest& request, const Clock& clock)
{
    static constexpr int kTries = 5; // others may add columns at the same moment
    for (int tries = 1;; ++tries) {
        Result<Snapshot> head = openOnce(log, request, clock);
        if (head || head.error().code != ErrorCode::Conflict || tries == kTries)
            return head;
    }
}

} // namespace sluice::lake
