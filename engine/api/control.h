// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/api/commands.h"
#include "engine/base/result.h"

#include <string>

namespace sluice::api {

/// Talks to the process that holds a workspace. It listens on <workspace>/control.sock (a Unix
/// domain socket that only its user may open). A request is one line of JSON, so is the answer:
///
///   {"command":"deploy","path":P,"text":T}            {"done":"orders: version 3 runs"}
///   {"command":"stop","pipeline":P}                   {"done":...}
///   {"command":"rate","pipeline":P,"node":N,"rows_per_second":R}
///   {"command":"replay_rejects","pipeline":P,"path":FILE,"id":I,...}   as requestOf writes it
///   {"command":"replay","pipeline":P,"from":"source","from_time":T,...}   as requestOf writes it
///   {"command":"swap","pipeline":P,"force":false}   {"command":"discard","pipeline":P}
///   {"command":"cancel_shadow","pipeline":P,"key":K}   gives up the deploy, replay or swap of this
///   key
///   {"command":"decisions","pipeline":P,"position":17,...}   {"decisions":[{"node":..,..},..]}
///   {"command":"cancel_replay","pipeline":P,"key":K}   without a key whatever replay of rejects
///   there is
///   {"command":"status"}                              {"workspace":..., "pipelines":[...]}
///
/// What fails is answered by {"error":CODE,"message":...,"object":...,"hint":...}.

/// Returns the request for a replay.
std::string requestOf(const ReplayRejects& command);
std::string requestOf(const ReplayPipeline& command);

/// Sends a request and waits for the answer. NotFound if no process holds the workspace; an answer
/// that tells an error comes back as that Error.
Result<std::string> askHolder(const std::string& workspace, const std::string& request);

} // namespace sluice::api
