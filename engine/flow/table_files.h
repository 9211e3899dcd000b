// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/base/result.h"

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <arrow/type.h>

namespace sluice::flow {

/// A Parquet file of a table and the partition that all its rows belong to.
struct TableFile
{
    std::string path;                                                  // absolute
    std::map<std::string, std::optional<std::string>> partitionValues; // as text; nullopt = null
    std::int64_t rows = -1;                                            // -1 = not known
    std::int64_t bytes = 0;
};

/// The files that make up one version of a table.
struct TableFileSet
{
    std::string table;
    std::int64_t version = -1;
    std::shared_ptr<arrow::Schema> columns; // in the table's order, partition columns included
    std::vector<std::string> partitionColumns;
    std::vector<TableFile> files;
    bool isUniform = false;      // every file has every column that is no partition column
    bool hasHiveFolders = false; // each path tells its partition values, as column=value folders
};

/// Tells which files hold a table, for readers of their own kind (SQL). Any thread.
class TableFiles
{
public:
    virtual ~TableFiles() = default;
    /// Returns all tables ("silver.orders"), readable or not, in order of their names.
    virtual std::vector<std::string> tableNames() const = 0;
    /// Returns the files at a version, by default the newest.
    virtual Result<TableFileSet> tableFiles(const std::string& table,
                                            std::optional<std::int64_t> version = {}) const = 0;
};

} // namespace sluice::flow
