// SPDX-License-Identifier: Apache-2.0
#include "engine/runtime/decision_ring.h"

namespace sluice::runtime {

void DecisionRing::add(Decision decision)
{
    const std::lock_guard lock(m_mutex);
    m_decisions.push_back(std::move(decision));
    if (m_decisions.size() > kKept)
        m_decisions.pop_front();
}

std::vector<Decision> DecisionRing::newest() const
{
    const std::lock_guard lock(m_mutex);
    return {m_decisions.begin(), m_decisions.end()};
}

} // namespace sluice::runtime
