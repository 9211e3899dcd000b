// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/columns/verdict.h"

#include <cstdint>
#include <deque>
#include <mutex>
#include <string>
#include <vector>

namespace sluice::runtime {

/// What a node decided about one record.
struct Decision
{
    std::int64_t timeUs = 0; // wall clock of the decision
    std::string partition;   // "" where rows had been merged before
    std::int64_t position = 0;
    Verdict verdict = Verdict::Pass;
    bool isKept = false;      // Pass: it went into state and has not come out
    std::string rule;         // that decided
    std::string text;         // the reason; of rows that passed or went without one: their values
    std::string values;       // the operands, as JSON
    std::int64_t version = 0; // of the pipeline; 0 = it has none
};

/// The newest decisions of one node: all rejects, samples of the rest. Written by the node's task,
/// a lock a reject or a sampled batch; read by any thread.
class DecisionRing
{
public:
    static constexpr std::size_t kKept = 256;

    void add(Decision decision);
    /// Returns them, oldest first.
    std::vector<Decision> newest() const;

private:
    mutable std::mutex m_mutex;
    std::deque<Decision> m_decisions;
};

} // namespace sluice::runtime
