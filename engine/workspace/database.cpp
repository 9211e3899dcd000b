// SPDX-License-Identifier: Apache-2.0
#include "engine/workspace/database.h"

#include <filesystem>

#include <SQLiteCpp/SQLiteCpp.h>
#include <sqlite3.h>

namespace sluice::workspace {
namespace {

Error databaseError(const SQLite::Exception& failure, const std::string& path)
{
    Error out{.code = ErrorCode::StorageFailed,
              .message = failure.what(),
              .object = path,
              .hint = {},
              .cause = {}};
    switch (failure.getErrorCode()) {
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
        out.code = ErrorCode::DecodeFailed;
        out.message = "the workspace database is damaged: " + out.message;
        out.hint = "Restore it from a backup (a copy is made before each migration), or begin a "
                   "new workspace over the same lake.";
        break;
    case SQLITE_FULL:
        out.code = ErrorCode::StorageFull;
        out.hint = "Free some space on the disk.";
        break;
    case SQLITE_CANTOPEN:
    case SQLITE_PERM:
    case SQLITE_READONLY:
        out.code = ErrorCode::PermissionDenied;
        out.hint = "Check the folder and your rights to it.";
        break;
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        out.code = ErrorCode::Conflict;
        out.hint = "Another program holds the database; close it.";
        break;
    default: break;
    }
    return out;
}

int schemaOf(SQLite::Database& database)
{
    return database.execAndGet("PRAGMA user_version").getInt();
}

void migrate(SQLite::Database& database, const std::string& path)
{
    const int present = schemaOf(database);
    int count = 0;
    const Migration* all = migrations(count);
    if (present > 0 && present < Database::newestSchema()) {
        database.exec("PRAGMA wal_checkpoint(TRUNCATE)");
        std::filesystem::copy_file(path, path + ".before-" + std::to_string(present + 1),
                                   std::filesystem::copy_options::overwrite_existing);
    }
    for (int i = 0; i < count; ++i) {
        if (all[i].number <= present)
            continue;
        SQLite::Transaction transaction(database);
        database.exec(all[i].sql);
        database.exec("PRAGMA user_version = " + std::to_string(all[i].number));
        transaction.commit();
    }
}

} // namespace

Database::Database(std::string path, std::unique_ptr<SQLite::Database> handle)
    : m_path(std::move(path))
    , m_handle(std::move(handle))
{
}
Database::~Database() = default;
Database::Database(Database&&) noexcept = default;
Database& Database::operator=(Database&&) noexcept = default;

int Database::newestSchema()
{
    int count = 0;
    const Migration* all = migrations(count);
    return all[count - 1].number;
}

Result<Database> Database::open(const std::string& path, bool isReadOnly)
{
    constexpr int kBusyMs = 2000;
    try {
        const int flags
            = isReadOnly ? SQLite::OPEN_READONLY : SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE;
        auto handle = std::make_unique<SQLite::Database>(path, flags, kBusyMs);
        const int present = schemaOf(*handle);
        if (present > newestSchema())
            return Error{.code = ErrorCode::Unsupported,
                         .message = "a newer version of Sluice wrote this workspace (schema "
                             + std::to_string(present) + ", this version knows "
                             + std::to_string(newestSchema()) + ")",
                         .object = path,
                         .hint = "Use the newer version, or open another workspace.",
                         .cause = {}};
        if (!isReadOnly) {
            handle->exec(
                "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA foreign_keys = ON");
            migrate(*handle, path);
        }
        return Database(path, std::move(handle));
    } catch (const SQLite::Exception& failure) {
        return databaseError(failure, path);
    } catch (const std::filesystem::filesystem_error& failure) {
        return Error{.code = ErrorCode::StorageFailed,
                     .message = std::string("cannot copy the database before its migration: ")
                         + failure.what(),
                     .object = path,
                     .hint = "Free some space on the disk.",
                     .cause = {}};
    }
}

Status Database::write(const std::function<void(SQLite::Database&)>& work)
{
    try {
        SQLite::Transaction transaction(*m_handle);
        work(*m_handle);
        transaction.commit();
        return ok();
    } catch (const SQLite::Exception& failure) {
        return databaseError(failure, m_path);
    }
}

Status Database::read(const std::function<void(SQLite::Database&)>& work) const
{
    try {
        work(*m_handle);
        return ok();
    } catch (const SQLite::Exception& failure) {
        return databaseError(failure, m_path);
    }
}

} // namespace sluice::workspace
