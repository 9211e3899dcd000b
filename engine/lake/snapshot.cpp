// SPDX-License-Identifier: Apache-2.0
#include "engine/lake/snapshot.h"

#include "engine/lake/lake_error.h"
#include "engine/lake/schema_json.h"

#include <algorithm>
#include <array>
#include <string_view>

#include <arrow/util/key_value_metadata.h>
#include <simdjson.h>

namespace sluice::lake {
namespace {

using Names = std::vector<std::string>;

constexpr std::array<std::string_view, 3> kReaderFeatures{"timestampNtz", "vacuumProtocolCheck",
                                                          "columnMapping"};
// Those of which a plain append or a rewrite of whole files breaks nothing; checkConstraints,
// generatedColumns, columnMapping are looked at more closely.
constexpr std::array<std::string_view, 10> kWriterFeatures{
    "appendOnly",   "invariants",     "domainMetadata",   "inCommitTimestamp",   "checkConstraints",
    "timestampNtz", "changeDataFeed", "generatedColumns", "vacuumProtocolCheck", "columnMapping"};

Error unknownFeature(const std::string& kind, const std::string& feature, const std::string& table)
{
    return lakeError(ErrorCode::Unsupported,
                     "the table needs the " + kind + " feature " + feature
                         + ", which Sluice does not have",
                     table,
                     kind == "reader"
                         ? "Turn the feature off with the program that made the table."
                         : "The table can be read. To write, turn the feature off or use another "
                           "table.");
}

bool mapsColumns(const Snapshot& snapshot)
{
    const std::string mode = snapshot.property("delta.columnMapping.mode");
    return !mode.empty() && mode != "none";
}

Status checkFields(const arrow::FieldVector& fields, const std::string& table)
{
    static constexpr std::array<std::string_view, 3> kGuards{"delta.invariants",
                                                             "delta.generationExpression",
                                                             "delta.identity.start"};
    for (const auto& field : fields) {
        for (const std::string_view guard : kGuards)
            if (field->metadata() && field->metadata()->Contains(std::string(guard)))
                return unknownFeature("writer", std::string(guard) + " of column " + field->name(),
                                      table);
        SLUICE_TRY(checkFields(field->type()->fields(), table));
    }
    return ok();
}

} // namespace

void Snapshot::apply(const Commit& commit, std::int64_t ofVersion)
{
    version = ofVersion;
    if (commit.protocol)
        protocol = *commit.protocol;
    if (commit.metadata)
        metadata = *commit.metadata;
    for (const RemoveFile& remove : commit.removes) {
        files.erase(remove.path);
        tombstones[remove.path] = remove;
    }
    for (const AddFile& add : commit.adds) {
        files[add.path] = add;
        tombstones.erase(add.path);
    }
    for (const Transaction& txn : commit.transactions)
        transactions[txn.appId] = txn;
    for (const DomainMetadata& domain : commit.domains) {
        if (domain.isRemoved)
            domains.erase(domain.domain);
        else
            domains[domain.domain] = domain;
    }
    if (commit.info) {
        lastCommitMs = commit.info->inCommitTimestamp.value_or(commit.info->timestamp);
        inCommitTimestamp = commit.info->inCommitTimestamp;
    }
}

std::optional<std::int64_t> Snapshot::transactionVersion(const std::string& appId) const
{
    const auto found = transactions.find(appId);
    return found == transactions.end() ? std::nullopt
                                       : std::optional<std::int64_t>(found->second.version);
}

Result<std::shared_ptr<arrow::Schema>> Snapshot::schema(const std::string& table) const
{
    return parseSchema(metadata.schemaString, table);
}

std::string Snapshot::property(const std::string& name) const
{
    const auto found = metadata.configuration.find(name);
    return found == metadata.configuration.end() ? std::string() : found->second;
}

Status checkReadable(const Snapshot& snapshot, const std::string& table)
{
    const Protocol& protocol = snapshot.protocol;
    if (protocol.minReaderVersion > 3)
        return unknownFeature("reader", "version " + std::to_string(protocol.minReaderVersion),
                              table);
    if (protocol.minReaderVersion == 3)
        for (const std::string& feature : protocol.readerFeatures)
            if (std::ranges::find(kReaderFeatures, feature) == kReaderFeatures.end())
                return unknownFeature("reader", feature, table);
    if (mapsColumns(snapshot))
        return unknownFeature("reader", "columnMapping", table);
    return ok();
}

Status checkWritable(const Snapshot& snapshot, const std::string& table)
{
    SLUICE_TRY(checkReadable(snapshot, table));
    const Protocol& protocol = snapshot.protocol;
    if (protocol.minWriterVersion > 7)
        return unknownFeature("writer", "version " + std::to_string(protocol.minWriterVersion),
                              table);
    if (protocol.minWriterVersion == 7)
        for (const std::string& feature : protocol.writerFeatures)
            if (std::ranges::find(kWriterFeatures, feature) == kWriterFeatures.end())
                return unknownFeature("writer", feature, table);
    for (const auto& [name, rule] : snapshot.metadata.configuration)
        if (name.starts_with("delta.constraints."))
            return unknownFeature("writer", "checkConstraints (" + name + ": " + rule + ")", table);
    SLUICE_TRY(auto schema, snapshot.schema(table));
    return checkFields(schema->fields(), table);
}

std::optional<std::int64_t> rowsOf(const AddFile& file)
{
    thread_local simdjson::dom::parser parser;
    simdjson::dom::element stats;
    std::int64_t rows = 0;
    if (file.stats.empty() || parser.parse(file.stats).get(stats) != simdjson::SUCCESS
        || stats["numRecords"].get(rows) != simdjson::SUCCESS)
        return std::nullopt;
    return rows;
}

} // namespace sluice::lake
