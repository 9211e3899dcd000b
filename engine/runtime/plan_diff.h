// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/runtime/manifest.h"
#include "engine/runtime/plan.h"

#include <cstdint>
#include <string>
#include <vector>

namespace sluice::runtime {

enum class NodeChange {
    Unchanged,
    InputChanged, // the node is as it was, something above it is not
    Changed,
    Added,
    Removed
};

/// What becomes of what a node has saved (operators: state; sources: the position).
enum class SavedFate {
    None, // nothing is saved
    Kept,
    Anew, // it cannot be used by the new definition: empty state, the source's start option
    Gone  // the node is gone, and what it saved with it
};

/// One node of two plans.
struct NodeDifference
{
    std::string name;
    std::string was; // its former name, if another
    std::string type;
    NodeChange change = NodeChange::Unchanged;
    SavedFate fate = SavedFate::None;
    std::uint64_t savedBytes = 0;     // of state
    std::vector<std::string> details; // "window: {tumbling: 1m} -> {tumbling: 5m}"
};

/// Compares the plan in effect with one that is to follow it: the nodes of the new one in its
/// order, then those that are gone. saved is the newest manifest, or null if there is none.
std::vector<NodeDifference> comparePlans(const Plan& before, const Plan& after,
                                         const Manifest* saved);

/// Returns the name under which the manifest holds what a node saved: its own, else the former one
/// that it names; "" if it holds nothing.
std::string savedName(const PlannedNode& node, const Manifest& saved);

/// Returns how many bytes of state the manifest holds under a name.
std::uint64_t savedStateBytes(const Manifest& saved, const std::string& name);

const char* nodeChangeName(NodeChange change); // "input changed"
const char* savedFateName(SavedFate fate);     // "kept"

} // namespace sluice::runtime
