// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/base/document.h"
#include "engine/runtime/plan.h"

#include <string>
#include <vector>

namespace sluice::runtime {

/// Keys of a node that the planner reads itself: what it is, where it stands, what it was called;
/// of sources and sinks that have no option of that name, how many rows a second it may move.
std::vector<std::string> plannerKeys(const flow::NodeKind& kind);

/// Returns the fingerprint of a bound node of a plan: the same one keeps its state (operators) or
/// its position (sources). An operator's is made of its options and of the names and types of the
/// columns that its state depends on, not of the names of its inputs; a source's of the stream
/// that its positions count in. A node that tells its inputs apart (a join) has their names behind
/// it, so that savedStateOf() sees when they change places.
std::string nodeFingerprint(const Plan& plan, const PlannedNode& node, const DocumentNode& map);

enum class SavedState { Fits, OtherDefinition, InputsSwapped };

/// Returns whether what was saved under a fingerprint is the state of a node of a plan. An input
/// may have another name than then, unless that name was the one of another input.
SavedState savedStateOf(const Plan& plan, const PlannedNode& node, const std::string& saved);

/// Returns a value of a document on one line: "{tumbling: 1m}".
std::string lineText(const DocumentNode& value);

} // namespace sluice::runtime
