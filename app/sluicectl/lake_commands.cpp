// SPDX-License-Identifier: Apache-2.0
#include "app/sluicectl/command.h"
#include "app/sluicectl/output.h"
#include "engine/api/tools.h"
#include "engine/base/json_writer.h"

#include <cstdio>
#include <memory>
#include <optional>

#include <CLI/CLI.hpp>

namespace sluice::ctl {
namespace {

Result<std::unique_ptr<api::Engine>> look(const Shared& shared)
{
    return api::openEngine({.workspace = shared.workspace, .workers = 1, .isReadOnly = true});
}

void writeInfo(JsonWriter& json, const api::TableInfo& table)
{
    json.key("table")
        .value(table.name)
        .key("layer")
        .value(table.layer)
        .key("version")
        .value(table.version);
    json.key("rows")
        .value(table.rows)
        .key("bytes")
        .value(table.bytes)
        .key("files")
        .value(table.files);
    json.key("last_commit_us").value(table.lastCommitUs).key("partition_columns").beginArray();
    for (const std::string& column : table.partitionColumns)
        json.value(column);
    json.endArray();
    if (!table.trouble.empty())
        json.key("trouble").value(table.trouble);
}

int listTables(const Shared& shared)
{
    auto engine = look(shared);
    if (!engine)
        return report(shared, engine.error());
    const auto answer = askAndWait(**engine, api::TableListQuery{});
    if (const auto* error = std::get_if<Error>(&answer))
        return report(shared, *error);
    const auto& tables = std::get<api::TableListAnswer>(answer).tables;
    if (shared.isJson) {
        JsonWriter json;
        json.beginArray();
        for (const api::TableInfo& table : tables) {
            json.beginObject();
            writeInfo(json, table);
            json.endObject();
        }
        json.endArray();
        std::printf("%s\n", json.text().c_str());
        return kDone;
    }
    std::vector<std::vector<std::string>> rows;
    for (const api::TableInfo& table : tables)
        rows.push_back({table.name, std::to_string(table.version), countText(table.rows),
                        bytesText(table.bytes), countText(table.files),
                        timeText(table.lastCommitUs), table.trouble});
    if (rows.empty())
        std::fprintf(stderr, "the lake of %s has no tables yet\n", shared.workspace.c_str());
    else
        printTable({"TABLE", "VERSION", "ROWS", "SIZE", "FILES", "LAST COMMIT", ""}, rows);
    return kDone;
}

int detail(const Shared& shared, const std::string& table, std::optional<std::int64_t> version,
           bool isHistory)
{
    auto engine = look(shared);
    if (!engine)
        return report(shared, engine.error());
    const auto answer
        = askAndWait(**engine,
                     api::TableDetailQuery{.table = table, .previewRows = 0, .version = version});
    if (const auto* error = std::get_if<Error>(&answer))
        return report(shared, *error);
    const auto& found = std::get<api::TableDetailAnswer>(answer);
    if (shared.isJson) {
        JsonWriter json;
        json.beginObject();
        writeInfo(json, found.info);
        json.key("schema").beginArray();
        for (const api::ColumnInfo& column : found.schema)
            json.beginObject()
                .key("name")
                .value(column.name)
                .key("type")
                .value(column.type)
                .key("nullable")
                .value(column.isNullable)
                .endObject();
        json.endArray().key("history").beginArray();
        for (const api::CommitInfo& commit : found.history) {
            json.beginObject()
                .key("version")
                .value(commit.version)
                .key("time_us")
                .value(commit.timeUs)
                .key("operation")
                .value(commit.operation);
            json.key("rows")
                .value(commit.rows)
                .key("added_files")
                .value(commit.addedFiles)
                .key("removed_files")
                .value(commit.removedFiles);
            json.key("bytes").value(commit.bytes).key("engine").value(commit.engine).endObject();
        }
        json.endArray().endObject();
        std::printf("%s\n", json.text().c_str());
        return kDone;
    }
    if (!found.info.trouble.empty())
        std::fprintf(stderr, "%s\n", found.info.trouble.c_str());
    std::vector<std::vector<std::string>> rows;
    if (isHistory) {
        for (const api::CommitInfo& commit : found.history)
            rows.push_back({std::to_string(commit.version), timeText(commit.timeUs),
                            commit.operation, countText(commit.rows), countText(commit.addedFiles),
                            countText(commit.removedFiles), bytesText(commit.bytes)});
        printTable({"VERSION", "TIME", "OPERATION", "ROWS", "ADDED", "REMOVED", "SIZE"}, rows);
        return kDone;
    }
    std::printf("%s: version %lld, %s rows, %s in %s files\n\n", found.info.name.c_str(),
                static_cast<long long>(found.info.version), countText(found.info.rows).c_str(),
                bytesText(found.info.bytes).c_str(), countText(found.info.files).c_str());
    for (const api::ColumnInfo& column : found.schema)
        rows.push_back({column.name, column.type, column.isNullable ? "" : "not null"});
    printTable({"COLUMN", "TYPE", ""}, rows);
    return kDone;
}

int sql(const Shared& shared, const std::string& text, int limit)
{
    if (shared.isJson) {
        bool isFirst = true;
        std::string out;
        const Status status = api::sqlAsJson(shared.workspace, text, [&](const std::string& row) {
            out += (isFirst ? "[" : ",\n ") + row;
            isFirst = false;
        });
        if (!status)
            return report(shared, status.error());
        std::printf("%s]\n", isFirst ? "[" : out.c_str());
        return kDone;
    }
    auto engine = look(shared);
    if (!engine)
        return report(shared, engine.error());
    const auto answer = askAndWait(**engine, api::SqlQuery{.sql = text, .maxRows = limit});
    if (const auto* error = std::get_if<Error>(&answer))
        return report(shared, *error);
    const auto& found = std::get<api::SqlAnswer>(answer);
    std::vector<std::string> header;
    for (const api::ColumnInfo& column : found.grid.columns)
        header.push_back(column.name);
    std::vector<std::vector<std::string>> rows;
    for (const auto& row : found.grid.rows) {
        std::vector<std::string> cells;
        for (const auto& cell : row)
            cells.push_back(cell.value_or("NULL"));
        rows.push_back(std::move(cells));
    }
    printTable(header, rows);
    std::fprintf(stderr, "%s row(s)%s in %.3f s\n", countText(std::int64_t(rows.size())).c_str(),
                 found.isTruncated ? ", there are more (--limit 0 shows all)" : "", found.seconds);
    return kDone;
}

} // namespace

void addLakeCommands(CLI::App& app, Shared& shared)
{
    CLI::App* lake = app.add_subcommand("lake", "Look at the tables of the lake");
    lake->require_subcommand(1);
    lake->fallthrough();
    lake->add_subcommand("ls", "List the tables")->callback([&shared] {
        shared.exitCode = listTables(shared);
    });
    const auto table = std::make_shared<std::string>();
    const auto version = std::make_shared<std::int64_t>(-1);
    CLI::App* show = lake->add_subcommand("show", "Show a table's schema and size");
    show->add_option("table", *table, "schema.table")->required();
    show->add_option("--version", *version, "An older version");
    show->callback([&shared, table, version] {
        shared.exitCode
            = detail(shared, *table, *version < 0 ? std::nullopt : std::optional(*version), false);
    });
    CLI::App* history = lake->add_subcommand("history", "Show a table's commits");
    history->add_option("table", *table, "schema.table")->required();
    history->callback(
        [&shared, table] { shared.exitCode = detail(shared, *table, std::nullopt, true); });

    CLI::App* query = app.add_subcommand("sql", "Run SQL over the lake; tables are schema.table");
    const auto text = std::make_shared<std::string>();
    const auto limit = std::make_shared<int>(1000);
    query->add_option("sql", *text, "SELECT ...")->required();
    query->add_option("--limit", *limit, "Rows to print at most; 0 = all")->capture_default_str();
    query->callback([&shared, text, limit] { shared.exitCode = sql(shared, *text, *limit); });
}

} // namespace sluice::ctl
