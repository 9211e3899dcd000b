// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/api/commands.h"
#include "engine/api/query.h"
#include "engine/api/snapshot.h"
#include "engine/base/result.h"

#include <optional>
#include <string>

namespace sluice::api {

/// The requests of engine/api/control.h as commands, and outcomes and snapshots as answers.

/// Whether a request asks for the status, which is no command.
bool isStatusRequest(const std::string& request);
/// Returns the query of a request for decisions; nullopt if it is none.
std::optional<DecisionsQuery> decisionsQueryOf(const std::string& request);
std::string decisionsAsJson(const AnswerBody& answer);
Result<Command> commandOf(const std::string& request);
std::string answerOf(const Outcome& outcome);

} // namespace sluice::api
