// SPDX-License-Identifier: Apache-2.0
#include "engine/api/engine.h"
#include "engine/api/workspace_link.h"
#include "engine/columns/batch.h"

#include <filesystem>

namespace sluice::api {
namespace {

// Stands in when a document is checked without a workspace: no connection is known, so none is
// missing either.
class AnyConnection final : public flow::ConnectionDirectory
{
public:
    Result<flow::Connection> connection(const std::string& name) const override
    {
        return flow::Connection{name, "kafka", {}};
    }
    std::vector<std::string> connectionNames() const override { return {}; }
};

} // namespace

Validation validateDocument(const std::string& text, const std::string& path,
                            const std::string& workspace)
{
    initializeColumns();
    Diagnostics diagnostics(path);
    std::error_code error;
    const std::string absolute = std::filesystem::absolute(path, error).string();
    runtime::Plan plan;
    Result<std::unique_ptr<WorkspaceLink>> link = Error{};
    if (!workspace.empty())
        link = WorkspaceLink::open(workspace, true);
    if (link) {
        plan = checkDocument(text, absolute, (*link)->servicesFor(absolute), diagnostics);
    } else {
        const AnyConnection connections;
        const std::string folder = std::filesystem::path(absolute).parent_path().string();
        const lake::LakeCatalog catalog(workspace.empty() ? folder : workspace + "/lake", folder);
        plan = checkDocument(text, absolute,
                             {.clock = &systemClock(),
                              .connections = &connections,
                              .tables = &catalog,
                              .lakeFolder = folder,
                              .documentFolder = folder},
                             diagnostics);
    }
    Validation out;
    out.pipeline = plan.pipeline;
    out.isValid = !diagnostics.hasErrors();
    for (const Diagnostic& item : diagnostics.items())
        out.findings.push_back((item.severity == Severity::Warning ? "warning: " : "")
                               + diagnostics.text(item));
    return out;
}

} // namespace sluice::api
