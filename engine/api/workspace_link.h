// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/api/engine.h"
#include "engine/flow/services.h"
#include "engine/lake/table_catalog.h"
#include "engine/query/sql_engine.h"
#include "engine/runtime/plan.h"
#include "engine/workspace/workspace.h"

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>

namespace sluice::api {

/// The workspace as the rest of the engine uses it: stores, lake catalog, SQL, connections with
/// their secrets put in. workspace() belongs to the control thread; the rest to any.
class WorkspaceLink final : public flow::ConnectionDirectory
{
public:
    static Result<std::unique_ptr<WorkspaceLink>> open(const std::string& folder, bool isReadOnly);

    workspace::Workspace& workspace() { return m_workspace; }
    const lake::LakeCatalog& catalog() const { return *m_catalog; }
    query::SqlEngine& sql() { return *m_sql; }
    std::string name() const;
    const std::string& folder() const { return m_workspace.folder(); }

    std::string lakeFolder() const { return m_workspace.lakeFolder(); }
    std::string stateFolder(const std::string& pipeline) const
    {
        return m_workspace.stateFolder(pipeline);
    }

    /// What nodes of a document may use; CSV files are looked for beside the document.
    flow::Services servicesFor(const std::string& documentPath);

    /// Adds a connection that lives with the process only (the demo plant's).
    void addTemporary(const std::string& name, std::map<std::string, std::string> options);
    /// Reads the stored connections anew.
    Status refreshConnections();

    Result<flow::Connection> connection(const std::string& name) const override;
    std::vector<std::string> connectionNames() const override;
    /// Puts the secrets into options as they were typed or kept.
    Result<std::map<std::string, std::string>>
    withSecrets(std::map<std::string, std::string> options) const;
    std::vector<workspace::StoredConnection> storedConnections() const;

private:
    explicit WorkspaceLink(workspace::Workspace workspace);

    workspace::Workspace m_workspace;
    std::unique_ptr<lake::LakeCatalog> m_catalog;
    std::unique_ptr<query::SqlEngine> m_sql;
    mutable std::mutex m_mutex;
    std::map<std::string, std::unique_ptr<lake::LakeCatalog>>
        m_catalogs; // by document folder; never removed
    std::vector<workspace::StoredConnection> m_connections;
};

/// Checks a document against all node kinds, its objectives too.
runtime::Plan checkDocument(const std::string& text, const std::string& path,
                            const flow::Services& services, Diagnostics& diagnostics,
                            const std::function<void(DocumentNode&)>& edit = {});

} // namespace sluice::api
