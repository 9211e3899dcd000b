// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/columns/batch.h"
#include "engine/runtime/decision_ring.h"
#include "engine/telemetry/counters.h"

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace sluice::runtime {

/// Follows a few rows of a batch through one call of a node, five batches a second at most: which
/// were handed on, which were turned away, which went without a trace. A batch that is not sampled
/// costs one comparison. One task's thread.
class DecisionSampler
{
public:
    explicit DecisionSampler(DecisionRing& ring)
        : m_ring(ring)
    {
    }
    void setVersion(std::int64_t version) { m_version = version; }

    /// A batch comes to the node. Batches whose rows no longer know their records are not followed.
    void begin(const Batch& batch, std::int64_t steadyNs, const NodeCounters& counters);
    bool isFollowing() const { return !m_rows.empty(); }
    /// Rows are handed on.
    void handedOn(const Batch& batch);
    /// Rows are turned away; they are told by the caller.
    void turnedAway(const Batch& batch, std::span<const std::uint32_t> rows);
    /// The call is over: tells of each followed row what became of it.
    void end(const Batch& batch, std::int64_t wallUs, const NodeCounters& counters);

private:
    struct Row
    {
        std::uint32_t row = 0, record = 0;
        bool isSeen = false, isTurnedAway = false;
    };
    Row* find(const Batch& batch, std::uint32_t row);

    DecisionRing& m_ring;
    std::int64_t m_version = 0;
    std::int64_t m_lastNs = 0;
    const RawRecords* m_raw = nullptr;
    std::vector<Row> m_rows;
    std::array<std::uint64_t, kVerdictCount> m_before{};
};

/// Returns some values of a row for people: "id=7, amount=120, ..."
std::string rowText(const Batch& batch, std::int64_t row);

} // namespace sluice::runtime
