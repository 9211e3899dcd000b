// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/api/commands.h"
#include "engine/api/snapshot.h"
#include "engine/base/result.h"

#include <string>

namespace sluice::api {

/// The requests of engine/api/control.h as commands, and outcomes and snapshots as answers.

/// Whether a request asks for the status, which is no command.
bool isStatusRequest(const std::string& request);
Result<Command> commandOf(const std::string& request);
std::string answerOf(const Outcome& outcome);

} // namespace sluice::api
