// SPDX-License-Identifier: Apache-2.0
#include "engine/lake/committer.h"

#include "engine/lake/action_json.h"
#include "engine/lake/commit_file.h"
#include "engine/lake/lake_error.h"
#include "engine/lake/random_name.h"

#include <algorithm>

namespace sluice::lake {
namespace {

constexpr int kTries = 1000; // each lost race means that another writer got on

bool isCommitted(const Snapshot& head, const Commit& commit)
{
    if (commit.transactions.empty())
        return false;
    return std::ranges::all_of(commit.transactions, [&](const Transaction& txn) {
        return head.transactionVersion(txn.appId).value_or(-1) >= txn.version;
    });
}

Error conflict(const std::string& what, std::int64_t version, const std::string& table)
{
    return lakeError(ErrorCode::Conflict,
                     "another writer " + what + " in version " + std::to_string(version), table,
                     "Start the pipeline again; it goes on from its last epoch.");
}

// Judges another writer's commit that came before ours.
Status checkConflict(const Commit& ours, const Commit& theirs, std::int64_t version,
                     const std::string& table)
{
    if (theirs.protocol)
        return conflict("changed the table's protocol", version, table);
    if (theirs.metadata)
        return conflict("changed the table's schema or properties", version, table);
    for (const Transaction& txn : ours.transactions)
        for (const Transaction& other : theirs.transactions)
            if (txn.appId == other.appId && other.version < txn.version)
                return conflict("committed epoch " + std::to_string(other.version)
                                    + " as the same sink",
                                version, table);
    for (const RemoveFile& remove : ours.removes)
        for (const RemoveFile& other : theirs.removes)
            if (remove.path == other.path)
                return conflict("removed " + remove.path, version, table);
    return ok();
}

// Reads what others committed since the head, judging each commit.
Status catchUp(const DeltaLog& log, Snapshot& head, const Commit& ours)
{
    for (;;) {
        SLUICE_TRY(const std::optional<Commit> theirs, log.readCommit(head.version + 1));
        if (!theirs)
            return ok();
        head.apply(*theirs, head.version + 1);
        if (isCommitted(head, ours))
            return ok();
        SLUICE_TRY(checkConflict(ours, *theirs, head.version, log.tableFolder()));
    }
}

void stamp(Commit& commit, const Snapshot& head, const Clock& clock)
{
    CommitInfo& info = commit.info ? *commit.info : commit.info.emplace();
    info.timestamp = clock.wallNow().us / 1000;
    info.readVersion.reset();
    if (head.version >= 0)
        info.readVersion = head.version;
    info.engineInfo = kEngineInfo;
    info.txnId = randomUuid();
    if (head.property("delta.enableInCommitTimestamps") == "true") {
        info.inCommitTimestamp = std::max(info.timestamp, head.inCommitTimestamp.value_or(0) + 1);
        info.timestamp = *info.inCommitTimestamp;
    }
}

} // namespace

Result<CommitOutcome> commitTo(const DeltaLog& log, Snapshot& head, Commit commit,
                               const Clock& clock)
{
    for (int tries = 0; tries < kTries; ++tries) {
        if (isCommitted(head, commit))
            return CommitOutcome{.version = head.version, .wasThere = true};
        SLUICE_TRY(catchUp(log, head, commit));
        if (isCommitted(head, commit))
            return CommitOutcome{.version = head.version, .wasThere = true};
        stamp(commit, head, clock);
        const std::string text = commitText(commit);
        SLUICE_TRY(CommitFile file, CommitFile::prepare(log.logFolder(), text));
        SLUICE_TRY(const bool isPublished, file.publish(head.version + 1));
        if (!isPublished)
            continue;
        head.apply(commit, head.version + 1);
        head.logBytesSinceCheckpoint += std::int64_t(text.size());
        SLUICE_TRY(file.finish());
        return CommitOutcome{.version = head.version, .wasThere = false};
    }
    return lakeError(ErrorCode::Conflict, "other writers were faster every time", log.tableFolder(),
                     "Have fewer writers on this table.");
}

} // namespace sluice::lake
