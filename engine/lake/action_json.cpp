// SPDX-License-Identifier: Apache-2.0
#include "engine/lake/action_json.h"

#include "engine/base/json_writer.h"
#include "engine/lake/lake_error.h"

#include <simdjson.h>

namespace sluice::lake {
namespace {

using simdjson::dom::element;

// ---- writing

void writeTextMap(JsonWriter& out, std::string_view name, const TextMap& map)
{
    out.key(name).beginObject();
    for (const auto& [key, value] : map)
        out.key(key).value(value);
    out.endObject();
}

void writePartitionValues(JsonWriter& out, const PartitionValues& values)
{
    out.key("partitionValues").beginObject();
    for (const auto& [key, value] : values) {
        out.key(key);
        value ? out.value(*value) : out.null();
    }
    out.endObject();
}

void writeList(JsonWriter& out, std::string_view name, const std::vector<std::string>& items)
{
    out.key(name).beginArray();
    for (const std::string& item : items)
        out.value(item);
    out.endArray();
}

// Every action is one line: {"name":{...}}.
template <class Body> void writeLine(std::string& text, std::string_view name, const Body& body)
{
    JsonWriter out;
    out.beginObject().key(name).beginObject();
    body(out);
    out.endObject().endObject();
    text += out.text();
    text += '\n';
}

void writeInfo(std::string& text, const CommitInfo& info)
{
    writeLine(text, "commitInfo", [&](JsonWriter& out) {
        out.key("timestamp").value(info.timestamp).key("operation").value(info.operation);
        writeTextMap(out, "operationParameters", info.operationParameters);
        if (info.readVersion)
            out.key("readVersion").value(*info.readVersion);
        out.key("isolationLevel")
            .value("WriteSerializable")
            .key("isBlindAppend")
            .value(info.isBlindAppend);
        writeTextMap(out, "operationMetrics", info.operationMetrics);
        out.key("engineInfo").value(info.engineInfo).key("txnId").value(info.txnId);
        if (info.inCommitTimestamp)
            out.key("inCommitTimestamp").value(*info.inCommitTimestamp);
    });
}

void writeProtocol(std::string& text, const Protocol& protocol)
{
    writeLine(text, "protocol", [&](JsonWriter& out) {
        out.key("minReaderVersion").value(std::int64_t(protocol.minReaderVersion));
        out.key("minWriterVersion").value(std::int64_t(protocol.minWriterVersion));
        if (protocol.minReaderVersion >= 3)
            writeList(out, "readerFeatures", protocol.readerFeatures);
        if (protocol.minWriterVersion >= 7)
            writeList(out, "writerFeatures", protocol.writerFeatures);
    });
}

void writeMetadata(std::string& text, const Metadata& metadata)
{
    writeLine(text, "metaData", [&](JsonWriter& out) {
        out.key("id").value(metadata.id);
        if (!metadata.name.empty())
            out.key("name").value(metadata.name);
        if (!metadata.description.empty())
            out.key("description").value(metadata.description);
        out.key("format").beginObject().key("provider").value("parquet");
        out.key("options").beginObject().endObject().endObject();
        out.key("schemaString").value(metadata.schemaString);
        writeList(out, "partitionColumns", metadata.partitionColumns);
        writeTextMap(out, "configuration", metadata.configuration);
        out.key("createdTime").value(metadata.createdTime);
    });
}

void writeAdd(std::string& text, const AddFile& add)
{
    writeLine(text, "add", [&](JsonWriter& out) {
        out.key("path").value(add.path);
        writePartitionValues(out, add.partitionValues);
        out.key("size").value(add.size).key("modificationTime").value(add.modificationTime);
        out.key("dataChange").value(add.dataChange);
        if (!add.stats.empty())
            out.key("stats").value(add.stats);
        if (!add.tags.empty())
            writeTextMap(out, "tags", add.tags);
    });
}

void writeRemove(std::string& text, const RemoveFile& remove)
{
    writeLine(text, "remove", [&](JsonWriter& out) {
        out.key("path").value(remove.path).key("deletionTimestamp").value(remove.deletionTimestamp);
        out.key("dataChange").value(remove.dataChange).key("extendedFileMetadata").value(true);
        writePartitionValues(out, remove.partitionValues);
        out.key("size").value(remove.size);
    });
}

// ---- reading: absent and null mean the default, a wrong type as well (unknown writers' habits)

std::string readText(const element& object, const char* name)
{
    std::string_view value;
    return object[name].get(value) == simdjson::SUCCESS ? std::string(value) : std::string();
}

std::int64_t readNumber(const element& object, const char* name, std::int64_t otherwise = 0)
{
    std::int64_t value = 0;
    return object[name].get(value) == simdjson::SUCCESS ? value : otherwise;
}

bool readFlag(const element& object, const char* name, bool otherwise)
{
    bool value = otherwise;
    return object[name].get(value) == simdjson::SUCCESS ? value : otherwise;
}

std::vector<std::string> readList(const element& object, const char* name)
{
    std::vector<std::string> out;
    simdjson::dom::array items;
    if (object[name].get(items) != simdjson::SUCCESS)
        return out;
    for (const element item : items) {
        std::string_view text;
        if (item.get(text) == simdjson::SUCCESS)
            out.emplace_back(text);
    }
    return out;
}

TextMap readTextMap(const element& object, const char* name)
{
    TextMap out;
    simdjson::dom::object fields;
    if (object[name].get(fields) != simdjson::SUCCESS)
        return out;
    for (const auto& field : fields) {
        std::string_view text;
        if (field.value.get(text) == simdjson::SUCCESS)
            out.emplace(field.key, text);
        else if (!field.value.is_null())
            out.emplace(field.key, simdjson::minify(field.value));
    }
    return out;
}

PartitionValues readPartitionValues(const element& object)
{
    PartitionValues out;
    simdjson::dom::object fields;
    if (object["partitionValues"].get(fields) != simdjson::SUCCESS)
        return out;
    for (const auto& field : fields) {
        std::string_view text;
        // An empty text is null, as delta-rs reads it and as we write it.
        const bool isText = field.value.get(text) == simdjson::SUCCESS && !text.empty();
        out.emplace(field.key, isText ? std::optional<std::string>(text) : std::nullopt);
    }
    return out;
}

CommitInfo readInfo(const element& from)
{
    CommitInfo info;
    info.timestamp = readNumber(from, "timestamp");
    info.operation = readText(from, "operation");
    info.operationParameters = readTextMap(from, "operationParameters");
    info.operationMetrics = readTextMap(from, "operationMetrics");
    info.isBlindAppend = readFlag(from, "isBlindAppend", false);
    info.engineInfo = readText(from, "engineInfo");
    info.txnId = readText(from, "txnId");
    std::int64_t number = 0;
    if (from["readVersion"].get(number) == simdjson::SUCCESS)
        info.readVersion = number;
    if (from["inCommitTimestamp"].get(number) == simdjson::SUCCESS)
        info.inCommitTimestamp = number;
    if (info.engineInfo.empty())
        info.engineInfo = readText(from, "clientVersion"); // delta-rs
    return info;
}

Protocol readProtocol(const element& from)
{
    return {.minReaderVersion = int(readNumber(from, "minReaderVersion", 1)),
            .minWriterVersion = int(readNumber(from, "minWriterVersion", 2)),
            .readerFeatures = readList(from, "readerFeatures"),
            .writerFeatures = readList(from, "writerFeatures")};
}

Metadata readMetadata(const element& from)
{
    return {.id = readText(from, "id"),
            .name = readText(from, "name"),
            .description = readText(from, "description"),
            .schemaString = readText(from, "schemaString"),
            .partitionColumns = readList(from, "partitionColumns"),
            .configuration = readTextMap(from, "configuration"),
            .createdTime = readNumber(from, "createdTime")};
}

Result<AddFile> readAdd(const element& from, const std::string& place)
{
    element vector;
    if (from["deletionVector"].get(vector) == simdjson::SUCCESS && !vector.is_null())
        return lakeError(
            ErrorCode::Unsupported, "the table uses the feature deletionVectors", place,
            "Rewrite the table without deletion vectors with the program that made it.");
    return AddFile{.path = readText(from, "path"),
                   .partitionValues = readPartitionValues(from),
                   .size = readNumber(from, "size"),
                   .modificationTime = readNumber(from, "modificationTime"),
                   .dataChange = readFlag(from, "dataChange", true),
                   .stats = readText(from, "stats"),
                   .tags = readTextMap(from, "tags")};
}

RemoveFile readRemove(const element& from)
{
    return {.path = readText(from, "path"),
            .deletionTimestamp = readNumber(from, "deletionTimestamp"),
            .dataChange = readFlag(from, "dataChange", true),
            .partitionValues = readPartitionValues(from),
            .size = readNumber(from, "size")};
}

Status readAction(const element& line, Commit& commit, const std::string& place)
{
    element body;
    if (line["add"].get(body) == simdjson::SUCCESS) {
        SLUICE_TRY(AddFile add, readAdd(body, place));
        commit.adds.push_back(std::move(add));
    } else if (line["remove"].get(body) == simdjson::SUCCESS) {
        commit.removes.push_back(readRemove(body));
    } else if (line["txn"].get(body) == simdjson::SUCCESS) {
        commit.transactions.push_back({.appId = readText(body, "appId"),
                                       .version = readNumber(body, "version"),
                                       .lastUpdated = readNumber(body, "lastUpdated")});
    } else if (line["commitInfo"].get(body) == simdjson::SUCCESS) {
        commit.info = readInfo(body);
    } else if (line["metaData"].get(body) == simdjson::SUCCESS) {
        commit.metadata = readMetadata(body);
    } else if (line["protocol"].get(body) == simdjson::SUCCESS) {
        commit.protocol = readProtocol(body);
    } else if (line["domainMetadata"].get(body) == simdjson::SUCCESS) {
        commit.domains.push_back({.domain = readText(body, "domain"),
                                  .configuration = readText(body, "configuration"),
                                  .isRemoved = readFlag(body, "removed", false)});
    }
    return ok();
}

} // namespace

std::string commitText(const Commit& commit)
{
    std::string text;
    if (commit.info)
        writeInfo(text, *commit.info);
    if (commit.protocol)
        writeProtocol(text, *commit.protocol);
    if (commit.metadata)
        writeMetadata(text, *commit.metadata);
    for (const Transaction& txn : commit.transactions)
        writeLine(text, "txn", [&](JsonWriter& out) {
            out.key("appId").value(txn.appId).key("version").value(txn.version);
            out.key("lastUpdated").value(txn.lastUpdated);
        });
    for (const AddFile& add : commit.adds)
        writeAdd(text, add);
    for (const RemoveFile& remove : commit.removes)
        writeRemove(text, remove);
    for (const DomainMetadata& domain : commit.domains)
        writeLine(text, "domainMetadata", [&](JsonWriter& out) {
            out.key("domain").value(domain.domain).key("configuration").value(domain.configuration);
            out.key("removed").value(domain.isRemoved);
        });
    return text;
}

Result<Commit> parseCommit(std::string_view text, const std::string& file)
{
    Commit commit;
    simdjson::dom::parser parser;
    for (int number = 1; !text.empty(); ++number) {
        const std::size_t end = text.find('\n');
        std::string_view line = text.substr(0, end);
        text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
        while (!line.empty() && (line.back() == '\r' || line.back() == ' '))
            line.remove_suffix(1);
        if (line.empty())
            continue;
        const std::string place = file + ":" + std::to_string(number);
        element root;
        const auto failure = parser.parse(line.data(), line.size()).get(root);
        if (failure != simdjson::SUCCESS || !root.is_object())
            return lakeError(ErrorCode::DecodeFailed,
                             std::string("the commit is damaged: ")
                                 + simdjson::error_message(failure),
                             place,
                             "Restore this file from a backup. If it is the newest version and its "
                             "rows may be lost, move it away; the version before then counts.");
        SLUICE_TRY(readAction(root, commit, place));
    }
    return commit;
}

} // namespace sluice::lake
