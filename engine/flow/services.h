// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/base/result.h"
#include "engine/base/time.h"

#include <map>
#include <memory>
#include <string>
#include <vector>

#include <arrow/record_batch.h>
#include <arrow/type.h>

namespace sluice::flow {

/// A named connection of the workspace with its secrets put in. Lives in memory only while a
/// client is set up; never logged.
struct Connection
{
    std::string name;
    std::string kind;                           // "kafka"
    std::map<std::string, std::string> options; // librdkafka names for kafka: bootstrap.servers ...
};

/// Finds connections by name. Any thread.
class ConnectionDirectory
{
public:
    virtual ~ConnectionDirectory() = default;
    virtual Result<Connection> connection(const std::string& name) const = 0;
    virtual std::vector<std::string> connectionNames() const = 0;
};

/// One version of a table (or a CSV file), whole in memory.
struct TableContent
{
    std::shared_ptr<arrow::Schema> schema;
    std::vector<std::shared_ptr<arrow::RecordBatch>> batches;
    std::int64_t version = -1; // Delta version; -1 for a file
};

/// Reads tables of the lake ("reference.customers") and CSV files ("planes.csv"). Any thread.
class TableCatalog
{
public:
    virtual ~TableCatalog() = default;
    /// Returns the schema; NotFound if there is no such table or file.
    virtual Result<std::shared_ptr<arrow::Schema>> tableSchema(const std::string& table) const = 0;
    virtual Result<TableContent> readTable(const std::string& table) const = 0;
};

/// What nodes may use of the world. Pointers outlive every node; never null.
struct Services
{
    const Clock* clock = nullptr;
    const ConnectionDirectory* connections = nullptr;
    const TableCatalog* tables = nullptr;
    std::string lakeFolder;     // where <schema>/<table> folders stand
    std::string documentFolder; // relative paths of a document start here

    /// Returns a path of a document as an absolute one.
    std::string resolvePath(const std::string& path) const;
};

} // namespace sluice::flow
