// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/base/time.h"
#include "engine/runtime/task_queue.h"

#include <cstddef>
#include <random>
#include <utility>
#include <vector>

namespace sluice::test {

/// Time that passes a little with every look at it, after a seed: so the time slice of a step ends
/// at any place. One thread.
class SimulatedClock final : public Clock
{
public:
    SimulatedClock(std::uint64_t seed, WallTime start)
        : m_random(seed)
        , m_startUs(start.us)
    {
    }
    WallTime wallNow() const override { return {m_startUs + m_ns / 1000}; }
    SteadyTime steadyNow() const override
    {
        m_ns += std::int64_t(m_random() % 600'000);
        return {m_ns};
    }
    void advance(std::chrono::nanoseconds by) { m_ns += by.count(); }

private:
    mutable std::mt19937_64 m_random;
    mutable std::int64_t m_ns = 1;
    std::int64_t m_startUs;
};

/// Runs tasks on the caller's thread, any of those that are ready, as a seed says.
class SimulatedQueue final : public runtime::TaskQueue
{
public:
    explicit SimulatedQueue(std::mt19937_64& random)
        : m_random(random)
    {
    }

    void enqueue(runtime::Task* task) override { m_ready.push_back(task); }
    void wakeAt(runtime::Task* task, std::int64_t steadyNs) override
    {
        m_timers.emplace_back(steadyNs, task);
    }
    void remove(runtime::Task* task) override
    {
        std::erase(m_ready, task);
        std::erase_if(m_timers, [task](const auto& timer) { return timer.second == task; });
    }

    bool hasReady() const { return !m_ready.empty(); }
    /// Lets one ready task step.
    void stepAny();
    /// Wakes the tasks whose time has come.
    void fireTimers(std::int64_t now);

private:
    std::mt19937_64& m_random;
    std::vector<runtime::Task*> m_ready;
    std::vector<std::pair<std::int64_t, runtime::Task*>> m_timers;
};

} // namespace sluice::test
