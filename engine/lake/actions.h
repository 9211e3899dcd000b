// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace sluice::lake {

using TextMap = std::map<std::string, std::string>;
/// Partition column -> value as text; nullopt = null.
using PartitionValues = std::map<std::string, std::optional<std::string>>;

/// The actions of the Delta protocol as plain values. Times are milliseconds UTC.
struct Protocol
{
    int minReaderVersion = 1;
    int minWriterVersion = 2;
    std::vector<std::string> readerFeatures; // only from reader version 3 on
    std::vector<std::string> writerFeatures; // only from writer version 7 on
};

struct Metadata
{
    std::string id; // UUID
    std::string name;
    std::string description;
    std::string schemaString; // JSON, see schema_json.h
    std::vector<std::string> partitionColumns;
    TextMap configuration; // "delta.appendOnly": "true"
    std::int64_t createdTime = 0;
};

struct AddFile
{
    std::string path; // URI relative to the table folder, percent-encoded
    PartitionValues partitionValues;
    std::int64_t size = 0; // bytes
    std::int64_t modificationTime = 0;
    bool dataChange = true;
    std::string stats; // JSON, see file_stats.h; "" = none
    TextMap tags;
};

struct RemoveFile
{
    std::string path;
    std::int64_t deletionTimestamp = 0;
    bool dataChange = true;
    PartitionValues partitionValues;
    std::int64_t size = 0;
};

/// The progress of one writer: the newest version (our epoch) that it has committed.
struct Transaction
{
    std::string appId;
    std::int64_t version = 0;
    std::int64_t lastUpdated = 0;
};

struct DomainMetadata
{
    std::string domain;
    std::string configuration;
    bool isRemoved = false;
};

struct CommitInfo
{
    std::int64_t timestamp = 0;
    std::string operation; // "STREAMING UPDATE", "OPTIMIZE" ...
    TextMap operationParameters;
    TextMap operationMetrics; // numbers as text
    std::optional<std::int64_t> readVersion;
    bool isBlindAppend = false;
    std::string engineInfo;
    std::string txnId;
    std::optional<std::int64_t> inCommitTimestamp;
};

/// All actions of one version.
struct Commit
{
    std::optional<CommitInfo> info;
    std::optional<Protocol> protocol;
    std::optional<Metadata> metadata;
    std::vector<Transaction> transactions;
    std::vector<AddFile> adds;
    std::vector<RemoveFile> removes;
    std::vector<DomainMetadata> domains;
};

} // namespace sluice::lake
