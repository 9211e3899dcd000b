// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/api/commands.h"
#include "engine/api/query.h"
#include "engine/api/snapshot.h"
#include "engine/base/result.h"

#include <memory>
#include <string>
#include <vector>

namespace sluice::api {

struct EngineOptions
{
    std::string workspace;   // a folder: workspace.db, lake/, pipelines/
    int workers = 0;         // worker threads; 0 = one a core
    double epochSeconds = 1; // default; a document may say otherwise
    bool isReadOnly = false; // look only: takes no lock, starts nothing
};

/// The engine as its clients see it: the console, the command line, the tests.
///
/// Every function may be called from any thread and returns at once; none waits for processing or
/// disk. Destroying it stops every pipeline cleanly (ends and commits the epoch) and waits for it.
class Engine
{
public:
    virtual ~Engine() = default;

    /// Returns the newest snapshot; never null. Same generation = nothing changed.
    virtual EngineSnapshotPtr snapshot() const = 0;

    virtual RequestId ask(Query query) = 0;
    /// Returns the answers that came in since the last call.
    virtual std::vector<Answer> takeAnswers() = 0;

    virtual CommandId submit(Command command) = 0;
    virtual std::vector<Outcome> takeOutcomes() = 0;
};

/// Opens a workspace (creating it if it is not there) and returns an engine with the pipelines
/// that it holds, all stopped. Errors: Conflict if another process has the workspace open,
/// Unsupported if a newer version wrote it.
Result<std::unique_ptr<Engine>> openEngine(const EngineOptions& options);

/// Checks a document without running it; returns its findings as "file:line:column: ..." lines.
struct Validation
{
    bool isValid = false;
    std::vector<std::string> findings;
    std::string pipeline;
};
Validation validateDocument(const std::string& text, const std::string& path,
                            const std::string& workspace);

} // namespace sluice::api
