// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/base/result.h"

#include <functional>
#include <memory>
#include <string>

namespace SQLite {
class Database;
}

namespace sluice::workspace {

/// The workspace's SQLite database: WAL, foreign keys, migrated to the newest schema when opened.
/// One thread at a time.
class Database
{
public:
    /// Opens or creates a database. Unsupported if a newer version of Sluice wrote it, DecodeFailed
    /// if it is damaged. Before a migration the file is copied to <path>.before-NNNN.
    static Result<Database> open(const std::string& path, bool isReadOnly);
    ~Database();
    Database(Database&&) noexcept;
    Database& operator=(Database&&) noexcept;

    /// Runs work in one transaction; what it throws becomes an Error and is rolled back.
    Status write(const std::function<void(SQLite::Database&)>& work);
    Status read(const std::function<void(SQLite::Database&)>& work) const;

    const std::string& path() const { return m_path; }
    static int newestSchema();

private:
    Database(std::string path, std::unique_ptr<SQLite::Database> handle);
    std::string m_path;
    std::unique_ptr<SQLite::Database> m_handle;
};

/// A migration: its number and its statements, from schema/NNNN_what.sql.
struct Migration
{
    int number;
    const char* name;
    const char* sql;
};
/// All migrations in order; made by the build from the files.
const Migration* migrations(int& count);

} // namespace sluice::workspace
