// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/base/result.h"
#include "engine/workspace/database.h"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace sluice::workspace {

struct StoredPipeline
{
    std::string name;
    int version = 0;
    std::string text, documentPath;
    std::int64_t savedUs = 0;
};

struct StoredConnection
{
    std::string name, kind;
    std::map<std::string, std::string> options; // secrets as "secret:NAME" or "env:NAME"
};

struct StoredRun
{
    std::int64_t id = 0;
    std::string pipeline;
    int version = 0;
    std::int64_t startedUs = 0, endedUs = 0; // 0 = it runs, or the process was killed
    std::string outcome, reason;
};

struct StoredPoint
{
    std::string metric;
    std::int64_t timeUs = 0;
    double least = 0, greatest = 0, last = 0, total = 0;
    std::int64_t count = 0;
};

struct StoredRuleResult
{
    std::string pipeline, node, rule;
    std::int64_t minuteUs = 0, passed = 0, failed = 0;
};

/// A workspace: a folder with workspace.db, lake/, state/ and vault. Held by one process at a time
/// (a lock on workspace.lock), unless it only reads. One thread at a time.
class Workspace
{
public:
    /// Makes the folder if it is not there. Conflict if another process holds it, naming its
    /// number.
    static Result<Workspace> open(const std::string& folder, bool isReadOnly);
    ~Workspace();
    Workspace(Workspace&& other) noexcept;

    const std::string& folder() const { return m_folder; }
    std::string lakeFolder() const { return m_folder + "/lake"; }
    std::string stateFolder(const std::string& pipeline) const
    {
        return m_folder + "/state/" + pipeline;
    }

    Result<std::vector<StoredPipeline>> pipelines() const;
    /// Keeps a document; returns its version. The same text as the newest version keeps that one.
    Result<int> savePipeline(const std::string& name, const std::string& text,
                             const std::string& documentPath, std::int64_t nowUs);
    Status removePipeline(const std::string& name);

    Result<std::int64_t> beginRun(const std::string& pipeline, int version, std::int64_t nowUs);
    Status endRun(std::int64_t id, const std::string& outcome, const std::string& reason,
                  std::int64_t nowUs);
    Result<std::vector<StoredRun>> runs(const std::string& pipeline, int limit) const;

    Result<std::vector<StoredConnection>> connections() const;
    /// Refuses a secret written out: options named like a password must be "secret:NAME" or
    /// "env:NAME".
    Status saveConnection(const StoredConnection& connection);
    Status removeConnection(const std::string& name);

    Status appendPoints(const std::vector<StoredPoint>& points);
    Result<std::vector<StoredPoint>> points(std::int64_t fromUs) const;
    /// Forgets points older than a time.
    Status trimPoints(std::int64_t beforeUs);
    Status addRuleResults(const std::vector<StoredRuleResult>& results);
    Result<std::vector<StoredRuleResult>> ruleResults(std::int64_t fromUs) const;

private:
    Workspace(std::string folder, int lock, Database database);
    std::string m_folder;
    int m_lock = -1;
    Database m_database;
};

/// Whether an option of a connection holds a secret ("sasl.password").
bool isSecretOption(const std::string& name);

} // namespace sluice::workspace
