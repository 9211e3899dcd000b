// SPDX-License-Identifier: Apache-2.0
#include "tests/simulation/simulated_queue.h"

namespace sluice::test {

void SimulatedQueue::stepAny()
{
    const auto chosen = m_ready.begin() + std::ptrdiff_t(m_random() % m_ready.size());
    runtime::Task* task = *chosen;
    m_ready.erase(chosen);
    if (step(*task))
        m_ready.push_back(task);
}

void SimulatedQueue::fireTimers(std::int64_t now)
{
    std::vector<runtime::Task*> due;
    std::erase_if(m_timers, [&](const auto& timer) {
        if (timer.first > now)
            return false;
        due.push_back(timer.second);
        return true;
    });
    for (runtime::Task* task : due)
        if (markReady(*task))
            m_ready.push_back(task);
}

} // namespace sluice::test
