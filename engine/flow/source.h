// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/base/result.h"
#include "engine/flow/context.h"
#include "engine/flow/record_range.h"

#include <memory>
#include <optional>
#include <string>

namespace sluice::flow {

enum class PollOutcome {
    More,     // there is more to read now
    CaughtUp, // nothing more for the moment
    Waiting,  // there may be more, but other partitions must come up first (max_drift)
    Finished  // bounded input, all of it read
};

/// What a source may do besides: it owns the watermark of its rows.
class SourceContext : public NodeContext
{
public:
    /// Promises that later rows are newer than this, for all partitions that are not idle.
    /// Monotone; an older value is ignored.
    virtual void advanceWatermark(EventTime watermark) = 0;

    /// Says that no partition has had rows for a while (idle_after), or that one has them again.
    /// The watermarks of readers do not wait for an idle source.
    virtual void setIdle(bool isIdle) = 0;
};

/// How much a poll may bring at most. At least one record is always allowed.
struct PollBudget
{
    std::size_t rows = 8192;
    std::size_t bytes = 4 << 20;
};

/// The way from kept records to rows that a source has: for records that come from a table of
/// rejects or from bronze instead of its stream. Called as the source is, between its polls.
class RecordReader
{
public:
    virtual ~RecordReader() = default;

    /// Decodes the records, rejects what cannot be read, emits the rest. Replayed ones never move
    /// the watermark.
    virtual Status read(const std::shared_ptr<const RawRecords>& raw, SourceContext& context) = 0;
    /// Kept records of a partition begin, or there are no more of it: who holds the watermark.
    virtual void beginPartition(const std::string& partition, SteadyTime now) = 0;
    virtual void endPartition(const std::string& partition) = 0;
    virtual void passWatermark(SourceContext& context) = 0;
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

    /// Returns what reads kept records; null if the rows of this source are not made of records.
    virtual RecordReader* recordReader() { return nullptr; }

    /// Reads again what another run of this source has read: the records of the range, at most up
    /// to the position upTo that the other run returned, of no partition that upTo does not name;
    /// then it is Finished. Before open(); a position that open() gets is one of such a reading,
    /// which goes on. Touches nothing of the stream that others see. Errors: a partition of the
    /// range that upTo does not name, a range that this source cannot find.
    virtual Status readAgain(const RecordRange& range, const std::string& upTo);

    /// An epoch with this position is durable and committed (to commit offsets, for example).
    virtual void onCommitted(const std::string&) { }

    /// Returns the present trouble as a sentence for the operator ("" = none).
    virtual std::string trouble() const { return {}; }
};

inline Status Source::readAgain(const RecordRange&, const std::string&)
{
    return Error{.code = ErrorCode::Unsupported,
                 .message = "this source cannot be read again",
                 .object = {},
                 .hint = "Replay what bronze keeps of it: --from bronze.",
                 .cause = {}};
}

} // namespace sluice::flow
