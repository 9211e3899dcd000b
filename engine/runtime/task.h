// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/base/result.h"
#include "engine/runtime/message.h"

#include <atomic>
#include <cstdint>
#include <functional>
#include <string>

namespace sluice::runtime {

class TaskQueue;

/// What a step left behind.
struct StepOutcome
{
    enum class Next { Again, Wait, WaitUntil } next = Next::Wait;
    std::int64_t untilNs = 0; // WaitUntil: steady clock

    static StepOutcome again() { return {Next::Again, 0}; }
    static StepOutcome wait() { return {Next::Wait, 0}; }
    static StepOutcome waitUntil(std::int64_t steadyNs) { return {Next::WaitUntil, steadyNs}; }
};

/// A unit of cooperative work: one node of a running pipeline. step() is never run by two workers
/// at once, so what a task owns needs no lock.
class Task
{
public:
    Task(TaskQueue& queue, int depth)
        : m_queue(queue)
        , m_depth(depth)
    {
    }
    virtual ~Task() = default;
    Task(const Task&) = delete;
    Task& operator=(const Task&) = delete;

    /// Asks for a step; any thread. A wake during a step causes another step.
    void wake();
    /// Takes the task out of its queue for good and waits until no worker is in it.
    void retire();
    int depth() const { return m_depth; }

protected:
    /// Works for about a millisecond.
    virtual StepOutcome step() = 0;

private:
    friend class TaskQueue;
    enum State : int { Idle, Ready, Running, RunningWoken, Retired };

    bool markReady(); // Idle -> Ready; true if the caller must queue it
    bool run();       // one step; true if it goes on at once

    TaskQueue& m_queue;
    const int m_depth;
    std::atomic<int> m_state{Idle};
};

} // namespace sluice::runtime
