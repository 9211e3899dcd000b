// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/api/changes.h"

#include <string>

namespace sluice::ctl {

/// Prints what a document would change, for people.
void printChanges(const api::DocumentChanges& changes);
/// Tells, on standard error, which saved state or position the document cannot use; nothing if
/// none is lost or the workspace is new.
void tellLosses(const std::string& workspace, const std::string& documentPath);
/// Says of the nodes that a rebuild makes anew that they are.
void markRebuilt(const api::RebuildInfo& rebuild, api::DocumentChanges& changes);
/// "Rebuilt from bronze: gold.sales; about 1,000 records are read"
std::string rebuildText(const api::RebuildInfo& rebuild);
/// Returns what printChanges prints, for programs.
std::string changesAsJson(const api::DocumentChanges& changes);

} // namespace sluice::ctl
