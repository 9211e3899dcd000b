// SPDX-License-Identifier: Apache-2.0
#include "engine/runtime/task.h"

#include "engine/runtime/task_queue.h"

namespace sluice::runtime {

bool Task::markReady()
{
    int state = m_state.load();
    for (;;) {
        switch (state) {
        case Idle:
            if (m_state.compare_exchange_weak(state, Ready))
                return true;
            break;
        case Running:
            if (m_state.compare_exchange_weak(state, RunningWoken))
                return false;
            break;
        default: return false;
        }
    }
}

void Task::wake()
{
    if (markReady())
        m_queue.enqueue(this);
}

void Task::retire()
{
    m_state.store(Retired);
    m_queue.remove(this);
}

bool Task::run()
{
    int expected = Ready;
    if (!m_state.compare_exchange_strong(expected, Running))
        return false; // retired meanwhile
    const StepOutcome outcome = step();
    if (outcome.next == StepOutcome::Next::WaitUntil)
        m_queue.wakeAt(this, outcome.untilNs);
    expected = Running;
    if (outcome.next != StepOutcome::Next::Again && m_state.compare_exchange_strong(expected, Idle))
        return false;
    // Again, or woken during the step; a retired task stays retired.
    expected = outcome.next == StepOutcome::Next::Again ? int(Running) : int(RunningWoken);
    if (m_state.compare_exchange_strong(expected, Ready))
        return true;
    expected = RunningWoken;
    return m_state.compare_exchange_strong(expected, Ready);
}

bool TaskQueue::step(Task& task)
{
    return task.run();
}

bool TaskQueue::markReady(Task& task)
{
    return task.markReady();
}

} // namespace sluice::runtime
