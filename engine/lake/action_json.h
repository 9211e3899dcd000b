// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/base/result.h"
#include "engine/lake/actions.h"

#include <string>
#include <string_view>

namespace sluice::lake {

/// Returns a commit as newline-delimited JSON, commitInfo first (in-commit timestamps ask for it).
std::string commitText(const Commit& commit);

/// Reads a commit file. Unknown actions and fields, CRLF and blank lines are passed over; a line
/// that is not whole JSON is DecodeFailed, naming file and line. An empty text is a commit without
/// actions.
Result<Commit> parseCommit(std::string_view text, const std::string& file);

} // namespace sluice::lake
