// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/flow/services.h"
#include "engine/flow/table_files.h"
#include "engine/lake/delta_log.h"

#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace sluice::lake {

/// What a list of tables shows of one.
struct TableSummary
{
    std::string name; // "silver.orders"
    std::int64_t version = -1;
    std::int64_t files = 0;
    std::int64_t rows = 0; // -1: some file does not tell
    std::int64_t bytes = 0;
    std::int64_t lastCommitMs = 0;
    std::shared_ptr<arrow::Schema> schema;
    std::vector<std::string> partitionColumns;
    TextMap properties;
    std::optional<Error> trouble; // the table cannot be read: why, where, and the cure
};

/// The tables of a lake folder, <lake>/<schema>/<table>, and CSV files beside a document. Keeps the
/// newest snapshot of each table that was asked for, about 1 KB a live file. Any thread.
class LakeCatalog final : public flow::TableCatalog, public flow::TableFiles
{
public:
    /// Relative names of CSV files start at documentFolder.
    explicit LakeCatalog(std::string lakeFolder, std::string documentFolder = {});

    Result<std::shared_ptr<arrow::Schema>> tableSchema(const std::string& table) const override;
    Result<flow::TableContent> readTable(const std::string& table) const override;
    std::vector<std::string> tableNames() const override;
    Result<flow::TableFileSet> tableFiles(const std::string& table,
                                          std::optional<std::int64_t> version = {}) const override;

    std::vector<TableSummary> tables() const;
    /// Never fails: what is wrong stands in trouble.
    TableSummary summary(const std::string& table, std::optional<std::int64_t> version = {}) const;
    /// Returns at most rows rows, those of the newest files first.
    Result<flow::TableContent> preview(const std::string& table, std::int64_t rows,
                                       std::optional<std::int64_t> version = {}) const;
    Result<std::vector<HistoryEntry>> history(const std::string& table, std::size_t limit) const;

private:
    struct Cached
    {
        std::shared_ptr<const Snapshot> snapshot;
        std::uint64_t headFile = 0; // inode of the newest commit: a table made anew has another
    };

    Result<DeltaLog> logOf(const std::string& table) const;
    Result<std::shared_ptr<const Snapshot>> snapshotOf(const std::string& table,
                                                       std::optional<std::int64_t> version) const;
    std::string csvPath(const std::string& name) const;

    const std::string m_lakeFolder;
    const std::string m_documentFolder;
    mutable std::mutex m_mutex; // guards m_cache
    mutable std::map<std::string, Cached> m_cache;
};

} // namespace sluice::lake
