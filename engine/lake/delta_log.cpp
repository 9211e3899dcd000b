// SPDX-License-Identifier: Apache-2.0
#include "engine/lake/delta_log.h"

#include "engine/base/durable_file.h"
#include "engine/lake/action_json.h"
#include "engine/lake/checkpoint_reader.h"
#include "engine/lake/commit_file.h"
#include "engine/lake/lake_error.h"

#include <algorithm>
#include <cerrno>

#include <sys/stat.h>

namespace sluice::lake {
namespace {

std::optional<std::int64_t> modifiedMs(const std::string& path)
{
    struct stat info
    {
    };
    if (::stat(path.c_str(), &info) != 0)
        return std::nullopt;
    return std::int64_t(info.st_mtim.tv_sec) * 1000 + info.st_mtim.tv_nsec / 1'000'000;
}

} // namespace

DeltaLog::DeltaLog(std::string tableFolder)
    : m_tableFolder(std::move(tableFolder))
    , m_logFolder(m_tableFolder + "/_delta_log")
{
}

bool DeltaLog::exists() const
{
    const auto listing = listLog(m_logFolder);
    return listing && listing->newest() >= 0;
}

Result<Snapshot> DeltaLog::load(std::optional<std::int64_t> version) const
{
    SLUICE_TRY(const LogListing listing, listLog(m_logFolder));
    const std::int64_t newest = listing.newest();
    if (newest < 0)
        return lakeError(ErrorCode::NotFound, "there is no table: its log is empty", m_logFolder);
    const std::int64_t target = version.value_or(newest);
    if (target > newest || target < 0)
        return lakeError(ErrorCode::NotFound,
                         "there is no version " + std::to_string(target) + ", the newest is "
                             + std::to_string(newest),
                         m_tableFolder);
    SLUICE_TRY(Snapshot snapshot, loadBase(listing, target));
    SLUICE_TRY(replay(snapshot, listing, target));
    if (snapshot.metadata.schemaString.empty())
        return lakeError(ErrorCode::DecodeFailed, "the log names no schema (metaData is missing)",
                         m_logFolder, "Restore the log from a backup.");
    SLUICE_TRY(checkReadable(snapshot, m_tableFolder));
    return snapshot;
}

// The newest checkpoint at or before the target that can be read; without any, the empty table.
Result<Snapshot> DeltaLog::loadBase(const LogListing& listing, std::int64_t target) const
{
    std::optional<Error> trouble;
    for (auto at = listing.checkpoints.rbegin(); at != listing.checkpoints.rend(); ++at) {
        if (at->first > target)
            continue;
        Result<Snapshot> snapshot = readCheckpoint(m_logFolder, at->first, at->second);
        if (snapshot)
            return snapshot;
        if (!trouble)
            trouble = snapshot.error();
    }
    if (listing.commits.contains(0))
        return Snapshot{};
    if (trouble)
        return *trouble; // the log before it is gone, so the checkpoint was needed
    if (!listing.checkpoints.empty())
        return lakeError(ErrorCode::NotFound,
                         "version " + std::to_string(target) + " is no longer kept, the oldest is "
                             + std::to_string(listing.checkpoints.begin()->first),
                         m_tableFolder,
                         "Ask for a later version. delta.logRetentionDuration says how long they "
                         "are kept.");
    const std::int64_t first = listing.commits.empty() ? 0 : *listing.commits.begin();
    return lakeError(ErrorCode::DecodeFailed,
                     "the log begins at version " + std::to_string(first) + " without a checkpoint",
                     m_logFolder,
                     "Restore the older commits, from " + commitName(0)
                         + " on, or a checkpoint from a backup.");
}

Status DeltaLog::replay(Snapshot& snapshot, const LogListing& listing, std::int64_t target) const
{
    for (std::int64_t version = snapshot.version + 1; version <= target; ++version) {
        if (!listing.commits.contains(version))
            return missingCommit(version);
        SLUICE_TRY(const std::optional<std::string> text, readCommitText(version));
        if (!text)
            return missingCommit(version);
        SLUICE_TRY(const Commit commit, parseCommit(*text, commitPath(version)));
        snapshot.apply(commit, version);
        snapshot.logBytesSinceCheckpoint += std::int64_t(text->size());
    }
    return ok();
}

Status DeltaLog::refresh(Snapshot& snapshot) const
{
    bool isNew = false;
    for (;;) {
        SLUICE_TRY(const std::optional<std::string> text, readCommitText(snapshot.version + 1));
        if (!text)
            break;
        SLUICE_TRY(const Commit commit, parseCommit(*text, commitPath(snapshot.version + 1)));
        snapshot.apply(commit, snapshot.version + 1);
        snapshot.logBytesSinceCheckpoint += std::int64_t(text->size());
        isNew = true;
    }
    return isNew ? checkReadable(snapshot, m_tableFolder) : ok();
}

Result<std::optional<Commit>> DeltaLog::readCommit(std::int64_t version) const
{
    SLUICE_TRY(const std::optional<std::string> text, readCommitText(version));
    if (!text)
        return std::optional<Commit>();
    SLUICE_TRY(Commit commit, parseCommit(*text, commitPath(version)));
    return std::optional<Commit>(std::move(commit));
}

Result<std::optional<std::string>> DeltaLog::readCommitText(std::int64_t version) const
{
    const std::string path = commitPath(version);
    Result<std::string> text = readFile(path);
    if (text)
        return std::optional<std::string>(std::move(*text));
    // By what the open said: asked again, the file may have come meanwhile.
    if (text.error().code == ErrorCode::NotFound)
        return std::optional<std::string>();
    return text.error();
}

Result<std::int64_t> DeltaLog::versionAt(std::int64_t timeMs) const
{
    SLUICE_TRY(const LogListing listing, listLog(m_logFolder));
    std::int64_t found = -1;
    std::int64_t previous = 0;
    for (const std::int64_t version : listing.commits) {
        // File times may stand still or run back; commits are in order all the same.
        std::int64_t time = modifiedMs(commitPath(version)).value_or(previous);
        SLUICE_TRY(const std::optional<Commit> commit, readCommit(version));
        if (commit && commit->info && commit->info->inCommitTimestamp)
            time = *commit->info->inCommitTimestamp;
        time = std::max(time, previous + 1);
        if (time > timeMs)
            break;
        found = version;
        previous = time;
    }
    if (found < 0)
        return lakeError(ErrorCode::NotFound, "the table has no version of that time",
                         m_tableFolder, "The log may have been cleaned; choose a later time.");
    return found;
}

Result<std::vector<HistoryEntry>> DeltaLog::history(std::size_t limit) const
{
    SLUICE_TRY(const LogListing listing, listLog(m_logFolder));
    std::vector<HistoryEntry> out;
    for (auto at = listing.commits.rbegin(); at != listing.commits.rend() && out.size() < limit;
         ++at) {
        SLUICE_TRY(const std::optional<Commit> commit, readCommit(*at));
        if (!commit)
            break; // cleaned while we read
        HistoryEntry entry;
        entry.version = *at;
        if (commit->info) {
            entry.timeMs = commit->info->inCommitTimestamp.value_or(commit->info->timestamp);
            entry.operation = commit->info->operation;
            entry.engine = commit->info->engineInfo;
            entry.parameters = commit->info->operationParameters;
        } else {
            entry.timeMs = modifiedMs(commitPath(*at)).value_or(0);
        }
        entry.addedFiles = std::int64_t(commit->adds.size());
        entry.removedFiles = std::int64_t(commit->removes.size());
        for (const AddFile& add : commit->adds) {
            entry.addedBytes += add.size;
            entry.addedRows += rowsOf(add).value_or(0);
        }
        out.push_back(std::move(entry));
    }
    return out;
}

std::string DeltaLog::commitPath(std::int64_t version) const
{
    return m_logFolder + "/" + commitName(version);
}

Error DeltaLog::missingCommit(std::int64_t version) const
{
    return lakeError(ErrorCode::DecodeFailed,
                     "the log has a gap: version " + std::to_string(version) + " is missing",
                     commitPath(version),
                     "Restore this file from a backup, or move all later commits away to return to "
                     "version "
                         + std::to_string(version - 1) + ".");
}

} // namespace sluice::lake
