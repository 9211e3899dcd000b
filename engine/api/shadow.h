// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/api/workspace_link.h"

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>

namespace sluice::api {

/// A run of a pipeline over the records that its bronze tables keep, into tables of its own beside
/// the real ones. Kept in <state>/<pipeline>__shadow/shadow.json until it is swapped or discarded,
/// so that it outlives the process.
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
    std::map<std::string, std::string> sinks;  // sink -> the real table that it makes anew
    std::int64_t rows = 0;                     // kept when it began
    std::int64_t sinceUs = INT64_MIN;          // only what arrived since
    bool closesWindows = false;
    Phase phase = Phase::Reading;
    std::int64_t epoch = 0; // Adopting: the epoch of the real pipeline that the swap is

    bool isPartial() const { return sinceUs != INT64_MIN; }
};

std::string shadowName(const std::string& pipeline); // "orders__shadow"
std::string realName(const std::string& shadow);     // "orders"; "" if it is no shadow's name
std::string shadowTable(const std::string& table);   // "gold.sales__shadow"

/// What is to be made anew: the named nodes and all that is below them; none = every node.
struct ShadowWish
{
    std::set<std::string> nodes;
    std::int64_t sinceUs = INT64_MIN;
    bool closesWindows = false;
};

/// Finds what a shadow of a checked plan reads and makes. Errors: a node that is not there, a
/// source whose records no bronze table keeps.
Result<ShadowSpec> planShadow(const runtime::Plan& plan, const flow::Services& services,
                              const ShadowWish& wish);

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
