// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/api/changes.h"

#include <string>

namespace sluice::ctl {

/// Prints what a document would change, for people.
void printChanges(const api::DocumentChanges& changes);
/// Returns the same for programs.
std::string changesAsJson(const api::DocumentChanges& changes);

} // namespace sluice::ctl
