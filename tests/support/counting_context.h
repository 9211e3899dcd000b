// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/base/time.h"
#include "engine/flow/context.h"

namespace sluice::test {

/// Counts the rows that a node emits and rejects, and lets them go; for benchmarks. The watermark
/// is what the owner sets.
class CountingContext final : public flow::NodeContext
{
public:
    void emit(Batch batch) override { rows += batch.rows(); }
    void emitTo(std::size_t, Batch batch) override { emit(std::move(batch)); }
    void reject(const Batch&, std::span<const std::uint32_t> which, Verdict,
                const flow::RejectReason&) override
    {
        rejected += std::int64_t(which.size());
    }
    void rejectRecord(const std::shared_ptr<const RawRecords>&, std::uint32_t, Verdict,
                      const flow::RejectReason&) override
    {
        ++rejected;
    }
    void count(Verdict, std::uint64_t) override { }
    NodeCounters& counters() override { return m_counters; }
    const Clock& clock() const override { return systemClock(); }
    EventTime watermark() const override { return mark; }

    EventTime mark = EventTime::min();
    std::int64_t rows = 0, rejected = 0;

private:
    NodeCounters m_counters;
};

} // namespace sluice::test
