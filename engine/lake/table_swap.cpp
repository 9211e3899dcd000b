// SPDX-License-Identifier: Apache-2.0
#include "engine/lake/table_swap.h"

#include "engine/base/durable_file.h"
#include "engine/lake/committer.h"
#include "engine/lake/delta_table.h"
#include "engine/lake/lake_error.h"
#include "engine/lake/partition_path.h"
#include "engine/lake/table_reader.h"
#include "engine/lake/table_writer.h"

#include <algorithm>
#include <cerrno>
#include <filesystem>

#include <unistd.h>

#include <arrow/array.h>
#include <arrow/array/builder_primitive.h>
#include <arrow/compute/api.h>

namespace sluice::lake {
namespace {

const std::string kAppendOnly = "delta.appendOnly";

struct Sides
{
    DeltaLog log, shadowLog;
    Snapshot head, shadow;
    bool isDone = false; // in a former try
};

Result<Sides> openSides(const TableSwap& swap, const Clock& clock)
{
    SLUICE_TRY(const std::string folder, tableFolder(swap.lakeFolder, swap.table));
    SLUICE_TRY(const std::string shadowFolder, tableFolder(swap.lakeFolder, swap.shadow));
    Sides out{.log = DeltaLog(folder),
              .shadowLog = DeltaLog(shadowFolder),
              .head = {},
              .shadow = {}};
    if (out.log.exists()) {
        SLUICE_TRY(out.head, out.log.load());
        if (out.head.transactionVersion(swap.appId).value_or(-1) >= swap.epoch) {
            out.isDone = true;
            return out;
        }
        SLUICE_TRY(checkWritable(out.head, swap.table));
        if (out.head.property(kAppendOnly) == "true" && !swap.isBronze)
            return lakeError(ErrorCode::Conflict, "the table takes appends only", swap.table,
                             "Its rows cannot be replaced; leave it out of the replay.");
    }
    SLUICE_TRY(out.shadow, out.shadowLog.load());
    if (!out.log.exists()) {
        SLUICE_TRY(const auto columns, out.shadow.schema(swap.shadow));
        SLUICE_TRY(out.head,
                   openTable(out.log,
                             {.name = swap.table,
                              .columns = columns,
                              .partitionColumns = out.shadow.metadata.partitionColumns,
                              .properties = {}},
                             clock));
    }
    return out;
}

// The shadow's files under the table's folder: links, so that nothing is copied.
Status linkFiles(const Sides& sides)
{
    std::set<std::string> folders;
    for (const auto& [path, file] : sides.shadow.files) {
        const std::string from = absolutePath(sides.shadowLog.tableFolder(), path);
        const std::string to = absolutePath(sides.log.tableFolder(), path);
        const std::string folder = std::filesystem::path(to).parent_path().string();
        SLUICE_TRY(makeFolder(folder));
        folders.insert(folder);
        if (::link(from.c_str(), to.c_str()) != 0 && errno != EEXIST)
            return errorFromErrno(errno, "cannot link the file of the shadow table", to);
    }
    folders.insert(sides.log.tableFolder());
    for (const std::string& folder : folders)
        SLUICE_TRY(syncFolder(folder));
    return ok();
}

Commit replacing(const TableSwap& swap, const Snapshot& head, const Clock& clock)
{
    const std::int64_t nowMs = clock.wallNow().us / 1000;
    Commit commit;
    CommitInfo& info = commit.info.emplace();
    info.operation = "WRITE";
    info.operationParameters = {{"mode", "Overwrite"},
                                {"queryId", swap.appId},
                                {"epochId", std::to_string(swap.epoch)},
                                {"replacedBy", swap.shadow}};
    for (const auto& [path, file] : head.files)
        commit.removes.push_back({.path = path,
                                  .deletionTimestamp = nowMs,
                                  .dataChange = true,
                                  .partitionValues = file.partitionValues,
                                  .size = file.size});
    commit.transactions.push_back(
        {.appId = swap.appId, .version = swap.epoch, .lastUpdated = nowMs});
    return commit;
}

Status allowRemoves(Sides& sides, const Clock& clock)
{
    Commit commit;
    commit.info.emplace().operation = "SET TBLPROPERTIES";
    commit.info->operationParameters = {{"properties", "{\"" + kAppendOnly + "\":\"false\"}"}};
    commit.metadata = sides.head.metadata;
    commit.metadata->configuration[kAppendOnly] = "false";
    SLUICE_TRY(commitTo(sides.log, sides.head, std::move(commit), clock));
    return ok();
}

Status publish(Sides& sides, Commit commit, const Clock& clock)
{
    commit.info->operationMetrics = {{"numFiles", std::to_string(commit.adds.size())},
                                     {"numRemovedFiles", std::to_string(commit.removes.size())}};
    SLUICE_TRY(commitTo(sides.log, sides.head, std::move(commit), clock));
    return ok();
}

Result<std::shared_ptr<arrow::RecordBatch>>
rowsOfNodes(const arrow::RecordBatch& rows, const std::set<std::string>& nodes, bool isAmong)
{
    const auto& names = static_cast<const arrow::StringArray&>(*rows.GetColumnByName("node"));
    arrow::BooleanBuilder keep;
    for (std::int64_t row = 0; row < rows.num_rows(); ++row)
        SLUICE_LAKE_ARROW(keep.Append(nodes.contains(std::string(names.GetView(row))) == isAmong),
                          "rejects");
    SLUICE_LAKE_ARROW_VALUE(const auto mask, keep.Finish(), "rejects");
    SLUICE_LAKE_ARROW_VALUE(const auto kept,
                            arrow::compute::Filter(arrow::RecordBatch::Make(rows.schema(),
                                                                            rows.num_rows(),
                                                                            rows.columns()),
                                                   mask),
                            "rejects");
    return kept.record_batch();
}

// Gives rows the columns of another schema, by name; what they lack is null.
Result<std::shared_ptr<arrow::RecordBatch>>
withColumnsOf(const arrow::RecordBatch& rows, const std::shared_ptr<arrow::Schema>& columns)
{
    arrow::ArrayVector out;
    for (const auto& field : columns->fields()) {
        std::shared_ptr<arrow::Array> column = rows.GetColumnByName(field->name());
        if (!column) {
            SLUICE_LAKE_ARROW_VALUE(column, arrow::MakeArrayOfNull(field->type(), rows.num_rows()),
                                    "rejects");
        }
        out.push_back(std::move(column));
    }
    return arrow::RecordBatch::Make(columns, rows.num_rows(), std::move(out));
}

} // namespace

Status swapTable(const TableSwap& swap, const Clock& clock)
{
    SLUICE_TRY(Sides sides, openSides(swap, clock));
    if (sides.isDone)
        return ok();
    SLUICE_TRY(linkFiles(sides));
    if (sides.head.property(kAppendOnly) == "true")
        SLUICE_TRY(allowRemoves(sides, clock));
    Commit commit = replacing(swap, sides.head, clock);
    for (const auto& [path, file] : sides.shadow.files)
        commit.adds.push_back(file);
    if (sides.head.metadata.schemaString != sides.shadow.metadata.schemaString
        || sides.head.metadata.partitionColumns != sides.shadow.metadata.partitionColumns) {
        commit.metadata = sides.head.metadata;
        commit.metadata->schemaString = sides.shadow.metadata.schemaString;
        commit.metadata->partitionColumns = sides.shadow.metadata.partitionColumns;
    }
    if (swap.isBronze) {
        if (!commit.metadata)
            commit.metadata = sides.head.metadata;
        commit.metadata->configuration[kAppendOnly] = "true";
    }
    return publish(sides, std::move(commit), clock);
}

Status swapRejects(const TableSwap& swap, const std::set<std::string>& nodes, const Clock& clock)
{
    SLUICE_TRY(Sides sides, openSides(swap, clock));
    if (sides.isDone)
        return ok();
    SLUICE_TRY(const auto columns, sides.shadow.schema(swap.table));
    SLUICE_TRY(sides.head,
               openTable(sides.log,
                         {.name = swap.table,
                          .columns = columns,
                          .partitionColumns = {},
                          .properties = {}},
                         clock)); // a table of a former version lacks columns
    SLUICE_TRY(const auto written, sides.head.schema(swap.table));
    TableWriter writer({.folder = sides.log.tableFolder(),
                        .name = swap.table,
                        .columns = written,
                        .fileTypes = written,
                        .partitions = {},
                        .files = {}},
                       clock);
    for (const bool isShadow : {false, true}) {
        const DeltaLog& log = isShadow ? sides.shadowLog : sides.log;
        SLUICE_TRY(const auto batches,
                   readRows(log.tableFolder(), isShadow ? sides.shadow : sides.head));
        for (const auto& batch : batches) {
            SLUICE_TRY(const auto kept, rowsOfNodes(*batch, nodes, isShadow));
            SLUICE_TRY(const auto rows, withColumnsOf(*kept, written));
            if (rows->num_rows() > 0)
                SLUICE_TRY(writer.write(rows));
        }
    }
    Commit commit = replacing(swap, sides.head, clock);
    SLUICE_TRY(const WrittenFiles kept, writer.finish());
    SLUICE_TRY(kept.wait());
    commit.adds = kept.files;
    for (const AddFile& file : commit.adds)
        SLUICE_TRY(syncFile(absolutePath(sides.log.tableFolder(), file.path)));
    SLUICE_TRY(syncFolder(sides.log.tableFolder()));
    return publish(sides, std::move(commit), clock);
}

Status dropTable(const std::string& lakeFolder, const std::string& table)
{
    SLUICE_TRY(const std::string folder, tableFolder(lakeFolder, table));
    std::error_code failure;
    std::filesystem::remove_all(folder, failure);
    if (failure)
        return errorFromErrno(failure.value(), "cannot remove the table", folder);
    return ok();
}

} // namespace sluice::lake
