// SPDX-License-Identifier: Apache-2.0
#include "engine/workspace/workspace.h"

#include "engine/base/durable_file.h"

#include <cerrno>
#include <cstdlib>
#include <utility>

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <SQLiteCpp/SQLiteCpp.h>

namespace sluice::workspace {
namespace {

std::string textAt(const std::string& path)
{
    const auto text = readFile(path);
    return text ? *text : std::string();
}

Result<int> takeLock(const std::string& folder)
{
    const std::string path = folder + "/workspace.lock";
    const int file = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
    if (file < 0)
        return errorFromErrno(errno, "cannot make the lock of the workspace", path);
    if (::flock(file, LOCK_EX | LOCK_NB) != 0) {
        const std::string holder = textAt(path);
        ::close(file);
        return Error{.code = ErrorCode::Conflict,
                     .message = "another Sluice has this workspace open"
                         + (holder.empty() ? std::string() : " (process " + holder + ")"),
                     .object = folder,
                     .hint = "Close it, or choose another folder with --workspace.",
                     .cause = {}};
    }
    const std::string number = std::to_string(::getpid());
    if (::ftruncate(file, 0) != 0 || ::pwrite(file, number.data(), number.size(), 0) < 0) {
        ::close(file);
        return errorFromErrno(errno, "cannot write the lock of the workspace", path);
    }
    return file;
}

std::string userName()
{
    const char* name = std::getenv("USER");
    return name ? name : "";
}

} // namespace

bool isSecretOption(const std::string& name)
{
    for (const char* word : {"password", "secret", "token", "private"})
        if (name.find(word) != std::string::npos)
            return true;
    return false;
}

Workspace::Workspace(std::string folder, int lock, Database database)
    : m_folder(std::move(folder))
    , m_lock(lock)
    , m_database(std::move(database))
{
}

Workspace::Workspace(Workspace&& other) noexcept
    : m_folder(std::move(other.m_folder))
    , m_lock(std::exchange(other.m_lock, -1))
    , m_database(std::move(other.m_database))
{
}

Workspace::~Workspace()
{
    if (m_lock >= 0)
        ::close(m_lock);
}

Result<Workspace> Workspace::open(const std::string& folder, bool isReadOnly)
{
    int lock = -1;
    if (!isReadOnly) {
        SLUICE_TRY(makeFolderDurably(folder + "/lake"));
        SLUICE_TRY(makeFolderDurably(folder + "/state"));
        SLUICE_TRY(lock, takeLock(folder));
    }
    Result<Database> database = Database::open(folder + "/workspace.db", isReadOnly);
    if (!database) {
        if (lock >= 0)
            ::close(lock);
        return database.error();
    }
    return Workspace(folder, lock, std::move(*database));
}

Result<std::vector<StoredPipeline>> Workspace::pipelines() const
{
    std::vector<StoredPipeline> out;
    SLUICE_TRY(m_database.read([&](SQLite::Database& db) {
        SQLite::Statement query(db,
                                "SELECT p.name, p.version, v.text, v.document_path, v.saved_us "
                                "FROM pipelines p JOIN pipeline_versions v "
                                "ON v.pipeline = p.name AND v.version = p.version WHERE NOT "
                                "p.is_removed ORDER BY p.name");
        while (query.executeStep())
            out.push_back({query.getColumn(0).getString(), query.getColumn(1).getInt(),
                           query.getColumn(2).getString(), query.getColumn(3).getString(),
                           query.getColumn(4).getInt64()});
    }));
    return out;
}

Result<int> Workspace::savePipeline(const std::string& name, const std::string& text,
                                    const std::string& documentPath, std::int64_t nowUs)
{
    int version = 0;
    SLUICE_TRY(m_database.write([&](SQLite::Database& db) {
        SQLite::Statement newest(db,
                                 "SELECT version, text FROM pipeline_versions WHERE pipeline = ? "
                                 "ORDER BY version DESC LIMIT 1");
        newest.bind(1, name);
        bool isSame = false;
        if (newest.executeStep()) {
            version = newest.getColumn(0).getInt();
            isSame = newest.getColumn(1).getString() == text;
        }
        version += isSame ? 0 : 1;
        SQLite::Statement put(db,
                              "INSERT INTO pipelines(name, version) VALUES(?, ?) ON CONFLICT(name) "
                              "DO UPDATE SET version = excluded.version, is_removed = 0");
        put.bind(1, name);
        put.bind(2, version);
        put.exec();
        if (isSame)
            return;
        SQLite::Statement add(db, "INSERT INTO pipeline_versions VALUES(?, ?, ?, ?, ?, ?)");
        add.bind(1, name);
        add.bind(2, version);
        add.bind(3, text);
        add.bind(4, documentPath);
        add.bind(5, nowUs);
        add.bind(6, userName());
        add.exec();
    }));
    return version;
}

Status Workspace::removePipeline(const std::string& name)
{
    return m_database.write([&](SQLite::Database& db) {
        SQLite::Statement remove(db, "UPDATE pipelines SET is_removed = 1 WHERE name = ?");
        remove.bind(1, name);
        remove.exec();
    });
}

Result<std::int64_t> Workspace::beginRun(const std::string& pipeline, int version,
                                         std::int64_t nowUs)
{
    std::int64_t id = 0;
    SLUICE_TRY(m_database.write([&](SQLite::Database& db) {
        SQLite::Statement add(db,
                              "INSERT INTO runs(pipeline, version, started_us) VALUES(?, ?, ?)");
        add.bind(1, pipeline);
        add.bind(2, version);
        add.bind(3, nowUs);
        add.exec();
        id = db.getLastInsertRowid();
    }));
    return id;
}

Status Workspace::endRun(std::int64_t id, const std::string& outcome, const std::string& reason,
                         std::int64_t nowUs)
{
    return m_database.write([&](SQLite::Database& db) {
        SQLite::Statement end(db,
                              "UPDATE runs SET ended_us = ?, outcome = ?, reason = ? WHERE id = ?");
        end.bind(1, nowUs);
        end.bind(2, outcome);
        end.bind(3, reason);
        end.bind(4, id);
        end.exec();
    });
}

Result<std::vector<StoredRun>> Workspace::runs(const std::string& pipeline, int limit) const
{
    std::vector<StoredRun> out;
    SLUICE_TRY(m_database.read([&](SQLite::Database& db) {
        SQLite::Statement query(db,
                                "SELECT id, pipeline, version, started_us, coalesce(ended_us, 0), "
                                "coalesce(outcome, ''), coalesce(reason, '') "
                                "FROM runs WHERE pipeline = ? ORDER BY id DESC LIMIT ?");
        query.bind(1, pipeline);
        query.bind(2, limit);
        while (query.executeStep())
            out.push_back({query.getColumn(0).getInt64(), query.getColumn(1).getString(),
                           query.getColumn(2).getInt(), query.getColumn(3).getInt64(),
                           query.getColumn(4).getInt64(), query.getColumn(5).getString(),
                           query.getColumn(6).getString()});
    }));
    return out;
}

Result<std::vector<StoredConnection>> Workspace::connections() const
{
    std::vector<StoredConnection> out;
    SLUICE_TRY(m_database.read([&](SQLite::Database& db) {
        SQLite::Statement query(db,
                                "SELECT c.name, c.kind, o.name, o.value FROM connections c LEFT "
                                "JOIN connection_options o "
                                "ON o.connection = c.name ORDER BY c.name, o.name");
        while (query.executeStep()) {
            const std::string name = query.getColumn(0).getString();
            if (out.empty() || out.back().name != name)
                out.push_back({name, query.getColumn(1).getString(), {}});
            if (!query.getColumn(2).isNull())
                out.back().options[query.getColumn(2).getString()] = query.getColumn(3).getString();
        }
    }));
    return out;
}

Status Workspace::saveConnection(const StoredConnection& connection)
{
    for (const auto& [name, value] : connection.options)
        if (isSecretOption(name) && !value.empty() && !value.starts_with("secret:")
            && !value.starts_with("env:"))
            return Error{.code = ErrorCode::ConfigInvalid,
                         .message = "a secret is kept by its name only",
                         .object = connection.name + "." + name,
                         .hint = "Put it into the vault (sluicectl secrets put NAME) and write "
                                 "secret:NAME, or write env:NAME.",
                         .cause = {}};
    return m_database.write([&](SQLite::Database& db) {
        SQLite::Statement put(db,
                              "INSERT INTO connections VALUES(?, ?) ON CONFLICT(name) DO UPDATE "
                              "SET kind = excluded.kind");
        put.bind(1, connection.name);
        put.bind(2, connection.kind);
        put.exec();
        SQLite::Statement clear(db, "DELETE FROM connection_options WHERE connection = ?");
        clear.bind(1, connection.name);
        clear.exec();
        for (const auto& [name, value] : connection.options) {
            SQLite::Statement add(db, "INSERT INTO connection_options VALUES(?, ?, ?)");
            add.bind(1, connection.name);
            add.bind(2, name);
            add.bind(3, value);
            add.exec();
        }
    });
}

Status Workspace::removeConnection(const std::string& name)
{
    return m_database.write([&](SQLite::Database& db) {
        SQLite::Statement remove(db, "DELETE FROM connections WHERE name = ?");
        remove.bind(1, name);
        remove.exec();
    });
}

Status Workspace::appendPoints(const std::vector<StoredPoint>& points)
{
    return m_database.write([&](SQLite::Database& db) {
        SQLite::Statement name(db,
                               "INSERT INTO metric_names(name) VALUES(?) ON CONFLICT DO NOTHING");
        SQLite::Statement put(db,
                              "INSERT OR REPLACE INTO metric_points SELECT id, ?, ?, ?, ?, ?, ? "
                              "FROM metric_names WHERE name = ?");
        for (const StoredPoint& point : points) {
            name.bind(1, point.metric);
            name.exec();
            name.reset();
            put.bind(1, point.timeUs);
            put.bind(2, point.least);
            put.bind(3, point.greatest);
            put.bind(4, point.last);
            put.bind(5, point.total);
            put.bind(6, point.count);
            put.bind(7, point.metric);
            put.exec();
            put.reset();
        }
    });
}

Result<std::vector<StoredPoint>> Workspace::points(std::int64_t fromUs) const
{
    std::vector<StoredPoint> out;
    SLUICE_TRY(m_database.read([&](SQLite::Database& db) {
        SQLite::Statement query(db,
                                "SELECT n.name, p.time_us, p.least, p.greatest, p.last, p.total, "
                                "p.count FROM metric_points p "
                                "JOIN metric_names n ON n.id = p.metric WHERE p.time_us >= ? ORDER "
                                "BY n.name, p.time_us");
        query.bind(1, fromUs);
        while (query.executeStep())
            out.push_back({query.getColumn(0).getString(), query.getColumn(1).getInt64(),
                           query.getColumn(2).getDouble(), query.getColumn(3).getDouble(),
                           query.getColumn(4).getDouble(), query.getColumn(5).getDouble(),
                           query.getColumn(6).getInt64()});
    }));
    return out;
}

Status Workspace::trimPoints(std::int64_t beforeUs)
{
    return m_database.write([&](SQLite::Database& db) {
        SQLite::Statement trim(db, "DELETE FROM metric_points WHERE time_us < ?");
        trim.bind(1, beforeUs);
        trim.exec();
    });
}

Status Workspace::addRuleResults(const std::vector<StoredRuleResult>& results)
{
    return m_database.write([&](SQLite::Database& db) {
        SQLite::Statement put(
            db,
            "INSERT INTO rule_results VALUES(?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET "
            "passed = passed + excluded.passed, failed = failed + excluded.failed");
        for (const StoredRuleResult& result : results) {
            put.bind(1, result.pipeline);
            put.bind(2, result.node);
            put.bind(3, result.rule);
            put.bind(4, result.minuteUs);
            put.bind(5, result.passed);
            put.bind(6, result.failed);
            put.exec();
            put.reset();
        }
    });
}

Result<std::vector<StoredRuleResult>> Workspace::ruleResults(std::int64_t fromUs) const
{
    std::vector<StoredRuleResult> out;
    SLUICE_TRY(m_database.read([&](SQLite::Database& db) {
        SQLite::Statement query(db,
                                "SELECT pipeline, node, rule, minute_us, passed, failed FROM "
                                "rule_results WHERE minute_us >= ? ORDER BY minute_us");
        query.bind(1, fromUs);
        while (query.executeStep())
            out.push_back({query.getColumn(0).getString(), query.getColumn(1).getString(),
                           query.getColumn(2).getString(), query.getColumn(3).getInt64(),
                           query.getColumn(4).getInt64(), query.getColumn(5).getInt64()});
    }));
    return out;
}

} // namespace sluice::workspace
