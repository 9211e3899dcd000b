// SPDX-License-Identifier: Apache-2.0
#include "engine/api/changes.h"

#include "engine/api/shadow.h"
#include "engine/api/workspace_link.h"
#include "engine/columns/batch.h"
#include "engine/columns/types.h"
#include "engine/runtime/plan_diff.h"

#include <algorithm>
#include <filesystem>

namespace sluice::api {
namespace {

// What is in effect: the document of the newest epoch, or the newest that was deployed.
struct InEffect
{
    std::optional<runtime::FormerDocument> document;
    std::optional<runtime::Manifest> manifest;
};

Result<InEffect> findInEffect(WorkspaceLink& link, const std::string& pipeline)
{
    InEffect out;
    const runtime::ManifestStore manifests(link.workspace().stateFolder(pipeline));
    std::vector<std::string> warnings;
    SLUICE_TRY(out.manifest, manifests.newest(warnings));
    if (out.manifest && !out.manifest->document.empty()) {
        SLUICE_TRY(out.document, manifests.readDocument(out.manifest->document));
        return out;
    }
    SLUICE_TRY(const auto stored, link.workspace().pipelines());
    const auto newest = std::ranges::find(stored, pipeline, &workspace::StoredPipeline::name);
    if (newest != stored.end())
        out.document = {newest->documentPath, newest->text};
    return out;
}

void compareNodes(const runtime::Plan& before, const runtime::Plan& after, const InEffect& inEffect,
                  DocumentChanges& out)
{
    const auto differences
        = runtime::comparePlans(before, after, inEffect.manifest ? &*inEffect.manifest : nullptr);
    for (const runtime::NodeDifference& node : differences)
        out.nodes.push_back({.name = node.name,
                             .was = node.was,
                             .type = node.type,
                             .change = runtime::nodeChangeName(node.change),
                             .saved = runtime::savedFateName(node.fate),
                             .savedBytes = node.savedBytes,
                             .details = node.details});
}

TableChangeInfo compareTable(const runtime::PlannedNode& node, const flow::TableCatalog& catalog)
{
    TableChangeInfo out{.node = node.name, .table = node.bound.target, .change = "unchanged"};
    const auto present = catalog.tableSchema(node.bound.target);
    if (!present) {
        out.change = "new";
        return out;
    }
    for (const auto& field : node.bound.tableColumns->fields()) {
        if (!(*present)->GetFieldByName(field->name()))
            out.columns.push_back(field->name() + " " + typeName(*field->type()));
    }
    if (!out.columns.empty()) {
        out.change = "columns added";
        return out;
    }
    for (const auto& field : (*present)->fields()) {
        if (!node.bound.tableColumns->GetFieldByName(field->name()))
            out.columns.push_back(field->name());
    }
    if (!out.columns.empty())
        out.change = "columns left out";
    return out;
}

} // namespace

bool DocumentChanges::isSame() const
{
    return !isNew && std::ranges::all_of(nodes, [](const NodeChangeInfo& node) {
        return node.change == "unchanged" && node.was.empty();
    });
}

bool DocumentChanges::losesState() const
{
    return std::ranges::any_of(nodes, [](const NodeChangeInfo& node) {
        return node.saved == "anew" || node.saved == "gone";
    });
}

Result<DocumentChanges> compareDocument(const std::string& text, const std::string& path,
                                        const std::string& workspace)
{
    initializeColumns();
    SLUICE_TRY(const auto link, WorkspaceLink::open(workspace, true));
    std::error_code error;
    const std::string absolute = std::filesystem::absolute(path, error).lexically_normal().string();
    const flow::Services services = link->servicesFor(absolute);
    Diagnostics diagnostics(path);
    const runtime::Plan after = checkDocument(text, absolute, services, diagnostics);
    DocumentChanges out;
    out.pipeline = after.pipeline;
    out.isValid = !diagnostics.hasErrors();
    for (const Diagnostic& item : diagnostics.items())
        out.findings.push_back((item.severity == Severity::Warning ? "warning: " : "")
                               + diagnostics.text(item));
    if (after.pipeline.empty() || after.nodes.empty())
        return out;
    SLUICE_TRY(const InEffect inEffect, findInEffect(*link, after.pipeline));
    runtime::Plan before;
    out.isNew = !inEffect.document;
    if (inEffect.document) {
        Diagnostics ignored(inEffect.document->path);
        before = checkDocument(inEffect.document->text, inEffect.document->path,
                               link->servicesFor(inEffect.document->path), ignored);
    }
    if (inEffect.manifest)
        out.epoch = inEffect.manifest->epoch;
    compareNodes(before, after, inEffect, out);
    for (const runtime::PlannedNode& node : after.nodes) {
        if (node.bound.tableColumns)
            out.tables.push_back(compareTable(node, *services.tables));
    }
    return out;
}

Result<RebuildInfo> planRebuild(const std::string& text, const std::string& path,
                                const std::string& workspace, const std::vector<std::string>& nodes)
{
    SLUICE_TRY(const DocumentChanges changes, compareDocument(text, path, workspace));
    ShadowWish wish;
    for (const std::string& name : nodes) {
        if (name != "all") {
            wish.nodes.insert(name);
            continue;
        }
        for (const NodeChangeInfo& node : changes.nodes)
            if (node.change != "removed" && !node.type.ends_with("_source")
                && (node.change == "changed" || node.change == "added" || node.saved == "anew"))
                wish.nodes.insert(node.name);
    }
    if (wish.nodes.empty())
        return Error{.code = ErrorCode::NotFound,
                     .message = "nothing has to be rebuilt",
                     .object = changes.pipeline,
                     .hint = "Name nodes to rebuild them all the same.",
                     .cause = {}};
    SLUICE_TRY(const auto link, WorkspaceLink::open(workspace, true));
    std::error_code error;
    const std::string absolute = std::filesystem::absolute(path, error).lexically_normal().string();
    const flow::Services services = link->servicesFor(absolute);
    Diagnostics ignored(path);
    SLUICE_TRY(const ShadowSpec spec,
               planShadow(checkDocument(text, absolute, services, ignored), services, wish));
    RebuildInfo out{.nodes = {spec.made.begin(), spec.made.end()}, .tables = {}, .rows = spec.rows};
    for (const auto& [sink, table] : spec.sinks)
        out.tables.push_back(table);
    return out;
}

} // namespace sluice::api
