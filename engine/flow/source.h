// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/base/result.h"
#include "engine/flow/context.h"

#include <optional>
#include <string>

namespace sluice::flow {

enum class PollOutcome {
    More,     // there is more to read now
    CaughtUp, // nothing more for the moment
    Finished  // bounded input, all of it read
};

/// What a source may do besides: it owns the watermark of its rows.
class SourceContext : public NodeContext
{
public:
    /// Promises that later rows are newer than this, for all partitions that are not idle.
    /// Monotone; an older value is ignored.
    virtual void advanceWatermark(EventTime watermark) = 0;
};

/// How much a poll may bring at most. At least one record is always allowed.
struct PollBudget
{
    std::size_t rows = 8192;
    std::size_t bytes = 4 << 20;
};

/// A node that brings records in. One task at a time calls it.
class Source
{
public:
    virtual ~Source() = default;

    /// Starts at a position that position() returned, or at the start that the options name.
    virtual Status open(const std::optional<std::string>& position) = 0;

    /// Emits at most the budget, sets the watermark and the lag counters. Never blocks for longer
    /// than a few milliseconds. A failure that may pass (broker away) is not an Error: report it
    /// by trouble() and return CaughtUp.
    virtual Result<PollOutcome> poll(const PollBudget& budget, SourceContext& context) = 0;

    /// Returns as JSON text the position after everything emitted, with the per-partition
    /// watermarks, so that a restart judges late rows as this run did.
    virtual std::string position() const = 0;

    /// An epoch with this position is durable and committed (to commit offsets, for example).
    virtual void onCommitted(const std::string&) { }

    /// Returns the present trouble as a sentence for the operator ("" = none).
    virtual std::string trouble() const { return {}; }
};

} // namespace sluice::flow
