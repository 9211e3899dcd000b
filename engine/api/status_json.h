// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/api/snapshot.h"

#include <string>

namespace sluice::api {

/// Returns a snapshot for programs, on one line: each pipeline with its nodes, what came in, what
/// left and how, what is held, and whether it balances.
std::string statusAsJson(const EngineSnapshot& snapshot);

const char* runStateName(RunState state); // "running"

} // namespace sluice::api
