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
/// Returns what printChanges prints, for programs.
std::string changesAsJson(const api::DocumentChanges& changes);

} // namespace sluice::ctl
