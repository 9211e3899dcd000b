// SPDX-License-Identifier: Apache-2.0
#include "engine/api/shadow.h"

#include "engine/base/durable_file.h"
#include "engine/base/json_writer.h"
#include "engine/lake/table_swap.h"
#include "engine/runtime/manifest.h"

#include <charconv>
#include <filesystem>

namespace sluice::api {
namespace {

const std::string kSuffix = "__shadow";
constexpr int kFormat = 2; // 1: had "since" and no range

std::string folderOf(const WorkspaceLink& link, const std::string& pipeline)
{
    return link.stateFolder(shadowName(pipeline));
}

} // namespace

std::string shadowName(const std::string& pipeline)
{
    return pipeline + kSuffix;
}

std::string realName(const std::string& shadow)
{
    return shadow.ends_with(kSuffix) ? shadow.substr(0, shadow.size() - kSuffix.size())
                                     : std::string();
}

std::string shadowTable(const std::string& table)
{
    return table + kSuffix;
}

std::string tablesText(const ShadowSpec& spec)
{
    std::string out;
    for (const auto& [sink, table] : spec.sinks)
        out += (out.empty() ? "" : ", ") + shadowTable(table);
    return out;
}

Error pipelineError(const std::string& pipeline, ErrorCode code, std::string message,
                    std::string hint)
{
    return {.code = code,
            .message = std::move(message),
            .object = pipeline,
            .hint = std::move(hint),
            .cause = {}};
}

namespace {

void writeMap(JsonWriter& json, const char* name, const std::map<std::string, std::string>& map)
{
    json.key(name).beginObject();
    for (const auto& [key, value] : map)
        json.key(key).value(value);
    json.endObject();
}

std::map<std::string, std::string> readMap(const DocumentNode* node)
{
    std::map<std::string, std::string> out;
    for (std::size_t i = 0; node && i < node->entries.size(); ++i)
        out[node->entries[i].key] = node->entries[i].value.text;
    return out;
}

void writeSet(JsonWriter& json, const char* name, const std::set<std::string>& set)
{
    json.key(name).beginArray();
    for (const std::string& item : set)
        json.value(item);
    json.endArray();
}

std::set<std::string> readSet(const DocumentNode* node)
{
    std::set<std::string> out;
    for (std::size_t i = 0; node && i < node->items.size(); ++i)
        out.insert(node->items[i].text);
    return out;
}

std::string textOf(const DocumentNode& root, const char* key)
{
    const DocumentNode* node = root.find(key);
    return node ? node->text : std::string();
}

std::int64_t numberOf(const DocumentNode& root, const char* key)
{
    std::int64_t out = 0;
    const std::string text = textOf(root, key);
    std::from_chars(text.data(), text.data() + text.size(), out);
    return out;
}

} // namespace

Status keepShadow(const WorkspaceLink& link, const ShadowSpec& spec)
{
    JsonWriter json;
    json.beginObject().key("format").value(kFormat).key("pipeline").value(spec.pipeline);
    json.key("path").value(spec.documentPath).key("text").value(spec.text);
    json.key("rebuild").value(spec.isRebuild);
    writeSet(json, "made", spec.made);
    writeMap(json, "tables", spec.tables);
    writeMap(json, "names", spec.names);
    writeMap(json, "up_to", spec.upTo);
    writeMap(json, "sinks", spec.sinks);
    writeSet(json, "bronze", spec.bronze);
    json.key("rows").value(spec.rows).key("from_source").value(spec.isFromSource());
    writeMap(json, "bounds",
             {{"from_time", spec.bounds.fromTime},
              {"until_time", spec.bounds.untilTime},
              {"from_offset", spec.bounds.fromOffset},
              {"until_offset", spec.bounds.untilOffset}});
    flow::writeRange(json.key("range"), spec.range);
    json.key("closes_windows").value(spec.closesWindows);
    json.key("phase").value(int(spec.phase)).key("epoch").value(spec.epoch).endObject();
    const std::string folder = folderOf(link, spec.pipeline);
    SLUICE_TRY(makeFolder(folder));
    return writeFileDurably(folder + "/shadow.json", json.text());
}

Result<std::optional<ShadowSpec>> readShadow(const WorkspaceLink& link, const std::string& pipeline)
{
    const std::string path = folderOf(link, pipeline) + "/shadow.json";
    std::error_code error;
    if (!std::filesystem::exists(path, error))
        return std::optional<ShadowSpec>();
    SLUICE_TRY(const std::string text, readFile(path));
    Diagnostics diagnostics(path);
    const DocumentNode root = parseDocument(text, diagnostics);
    const std::int64_t format = numberOf(root, "format");
    if (diagnostics.hasErrors() || format < 1)
        return Error{.code = ErrorCode::DecodeFailed,
                     .message = "the note of the shadow is damaged",
                     .object = path,
                     .hint = "Remove the folder; the shadow's tables end in " + kSuffix + ".",
                     .cause = {}};
    if (format > kFormat)
        return runtime::unknownFormat(path, "the note of the shadow", std::to_string(format),
                                      kFormat);
    ShadowSpec out{.pipeline = textOf(root, "pipeline"),
                   .documentPath = textOf(root, "path"),
                   .text = textOf(root, "text"),
                   .isRebuild = textOf(root, "rebuild") == "true",
                   .made = readSet(root.find("made")),
                   .tables = readMap(root.find("tables")),
                   .names = readMap(root.find("names")),
                   .upTo = readMap(root.find("up_to")),
                   .sinks = readMap(root.find("sinks")),
                   .bronze = readSet(root.find("bronze")),
                   .rows = numberOf(root, "rows"),
                   .from = textOf(root, "from_source") == "true" ? ReplayOrigin::Source
                                                                 : ReplayOrigin::Bronze,
                   .range = flow::readRange(root.find("range")),
                   .closesWindows = textOf(root, "closes_windows") == "true",
                   .phase = ShadowSpec::Phase(numberOf(root, "phase")),
                   .epoch = numberOf(root, "epoch")};
    std::map<std::string, std::string> bounds = readMap(root.find("bounds"));
    out.bounds = {.fromTime = bounds["from_time"],
                  .untilTime = bounds["until_time"],
                  .fromOffset = bounds["from_offset"],
                  .untilOffset = bounds["until_offset"]};
    if (format == 1)
        out.range.sinceUs = numberOf(root, "since");
    return std::optional(std::move(out));
}

Status removeShadow(const WorkspaceLink& link, const ShadowSpec& spec)
{
    for (const auto& [sink, table] : spec.sinks)
        SLUICE_TRY(lake::dropTable(link.lakeFolder(), shadowTable(table)));
    for (const Verdict verdict : {Verdict::DeadLetter, Verdict::Late, Verdict::Quarantined})
        SLUICE_TRY(lake::dropTable(link.lakeFolder(),
                                   runtime::rejectTable(verdict, shadowName(spec.pipeline))));
    std::error_code error;
    std::filesystem::remove_all(folderOf(link, spec.pipeline), error);
    if (error)
        return errorFromErrno(error.value(), "cannot remove the shadow's state",
                              folderOf(link, spec.pipeline));
    return ok();
}

} // namespace sluice::api
