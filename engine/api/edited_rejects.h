// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/base/result.h"
#include "engine/runtime/replay_load.h"

#include <string>
#include <vector>

namespace sluice::api {

/// A line of a file that exportRejects wrote and somebody edited.
struct EditedReject
{
    std::size_t line = 0;       // from 1
    runtime::KeptRecord reject; // which it is, and the bytes to be read instead
};

/// Reads such a file. Empty lines are passed over. A line that is no JSON object, lacks what says
/// which reject it is, or has no data is an Error that names the file and the line: nothing of the
/// file is used then.
Result<std::vector<EditedReject>> readEditedRejects(const std::string& path);

} // namespace sluice::api
