// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/api/commands.h"
#include "engine/api/workspace_link.h"
#include "engine/flow/record_range.h"

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>

namespace sluice::api {

/// A run of a pipeline over the records that its bronze tables keep, or that its sources still
/// have, into tables of its own beside the real ones. Kept in
/// <state>/<pipeline>__shadow/shadow.json until it is swapped or discarded, so that it outlives the
/// process.
struct ShadowSpec
{
    enum class Phase {
        Reading,  // not at the end yet
        Ready,    // all that was there has been read
        Adopting, // its tables are taking the place of the real ones: to be finished, never undone
    };

    std::string pipeline;                      // the real one
    std::string documentPath, text;            // that it runs by
    bool isRebuild = false;                    // a new version: swapped when it has caught up
    std::set<std::string> made;                // nodes whose state and tables it makes anew
    std::map<std::string, std::string> tables; // source -> the raw table that is read for it
    std::map<std::string, std::string> names;  // source -> its name in that table
    std::map<std::string, std::string> upTo;   // source read itself -> where the real one was
    std::map<std::string, std::string> sinks;  // sink -> the real table that it makes anew
    std::set<std::string> bronze;              // of the sinks: those that keep records
    std::int64_t rows = 0;                     // kept when it began; 0 = not known
    ReplayOrigin from = ReplayOrigin::Bronze;
    ReplayBounds bounds;     // as they were typed
    flow::RecordRange range; // what they were then
    bool closesWindows = false;
    Phase phase = Phase::Reading;
    std::int64_t epoch = 0; // Adopting: the epoch of the real pipeline that the swap is

    bool isFromSource() const { return from == ReplayOrigin::Source; }
    /// Whether records may be missing that the real tables are made of.
    bool isPartial() const { return isFromSource() || !range.isAll(); }
};

std::string shadowName(const std::string& pipeline); // "orders__shadow"
std::string realName(const std::string& shadow);     // "orders"; "" if it is no shadow's name
std::string shadowTable(const std::string& table);   // "gold.sales__shadow"
std::string tablesText(const ShadowSpec& spec);      // "gold.sales__shadow, silver.x__shadow"
/// An error whose object is a pipeline.
Error pipelineError(const std::string& pipeline, ErrorCode code, std::string message,
                    std::string hint = {});

/// What is to be made anew: the named nodes and all that is below them; none = every node.
struct ShadowWish
{
    std::set<std::string> nodes;
    ReplayOrigin from = ReplayOrigin::Bronze;
    ReplayBounds bounds;
    bool closesWindows = false;
};

/// Finds what a shadow of a checked plan reads and makes. Errors: a node that is not there, a
/// source whose records no bronze table keeps, bounds that say nothing. Of one that reads the
/// sources upTo is to be filled, by aimAtCommitted().
Result<ShadowSpec> planShadow(const runtime::Plan& plan, const flow::Services& services,
                              const ShadowWish& wish);

/// Lets a shadow that reads the sources read to where the real pipeline's newest epoch was, and no
/// further. Conflict if the pipeline has not read one of them yet.
Status aimAtCommitted(const WorkspaceLink& link, const runtime::Plan& plan, ShadowSpec& spec);

/// Fails if the range cannot be read: offsets of more than one source, a partition that is not
/// there, a source that cannot be read again.
Status checkRange(WorkspaceLink& link, const runtime::Plan& plan, const ShadowSpec& spec);

/// Turns the document of the real pipeline into the shadow's: its name, the nodes on the way to the
/// tables that are made, the names of those.
void editForShadow(const ShadowSpec& spec, DocumentNode& document);

Status keepShadow(const WorkspaceLink& link, const ShadowSpec& spec);
/// Returns the shadow of a pipeline, nullopt if there is none.
Result<std::optional<ShadowSpec>> readShadow(const WorkspaceLink& link,
                                             const std::string& pipeline);
/// Removes a shadow: its tables, its state and the note of it, in this order.
Status removeShadow(const WorkspaceLink& link, const ShadowSpec& spec);

/// Returns the nodes of a plan that the given ones lead to, themselves among them.
std::set<std::string> withReaders(const runtime::Plan& plan, const std::set<std::string>& nodes);

/// Puts the shadow's tables and state in the place of the real ones, as one epoch of the real
/// pipeline; the sources go on where they are. plan: the real one, by the shadow's document. Both
/// must have stopped after reading the same records. Repeated after a crash, it goes on.
Status adoptShadow(WorkspaceLink& link, const runtime::Plan& plan, ShadowSpec& spec);

} // namespace sluice::api
