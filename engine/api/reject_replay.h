// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/api/commands.h"
#include "engine/api/workspace_link.h"
#include "engine/runtime/replay_load.h"

#include <string>

namespace sluice::api {

/// What a wish to replay comes to, before anything is done.
struct PreparedReplay
{
    runtime::ReplayLoad load; // empty: there is nothing to be read
    std::int64_t edited = 0, replayedBefore = 0, withoutRecord = 0;

    /// "12 records, 3 of them edited; 2 were replayed before and are left out"
    std::string text() const;
};

/// Finds the rejects that are meant and how they come back into a pipeline whose document checks
/// as plan. Fails as a whole if one has no way back. Reads tables: not for the control thread.
Result<PreparedReplay> prepareReplay(WorkspaceLink& link, const runtime::Plan& plan,
                                     const ReplayRejects& wish);

} // namespace sluice::api
