// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/columns/batch.h"
#include "engine/flow/sink.h"

#include <map>
#include <memory>
#include <set>
#include <string>
#include <variant>
#include <vector>

namespace sluice::runtime {

/// Asks every task to end an epoch. Made by the coordinator, handed to the sources, and passed
/// down the edges behind the last row that belongs to the epoch.
struct EpochRequest
{
    flow::Epoch epoch = 0;
    bool isFinal = false;             // the sources stop behind it
    bool closesWindows = false;       // bounded input is over: the watermark jumps to the end
    std::set<std::string> wholeState; // nodes whose state is to be saved whole
    /// Kept records that a source reads once more before it ends the epoch.
    std::map<std::string, std::vector<std::shared_ptr<const RawRecords>>> replays;
};
using EpochRequestPtr = std::shared_ptr<const EpochRequest>;

/// The writer of an edge has no rows to expect for the while, or has them again. The watermark of a
/// reader does not wait for an idle input.
struct Idleness
{
    bool isIdle = false;
};

/// What flows along an edge, in order.
using Message = std::variant<Batch, EventTime, EpochRequestPtr, Idleness>;

} // namespace sluice::runtime
