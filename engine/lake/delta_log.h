// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/base/result.h"
#include "engine/lake/log_files.h"
#include "engine/lake/snapshot.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace sluice::lake {

/// One line of a table's history.
struct HistoryEntry
{
    std::int64_t version = 0;
    std::int64_t timeMs = 0; // of the commitInfo, else of the file
    std::string operation;   // "" if the writer told nothing
    std::string engine;
    TextMap parameters;
    std::int64_t addedFiles = 0, removedFiles = 0, addedBytes = 0;
    std::int64_t addedRows = 0; // rows in added files that tell
};

/// Reads the log of a Delta table. Holds no state but its place; any thread.
class DeltaLog
{
public:
    explicit DeltaLog(std::string tableFolder);

    const std::string& tableFolder() const { return m_tableFolder; }
    const std::string& logFolder() const { return m_logFolder; }
    /// Tells whether there is a table: at least one commit or checkpoint.
    bool exists() const;

    /// Returns the table at a version, by default the newest. Refuses what we cannot read; a
    /// missing or damaged commit is an Error that names the file and the cure.
    Result<Snapshot> load(std::optional<std::int64_t> version = {}) const;
    /// Applies the commits that came after a snapshot.
    Status refresh(Snapshot& snapshot) const;

    /// Returns one commit, nullopt if there is none of that version.
    Result<std::optional<Commit>> readCommit(std::int64_t version) const;
    /// Returns the newest version that was committed at or before a time (milliseconds UTC).
    Result<std::int64_t> versionAt(std::int64_t timeMs) const;
    /// Returns the newest commits, newest first.
    Result<std::vector<HistoryEntry>> history(std::size_t limit) const;

private:
    std::string commitPath(std::int64_t version) const;
    Result<std::optional<std::string>> readCommitText(std::int64_t version) const;
    Result<Snapshot> loadBase(const LogListing& listing, std::int64_t target) const;
    Status replay(Snapshot& snapshot, const LogListing& listing, std::int64_t target) const;
    Error missingCommit(std::int64_t version) const;

    std::string m_tableFolder;
    std::string m_logFolder;
};

} // namespace sluice::lake
