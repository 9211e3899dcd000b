// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/base/time.h"
#include "engine/columns/batch.h"
#include "engine/columns/verdict.h"
#include "engine/telemetry/counters.h"

#include <span>
#include <string>
#include <string_view>

namespace sluice::flow {

/// Why rows were rejected: which rule, in words, and the operands that decided, as JSON.
struct RejectReason
{
    std::string_view rule;    // "" when the node has no rules
    std::string_view message; // "amount is 120500, not between 0 and 100000"
    std::string_view values;  // {"amount": 120500}; may be empty
};

/// What a node may do while it works. Given by the runtime (and by the test harness) for the time
/// of one call; used by that call's thread only.
class NodeContext
{
public:
    virtual ~NodeContext() = default;

    /// Hands rows on to every node that reads this one. Empty batches are swallowed.
    virtual void emit(Batch batch) = 0;
    /// Hands rows on to the nodes that read one branch of this one: its number in
    /// BoundNode::branches. A node that has branches emits by this alone.
    virtual void emitTo(std::size_t branch, Batch batch) = 0;

    /// Sends rows of a batch to the table of their verdict (late, dead letter, quarantined) with
    /// the raw bytes, position and reason, and counts them. rows count in the batch.
    virtual void reject(const Batch& batch, std::span<const std::uint32_t> rows, Verdict verdict,
                        const RejectReason& reason)
        = 0;
    /// The same for a record that never became a row: index counts in raw.
    virtual void rejectRecord(const std::shared_ptr<const RawRecords>& raw, std::uint32_t index,
                              Verdict verdict, const RejectReason& reason)
        = 0;
    /// Counts rows that leave without a trace of their own (filtered, dropped, duplicate).
    virtual void count(Verdict verdict, std::uint64_t rows) = 0;

    virtual NodeCounters& counters() = 0;
    virtual const Clock& clock() const = 0;
    /// The watermark that holds for the rows being processed.
    virtual EventTime watermark() const = 0;
};

} // namespace sluice::flow
