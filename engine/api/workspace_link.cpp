// SPDX-License-Identifier: Apache-2.0
#include "engine/api/workspace_link.h"

#include "engine/api/node_catalog.h"
#include "engine/slo/objective.h"
#include "engine/workspace/vault.h"

#include <algorithm>
#include <filesystem>

namespace sluice::api {

WorkspaceLink::WorkspaceLink(workspace::Workspace workspace)
    : m_workspace(std::move(workspace))
    , m_catalog(std::make_unique<lake::LakeCatalog>(m_workspace.lakeFolder()))
    , m_sql(std::make_unique<query::SqlEngine>(*m_catalog, m_workspace.lakeFolder()))
{
}

Result<std::unique_ptr<WorkspaceLink>> WorkspaceLink::open(const std::string& folder,
                                                           bool isReadOnly)
{
    std::error_code error;
    const std::string absolute
        = std::filesystem::absolute(folder, error).lexically_normal().string();
    if (isReadOnly && !std::filesystem::exists(absolute + "/workspace.db", error))
        return Error{.code = ErrorCode::NotFound,
                     .message = "there is no workspace",
                     .object = absolute,
                     .hint = "Run a pipeline with --workspace " + folder + " first; that makes it.",
                     .cause = {}};
    SLUICE_TRY(workspace::Workspace workspace, workspace::Workspace::open(absolute, isReadOnly));
    std::unique_ptr<WorkspaceLink> out(new WorkspaceLink(std::move(workspace)));
    SLUICE_TRY(out->refreshConnections());
    return out;
}

std::string WorkspaceLink::name() const
{
    return std::filesystem::path(folder()).filename().string();
}

flow::Services WorkspaceLink::servicesFor(const std::string& documentPath)
{
    std::error_code error;
    const std::string documentFolder = documentPath.empty()
        ? folder()
        : std::filesystem::absolute(documentPath, error).parent_path().string();
    const std::lock_guard lock(m_mutex);
    auto& catalog = m_catalogs[documentFolder];
    if (!catalog)
        catalog = std::make_unique<lake::LakeCatalog>(m_workspace.lakeFolder(), documentFolder);
    return {.clock = &systemClock(),
            .connections = this,
            .tables = catalog.get(),
            .lakeFolder = m_workspace.lakeFolder(),
            .documentFolder = documentFolder};
}

void WorkspaceLink::addTemporary(const std::string& name,
                                 std::map<std::string, std::string> options)
{
    const std::lock_guard lock(m_mutex);
    std::erase_if(m_connections, [&](const auto& connection) { return connection.name == name; });
    m_connections.push_back({name, "kafka", std::move(options)});
}

Status WorkspaceLink::refreshConnections()
{
    SLUICE_TRY(auto stored, m_workspace.connections());
    const std::lock_guard lock(m_mutex);
    m_connections = std::move(stored);
    return ok();
}

std::vector<workspace::StoredConnection> WorkspaceLink::storedConnections() const
{
    const std::lock_guard lock(m_mutex);
    return m_connections;
}

std::vector<std::string> WorkspaceLink::connectionNames() const
{
    std::vector<std::string> out;
    for (const auto& connection : storedConnections())
        out.push_back(connection.name);
    return out;
}

Result<std::map<std::string, std::string>>
WorkspaceLink::withSecrets(std::map<std::string, std::string> options) const
{
    for (auto& [name, value] : options) {
        if (!workspace::isSecretOption(name))
            continue;
        SLUICE_TRY(value, workspace::resolveSecret(value, folder() + "/vault"));
    }
    return options;
}

Result<flow::Connection> WorkspaceLink::connection(const std::string& name) const
{
    for (const auto& stored : storedConnections()) {
        if (stored.name != name)
            continue;
        SLUICE_TRY(auto options, withSecrets(stored.options));
        return flow::Connection{stored.name, stored.kind, std::move(options)};
    }
    return Error{.code = ErrorCode::ConfigUnknown,
                 .message = "there is no connection \"" + name + "\"",
                 .object = name,
                 .hint
                 = "Make it: sluicectl connections put " + name + " bootstrap.servers=HOST:9092",
                 .cause = {}};
}

runtime::Plan checkDocument(const std::string& text, const std::string& path,
                            const flow::Services& services, Diagnostics& diagnostics,
                            const std::function<void(DocumentNode&)>& edit)
{
    runtime::Plan plan
        = runtime::planPipeline(text, path, nodeCatalog(), services, diagnostics, edit);
    slo::readObjectives(plan.document, diagnostics);
    diagnostics.sort();
    return plan;
}

} // namespace sluice::api
