// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/base/result.h"
#include "engine/lake/actions.h"

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>

#include <arrow/type.h>

namespace sluice::lake {

/// A table at one version: what is left when all commits up to it have been applied in order.
/// A value; memory grows with the live files, about 1 KB each.
struct Snapshot
{
    std::int64_t version = -1; // -1: no commit yet
    Protocol protocol;
    Metadata metadata;
    std::unordered_map<std::string, AddFile> files; // by path as in the log
    std::unordered_map<std::string, RemoveFile> tombstones;
    std::map<std::string, Transaction> transactions; // by appId
    std::map<std::string, DomainMetadata> domains;
    std::int64_t lastCommitMs = 0; // the newest commitInfo's timestamp; 0 = not known
    std::optional<std::int64_t> inCommitTimestamp;
    std::int64_t logBytesSinceCheckpoint = 0;
    std::int64_t checkpointVersion = -1; // the newest known

    void apply(const Commit& commit, std::int64_t ofVersion);

    /// Returns the newest epoch that a writer has committed, nullopt if none.
    std::optional<std::int64_t> transactionVersion(const std::string& appId) const;
    /// Returns the columns in the table's order, partition columns included.
    Result<std::shared_ptr<arrow::Schema>> schema(const std::string& table) const;
    /// Returns a property of the table, "" if it is not set.
    std::string property(const std::string& name) const;
};

/// Refuses tables that need a reader feature which we do not have, naming it.
Status checkReadable(const Snapshot& snapshot, const std::string& table);
/// Refuses to write to tables whose writer features or rules we could break, naming them.
Status checkWritable(const Snapshot& snapshot, const std::string& table);

/// Returns rows of a file as its stats tell, nullopt if they do not.
std::optional<std::int64_t> rowsOf(const AddFile& file);

} // namespace sluice::lake
