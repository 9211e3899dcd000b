// SPDX-License-Identifier: Apache-2.0
#include "engine/api/shadow.h"

#include "engine/base/durable_file.h"
#include "engine/base/json_writer.h"
#include "engine/lake/delta_table.h"
#include "engine/lake/raw_source.h"
#include "engine/lake/table_swap.h"

#include <algorithm>
#include <charconv>
#include <filesystem>

namespace sluice::api {
namespace {

const std::string kSuffix = "__shadow";

std::string folderOf(const WorkspaceLink& link, const std::string& pipeline)
{
    return link.stateFolder(shadowName(pipeline));
}

const DocumentNode& mapOf(const runtime::Plan& plan, const std::string& node)
{
    return *plan.document.find("nodes")->find(node);
}

bool isTable(const runtime::PlannedNode& node)
{
    return node.bound.createSink && node.bound.tableColumns;
}

bool keepsRecords(const runtime::Plan& plan, const runtime::PlannedNode& node)
{
    const DocumentNode* write = mapOf(plan, node.name).find("write");
    return isTable(node) && write && write->text == "raw";
}

// The table that keeps all records of a source: written raw, directly behind it.
const runtime::PlannedNode* bronzeOf(const runtime::Plan& plan, std::size_t source)
{
    const auto found = std::ranges::find_if(plan.nodes, [&](const runtime::PlannedNode& node) {
        return keepsRecords(plan, node) && node.inputs == std::vector<std::size_t>{source};
    });
    return found == plan.nodes.end() ? nullptr : &*found;
}

Error noBronze(const runtime::Plan& plan, const std::string& source)
{
    return {.code = ErrorCode::Unsupported,
            .message = "no table keeps the records of this source as they came",
            .object = plan.pipeline + "/" + source,
            .hint = "Add a delta_sink with write: raw directly behind it; from then on it can be "
                    "read again.",
            .cause = {}};
}

// Whatever leads to the nodes that are made, and these themselves.
std::set<std::string> onTheWay(const runtime::Plan& plan, const std::set<std::string>& made)
{
    std::set<std::string> out;
    for (const runtime::PlannedNode& node : plan.nodes)
        if (made.contains(node.name) && isTable(node))
            out.insert(node.name);
    for (std::size_t i = plan.nodes.size(); i-- > 0;) { // readers before inputs
        if (!out.contains(plan.nodes[i].name))
            continue;
        for (const std::size_t input : plan.nodes[i].inputs)
            out.insert(plan.nodes[input].name);
    }
    return out;
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

std::set<std::string> withReaders(const runtime::Plan& plan, const std::set<std::string>& nodes)
{
    std::set<std::string> out = nodes;
    for (const runtime::PlannedNode& node : plan.nodes)
        for (const std::size_t input : node.inputs)
            if (out.contains(plan.nodes[input].name))
                out.insert(node.name);
    return out;
}

Result<ShadowSpec> planShadow(const runtime::Plan& plan, const flow::Services& services,
                              const ShadowWish& wish)
{
    ShadowSpec out{.pipeline = plan.pipeline,
                   .documentPath = plan.documentPath,
                   .text = plan.text,
                   .sinceUs = wish.sinceUs,
                   .closesWindows = wish.closesWindows};
    std::set<std::string> wanted = wish.nodes;
    for (const std::string& node : wanted)
        if (!plan.find(node))
            return Error{.code = ErrorCode::ConfigUnknown,
                         .message = "there is no node \"" + node + "\"",
                         .object = plan.pipeline,
                         .hint = {},
                         .cause = {}};
    if (wanted.empty())
        for (const runtime::PlannedNode& node : plan.nodes)
            if (!node.bound.createSource)
                wanted.insert(node.name);
    for (const std::string& node : withReaders(plan, wanted))
        if (!plan.find(node)->bound.createSource && !keepsRecords(plan, *plan.find(node)))
            out.made.insert(node);
    for (const std::string& node : out.made)
        if (isTable(*plan.find(node)))
            out.sinks[node] = plan.find(node)->bound.target;
    const std::set<std::string> way = onTheWay(plan, out.made);
    if (way.empty())
        return Error{.code = ErrorCode::Unsupported,
                     .message = "no table is made by these nodes",
                     .object = plan.pipeline,
                     .hint = "A shadow makes delta_sink tables; what goes to Kafka or files cannot "
                             "be taken back.",
                     .cause = {}};
    for (std::size_t i = 0; i < plan.nodes.size(); ++i) {
        const runtime::PlannedNode& source = plan.nodes[i];
        if (!source.bound.createSource || !way.contains(source.name))
            continue;
        const runtime::PlannedNode* bronze = bronzeOf(plan, i);
        if (!bronze)
            return noBronze(plan, source.name);
        out.tables[source.name] = bronze->bound.target;
        out.names[source.name] = source.was.empty() ? source.name : source.was;
        SLUICE_TRY(const std::string folder,
                   lake::tableFolder(services.lakeFolder, bronze->bound.target));
        SLUICE_TRY(const std::int64_t rows, lake::keptRecords(folder));
        out.rows += std::max<std::int64_t>(rows, 0);
    }
    return out;
}

void editForShadow(const ShadowSpec& spec, DocumentNode& document)
{
    std::erase_if(document.entries, [](const DocumentNode::Entry& entry) {
        return entry.key == "objectives" || entry.key == "canvas";
    });
    for (DocumentNode::Entry& entry : document.entries) {
        if (entry.key == "pipeline")
            entry.value.text = shadowName(spec.pipeline);
        if (entry.key != "nodes")
            continue;
        std::vector<DocumentNode::Entry>& nodes = entry.value.entries;
        // A sink stays if it is a table that is made; what leads nowhere then goes.
        std::erase_if(nodes, [&](const DocumentNode::Entry& node) {
            const DocumentNode* type = node.value.find("type");
            const bool isSink = type && type->text.ends_with("_sink");
            return isSink && (type->text != "delta_sink" || !spec.made.contains(node.key));
        });
        for (bool changed = true; changed;) {
            std::set<std::string> read;
            for (const DocumentNode::Entry& node : nodes) {
                const DocumentNode* input = node.value.find("input");
                if (!input)
                    continue;
                if (input->isScalar())
                    read.insert(input->text.substr(0, input->text.find('.')));
                for (const DocumentNode& item : input->items)
                    read.insert(item.text.substr(0, item.text.find('.')));
            }
            changed = std::erase_if(nodes,
                                    [&](const DocumentNode::Entry& node) {
                                        const DocumentNode* type = node.value.find("type");
                                        return !read.contains(node.key) && type
                                            && !type->text.ends_with("_sink");
                                    })
                > 0;
        }
        for (DocumentNode::Entry& node : nodes) {
            std::erase_if(node.value.entries,
                          [](const DocumentNode::Entry& option) { return option.key == "rate"; });
            const DocumentNode* type = node.value.find("type");
            for (DocumentNode::Entry& option : node.value.entries)
                if (option.key == "table" && type && type->text == "delta_sink")
                    option.value.text = shadowTable(option.value.text);
        }
    }
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
    json.beginObject().key("format").value(1).key("pipeline").value(spec.pipeline);
    json.key("path").value(spec.documentPath).key("text").value(spec.text);
    json.key("rebuild").value(spec.isRebuild).key("made").beginArray();
    for (const std::string& node : spec.made)
        json.value(node);
    json.endArray();
    writeMap(json, "tables", spec.tables);
    writeMap(json, "names", spec.names);
    writeMap(json, "sinks", spec.sinks);
    json.key("rows").value(spec.rows).key("since").value(spec.sinceUs);
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
    if (diagnostics.hasErrors() || numberOf(root, "format") != 1)
        return Error{.code = ErrorCode::DecodeFailed,
                     .message = "the note of the shadow is damaged",
                     .object = path,
                     .hint = "Remove the folder; the shadow's tables end in " + kSuffix + ".",
                     .cause = {}};
    ShadowSpec out{.pipeline = textOf(root, "pipeline"),
                   .documentPath = textOf(root, "path"),
                   .text = textOf(root, "text"),
                   .isRebuild = textOf(root, "rebuild") == "true",
                   .tables = readMap(root.find("tables")),
                   .names = readMap(root.find("names")),
                   .sinks = readMap(root.find("sinks")),
                   .rows = numberOf(root, "rows"),
                   .sinceUs = numberOf(root, "since"),
                   .closesWindows = textOf(root, "closes_windows") == "true",
                   .phase = ShadowSpec::Phase(numberOf(root, "phase")),
                   .epoch = numberOf(root, "epoch")};
    for (const DocumentNode& node : root.find("made")->items)
        out.made.insert(node.text);
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
