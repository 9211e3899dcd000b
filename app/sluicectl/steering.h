// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "app/sluicectl/command.h"
#include "engine/api/commands.h"
#include "engine/base/document.h"
#include "engine/base/result.h"

#include <functional>
#include <string>

namespace sluice::ctl {

/// A long work that is carried out by the process that holds the workspace, or here if none does.
struct Steered
{
    std::string request;  // for the holder; see engine/api/control.h
    api::Command command; // the same, for an engine of our own
    std::string cancel;   // the request that gives it up
    api::Command cancelCommand;
    /// Shows how far it is; gets the pipelines of the status, twice a second.
    std::function<std::string(const DocumentNode& pipelines)> progress;
};

/// Returns a name that no other order has: by it the order can be given up, and only that one.
std::string newOrderKey();

/// Carries it out and returns what was done. Ctrl-C cancels it, and the outcome is awaited. Shows
/// progress on a terminal, or with --json nothing.
Result<std::string> steer(const Shared& shared, const Steered& work);

/// Returns the entry of a pipeline in a status, or null.
const DocumentNode* pipelineIn(const DocumentNode& pipelines, const std::string& name);
/// Returns a number or text of a map, 0 or "" if there is none.
std::int64_t numberIn(const DocumentNode& map, const char* key);
std::string textIn(const DocumentNode& map, const char* key);

/// Tells how far the shadow of a pipeline is.
std::string shadowProgress(const DocumentNode& pipelines, const std::string& pipeline);

/// Prints what was done, or the error; returns the exit code.
int tellDone(const Shared& shared, const Result<std::string>& done);

} // namespace sluice::ctl
