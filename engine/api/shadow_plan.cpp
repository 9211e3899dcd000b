// SPDX-License-Identifier: Apache-2.0
// What a shadow reads and makes: found in the plan of the real pipeline, checked before anything
// starts, and put into the document that the shadow runs by.
#include "engine/api/replay_range.h"
#include "engine/api/shadow.h"
#include "engine/lake/delta_table.h"
#include "engine/lake/raw_source.h"
#include "engine/query/table_view.h"
#include "engine/runtime/manifest.h"
#include "engine/runtime/plan_diff.h"

#include <algorithm>

namespace sluice::api {
namespace {

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
            .hint = "Add a delta_sink with write: raw directly behind it, and it can be read again "
                    "from then on; or read the source itself: sluicectl replay "
                + plan.pipeline + " --from source.",
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
                   .from = wish.from,
                   .bounds = wish.bounds,
                   .closesWindows = wish.closesWindows};
    SLUICE_TRY(out.range, rangeOf(wish.bounds, services.clock->wallNow().us));
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
    for (const std::string& name : withReaders(plan, wanted)) {
        const runtime::PlannedNode& node = *plan.find(name);
        const bool isBronze = keepsRecords(plan, node);
        if (node.bound.createSource || (isBronze && !out.isFromSource()))
            continue;
        out.made.insert(name);
        if (isTable(node))
            out.sinks[name] = node.bound.target;
        if (isBronze)
            out.bronze.insert(name);
    }
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
        if (out.isFromSource()) {
            out.made.insert(source.name); // what it cannot read is found anew
            out.upTo[source.name] = {};
            continue;
        }
        const runtime::PlannedNode* bronze = bronzeOf(plan, i);
        if (!bronze)
            return noBronze(plan, source.name);
        out.tables[source.name] = bronze->bound.target;
        out.names[source.name] = source.was.empty() ? source.name : source.was;
        SLUICE_TRY(const std::string folder,
                   lake::tableFolder(services.lakeFolder, bronze->bound.target));
        SLUICE_TRY(const std::int64_t rows, lake::keptRecords(folder, out.range));
        out.rows += std::max<std::int64_t>(rows, 0);
    }
    return out;
}

Status aimAtCommitted(const WorkspaceLink& link, const runtime::Plan& plan, ShadowSpec& spec)
{
    if (spec.upTo.empty())
        return ok();
    std::vector<std::string> warnings;
    SLUICE_TRY(const auto newest,
               runtime::ManifestStore(link.stateFolder(spec.pipeline)).newest(warnings));
    for (auto& [source, position] : spec.upTo) {
        const runtime::PlannedNode* node = plan.find(source);
        const std::string saved = newest && node ? runtime::savedName(*node, *newest) : "";
        if (saved.empty() || newest->fingerprints.at(saved) != node->fingerprint
            || !newest->positions.contains(saved))
            return pipelineError(
                spec.pipeline + "/" + source, ErrorCode::Conflict,
                "the pipeline has not read this source yet, so there is nothing to "
                "read again",
                "Run the pipeline once.");
        position = newest->positions.at(saved);
    }
    return ok();
}

namespace {

// The source itself says whether it can; it is not opened.
Status trySource(const runtime::Plan& plan, const flow::Services& services, const ShadowSpec& spec,
                 const std::string& name)
{
    const runtime::PlannedNode& node = *plan.find(name);
    SLUICE_TRY(const auto source,
               node.bound.createSource({.pipeline = plan.pipeline,
                                        .node = name,
                                        .stateFolder = {},
                                        .services = &services,
                                        .neededColumns = node.neededOutput,
                                        .rules = {}}));
    Status status = source->readAgain(spec.range, spec.upTo.at(name));
    if (status)
        return ok();
    Error error = std::move(status).takeError();
    if (error.object.empty())
        error.object = plan.pipeline + "/" + name;
    return error;
}

Status checkKeptPartitions(WorkspaceLink& link, const ShadowSpec& spec, const std::string& source)
{
    const std::string& table = spec.tables.at(source);
    std::vector<std::string> known;
    if (link.catalog().summary(table).version >= 0) {
        SLUICE_TRY(const query::SqlResult found,
                   link.sql().run("SELECT DISTINCT \"partition\" AS p FROM " + table
                                      + " WHERE source = "
                                      + query::quotedText(spec.names.at(source)) + " ORDER BY p",
                                  0));
        for (const auto& batch : found.batches)
            for (std::int64_t row = 0; row < batch->num_rows(); ++row)
                known.push_back(query::cellText(*batch->column(0), row));
    }
    return flow::checkPartitions(spec.range, known, table);
}

} // namespace

Status checkRange(WorkspaceLink& link, const runtime::Plan& plan, const ShadowSpec& spec)
{
    const auto& read = spec.isFromSource() ? spec.upTo : spec.tables;
    if (spec.range.hasOffsets() && read.size() > 1) {
        std::string names;
        for (const auto& [source, from] : read)
            names += (names.empty() ? "" : ", ") + source;
        return pipelineError(spec.pipeline, ErrorCode::Unsupported,
                             "offsets count in one source, and this pipeline reads " + names,
                             "Bound the replay by time: --from-time, --until-time.");
    }
    const flow::Services services = link.servicesFor(spec.documentPath);
    for (const auto& [source, from] : read) {
        if (spec.isFromSource()) {
            SLUICE_TRY(trySource(plan, services, spec, source));
        } else if (spec.range.hasOffsets()) {
            SLUICE_TRY(checkKeptPartitions(link, spec, source));
        }
    }
    return ok();
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

} // namespace sluice::api
