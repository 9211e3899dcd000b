// SPDX-License-Identifier: Apache-2.0
#include "app/sluicectl/changes_table.h"

#include "app/sluicectl/output.h"
#include "engine/base/durable_file.h"
#include "engine/base/json_writer.h"

#include <algorithm>
#include <cstdio>
#include <filesystem>

namespace sluice::ctl {
namespace {

std::string joined(const std::vector<std::string>& texts)
{
    std::string out;
    for (const std::string& text : texts)
        out += (out.empty() ? "" : "; ") + text;
    return out;
}

// In words what becomes of what a node has saved.
std::string savedText(const api::NodeChangeInfo& node)
{
    const std::string size = node.savedBytes > 0
        ? " (" + bytesText(std::int64_t(node.savedBytes)) + ")"
        : std::string();
    const bool isState = node.savedBytes > 0;
    if (node.saved == "rebuilt")
        return "rebuilt";
    if (node.saved == "kept")
        return (isState ? "state kept" : "position kept") + size;
    if (node.saved == "anew")
        return isState ? "state LOST" + size : std::string("position LOST");
    if (node.saved == "gone")
        return isState ? "state removed" + size : std::string("position removed");
    return {};
}

void writeTexts(JsonWriter& json, const char* key, const std::vector<std::string>& texts)
{
    json.key(key).beginArray();
    for (const std::string& text : texts)
        json.value(text);
    json.endArray();
}

} // namespace

void printChanges(const api::DocumentChanges& changes)
{
    if (changes.isNew)
        std::printf("%s: nothing of this pipeline is here yet\n", changes.pipeline.c_str());
    else if (changes.isSame())
        std::printf("%s: no node changes\n", changes.pipeline.c_str());
    std::vector<std::vector<std::string>> rows;
    for (const api::NodeChangeInfo& node : changes.nodes)
        rows.push_back({node.was.empty() ? node.name : node.name + " (was " + node.was + ")",
                        node.type, node.change, savedText(node), joined(node.details)});
    if (!rows.empty())
        printTable({"NODE", "TYPE", "CHANGE", "SAVED", "WHY"}, rows);
    rows.clear();
    for (const api::TableChangeInfo& table : changes.tables)
        rows.push_back({table.table, table.node, table.change, joined(table.columns)});
    if (!rows.empty()) {
        std::printf("\n");
        printTable({"TABLE", "WRITTEN BY", "CHANGE", "COLUMNS"}, rows);
    }
}

void markRebuilt(const api::RebuildInfo& rebuild, api::DocumentChanges& changes)
{
    for (api::NodeChangeInfo& node : changes.nodes)
        if (std::ranges::find(rebuild.nodes, node.name) != rebuild.nodes.end())
            node.saved = "rebuilt";
}

std::string rebuildText(const api::RebuildInfo& rebuild)
{
    return "Rebuilt from bronze: " + joined(rebuild.tables) + "; about " + countText(rebuild.rows)
        + " records are read";
}

void tellLosses(const std::string& workspace, const std::string& documentPath)
{
    std::error_code error;
    if (!std::filesystem::exists(workspace + "/workspace.db", error))
        return;
    const Result<std::string> text = readFile(documentPath);
    if (!text)
        return;
    const auto changes = api::compareDocument(*text, documentPath, workspace);
    for (std::size_t i = 0; changes && changes->isValid && i < changes->nodes.size(); ++i) {
        const api::NodeChangeInfo& node = changes->nodes[i];
        if (node.saved == "anew" || node.saved == "gone")
            std::fprintf(stderr, "%s (%s): %s%s%s\n", node.name.c_str(), node.change.c_str(),
                         savedText(node).c_str(), node.details.empty() ? "" : "; ",
                         joined(node.details).c_str());
    }
}

std::string changesAsJson(const api::DocumentChanges& changes)
{
    JsonWriter json;
    json.beginObject();
    json.key("pipeline").value(changes.pipeline).key("is_new").value(changes.isNew);
    json.key("is_valid").value(changes.isValid).key("is_same").value(changes.isSame());
    json.key("loses_state").value(changes.losesState()).key("epoch").value(changes.epoch);
    writeTexts(json, "findings", changes.findings);
    json.key("nodes").beginArray();
    for (const api::NodeChangeInfo& node : changes.nodes) {
        json.beginObject().key("node").value(node.name);
        if (!node.was.empty())
            json.key("was").value(node.was);
        json.key("type").value(node.type).key("change").value(node.change);
        json.key("saved").value(node.saved).key("state_bytes").value(node.savedBytes);
        writeTexts(json, "details", node.details);
        json.endObject();
    }
    json.endArray().key("tables").beginArray();
    for (const api::TableChangeInfo& table : changes.tables) {
        json.beginObject().key("table").value(table.table).key("node").value(table.node);
        json.key("change").value(table.change);
        writeTexts(json, "columns", table.columns);
        json.endObject();
    }
    json.endArray();
    if (changes.rebuildRows >= 0)
        json.key("rebuild_rows").value(changes.rebuildRows);
    json.endObject();
    return json.take();
}

} // namespace sluice::ctl
