// SPDX-License-Identifier: Apache-2.0
#include "engine/lake/table_catalog.h"

#include "engine/lake/commit_file.h"
#include "engine/lake/csv_table.h"
#include "engine/lake/delta_table.h"
#include "engine/lake/lake_error.h"
#include "engine/lake/partition_path.h"
#include "engine/lake/table_reader.h"

#include <algorithm>
#include <filesystem>
#include <set>
#include <string_view>

#include <arrow/table.h>
#include <simdjson.h>
#include <sys/stat.h>

namespace sluice::lake {
namespace {

namespace fs = std::filesystem;

bool isCsvName(const std::string& name)
{
    return name.ends_with(".csv") || name.ends_with(".CSV");
}

std::uint64_t fileIdentity(const DeltaLog& log, std::int64_t version)
{
    struct stat info
    {
    };
    const std::string path = log.logFolder() + "/" + commitName(version);
    return ::stat(path.c_str(), &info) == 0 ? std::uint64_t(info.st_ino) : 0;
}

std::vector<std::string> foldersIn(const std::string& path)
{
    std::vector<std::string> out;
    std::error_code failure;
    fs::directory_iterator entries(path, failure);
    for (const auto end = fs::directory_iterator(); !failure && entries != end;
         entries.increment(failure)) {
        const std::string name = entries->path().filename().string();
        std::error_code unknown;
        if (entries->is_directory(unknown) && !name.starts_with('.'))
            out.push_back(name);
    }
    std::ranges::sort(out);
    return out;
}

// Tells whether a file has every column that statistics are kept of: their null counts name them.
bool namesAllColumns(const AddFile& file, const std::vector<std::string>& columns)
{
    thread_local simdjson::dom::parser parser;
    simdjson::dom::element stats;
    simdjson::dom::object counts;
    if (file.stats.empty() || parser.parse(file.stats).get(stats) != simdjson::SUCCESS
        || stats["nullCount"].get(counts) != simdjson::SUCCESS)
        return false;
    return std::ranges::all_of(columns, [&](const std::string& column) {
        simdjson::dom::element count;
        return counts[column].get(count) == simdjson::SUCCESS;
    });
}

bool isPlainValue(const std::optional<std::string>& value)
{
    return !value || partitionFolder({"c"}, {{"c", value}}) == "c=" + *value + "/";
}

bool tellsPartitions(const AddFile& file, const std::vector<std::string>& columns)
{
    return diskPath(file.path).starts_with(partitionFolder(columns, file.partitionValues))
        && std::ranges::all_of(file.partitionValues,
                               [](const auto& entry) { return isPlainValue(entry.second); });
}

Error withTable(Error error, const std::string& table)
{
    if (error.code == ErrorCode::NotFound && error.object.ends_with("_delta_log")) {
        error.message = "there is no table \"" + table + "\"";
        error.hint = "The tables are listed by \"sluicectl lake ls\".";
    }
    return error;
}

} // namespace

LakeCatalog::LakeCatalog(std::string lakeFolder, std::string documentFolder)
    : m_lakeFolder(std::move(lakeFolder))
    , m_documentFolder(std::move(documentFolder))
{
}

std::string LakeCatalog::csvPath(const std::string& name) const
{
    return name.starts_with('/') || m_documentFolder.empty() ? name : m_documentFolder + "/" + name;
}

Result<DeltaLog> LakeCatalog::logOf(const std::string& table) const
{
    SLUICE_TRY(const std::string folder, tableFolder(m_lakeFolder, table));
    return DeltaLog(folder);
}

Result<std::shared_ptr<const Snapshot>>
LakeCatalog::snapshotOf(const std::string& table, std::optional<std::int64_t> version) const
{
    SLUICE_TRY(const DeltaLog log, logOf(table));
    if (version) {
        Result<Snapshot> snapshot = log.load(version);
        if (!snapshot)
            return withTable(snapshot.error(), table);
        return std::shared_ptr<const Snapshot>(
            std::make_shared<const Snapshot>(std::move(*snapshot)));
    }
    const std::lock_guard lock(m_mutex);
    Cached& cached = m_cache[table];
    if (cached.snapshot && fileIdentity(log, cached.snapshot->version) == cached.headFile) {
        SLUICE_TRY(const auto newer, log.readCommit(cached.snapshot->version + 1));
        if (!newer)
            return cached.snapshot;
        Snapshot next = *cached.snapshot;
        SLUICE_TRY(log.refresh(next));
        cached.snapshot = std::make_shared<const Snapshot>(std::move(next));
    } else {
        cached.snapshot.reset();
        Result<Snapshot> snapshot = log.load();
        if (!snapshot)
            return withTable(snapshot.error(), table);
        cached.snapshot = std::make_shared<const Snapshot>(std::move(*snapshot));
    }
    cached.headFile = fileIdentity(log, cached.snapshot->version);
    return cached.snapshot;
}

Result<std::shared_ptr<arrow::Schema>> LakeCatalog::tableSchema(const std::string& table) const
{
    if (isCsvName(table)) {
        SLUICE_TRY(const auto content, readCsv(csvPath(table)));
        return content->schema();
    }
    SLUICE_TRY(const auto snapshot, snapshotOf(table, {}));
    return snapshot->schema(table);
}

Result<flow::TableContent> LakeCatalog::readTable(const std::string& table) const
{
    if (!isCsvName(table))
        return preview(table, -1);
    SLUICE_TRY(const auto content, readCsv(csvPath(table)));
    flow::TableContent out;
    out.schema = content->schema();
    arrow::TableBatchReader batches(*content);
    SLUICE_LAKE_ARROW_VALUE(out.batches, batches.ToRecordBatches(), table);
    return out;
}

std::vector<std::string> LakeCatalog::tableNames() const
{
    std::vector<std::string> out;
    std::error_code failure;
    for (const std::string& schema : foldersIn(m_lakeFolder))
        for (const std::string& table : foldersIn(m_lakeFolder + "/" + schema))
            if (fs::is_directory(m_lakeFolder + "/" + schema + "/" + table + "/_delta_log",
                                 failure))
                out.push_back(schema + "." + table);
    return out;
}

Result<flow::TableFileSet> LakeCatalog::tableFiles(const std::string& table,
                                                   std::optional<std::int64_t> version) const
{
    SLUICE_TRY(const auto snapshot, snapshotOf(table, version));
    SLUICE_TRY(const DeltaLog log, logOf(table));
    flow::TableFileSet out;
    out.table = table;
    out.version = snapshot->version;
    SLUICE_TRY(out.columns, snapshot->schema(table));
    out.partitionColumns = snapshot->metadata.partitionColumns;
    const std::set<std::string> moved(out.partitionColumns.begin(), out.partitionColumns.end());
    std::vector<std::string> inFiles;
    for (const auto& field : out.columns->fields())
        if (!moved.contains(field->name()))
            inFiles.push_back(field->name());
    out.isUniform = out.hasHiveFolders = true;
    for (const auto& [path, file] : snapshot->files) {
        out.files.push_back({.path = absolutePath(log.tableFolder(), path),
                             .partitionValues = file.partitionValues,
                             .rows = rowsOf(file).value_or(-1),
                             .bytes = file.size});
        out.isUniform = out.isUniform && namesAllColumns(file, inFiles);
        out.hasHiveFolders = out.hasHiveFolders && tellsPartitions(file, out.partitionColumns);
    }
    std::ranges::sort(out.files, {}, &flow::TableFile::path);
    return out;
}

std::vector<TableSummary> LakeCatalog::tables() const
{
    std::vector<TableSummary> out;
    for (const std::string& name : tableNames())
        out.push_back(summary(name));
    return out;
}

TableSummary LakeCatalog::summary(const std::string& table,
                                  std::optional<std::int64_t> version) const
{
    TableSummary out;
    out.name = table;
    const auto snapshot = snapshotOf(table, version);
    if (!snapshot) {
        out.trouble = snapshot.error();
        return out;
    }
    const Snapshot& at = **snapshot;
    const auto schema = at.schema(table);
    if (!schema) {
        out.trouble = schema.error();
        return out;
    }
    out.schema = *schema;
    out.version = at.version;
    out.files = std::int64_t(at.files.size());
    out.lastCommitMs = at.lastCommitMs;
    out.partitionColumns = at.metadata.partitionColumns;
    out.properties = at.metadata.configuration;
    for (const auto& [path, file] : at.files) {
        out.bytes += file.size;
        const auto rows = rowsOf(file);
        out.rows = rows && out.rows >= 0 ? out.rows + *rows : -1;
    }
    return out;
}

Result<flow::TableContent> LakeCatalog::preview(const std::string& table, std::int64_t rows,
                                                std::optional<std::int64_t> version) const
{
    SLUICE_TRY(const auto snapshot, snapshotOf(table, version));
    SLUICE_TRY(const DeltaLog log, logOf(table));
    flow::TableContent out;
    out.version = snapshot->version;
    SLUICE_TRY(out.schema, snapshot->schema(table));
    SLUICE_TRY(out.batches, readRows(log.tableFolder(), *snapshot, rows));
    return out;
}

Result<std::vector<HistoryEntry>> LakeCatalog::history(const std::string& table,
                                                       std::size_t limit) const
{
    SLUICE_TRY(const DeltaLog log, logOf(table));
    auto entries = log.history(limit);
    return entries ? entries : withTable(entries.error(), table);
}

} // namespace sluice::lake
