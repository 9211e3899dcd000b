// SPDX-License-Identifier: Apache-2.0
#include "engine/runtime/scheduler.h"

#include "engine/base/time.h"
#include "engine/runtime/task.h"
#include "tests/support/test_main.h"
#include "tests/support/wait_for.h"

#include <atomic>
#include <memory>
#include <thread>
#include <vector>

namespace sluice::runtime {
namespace {

// Counts steps; owes one step for each order and never runs twice at once.
class CountingTask final : public Task
{
public:
    using Task::Task;
    std::atomic<int> owed{0}, done{0}, inside{0};
    std::atomic<bool> overlapped{false};

private:
    StepOutcome step() override
    {
        if (++inside != 1)
            overlapped = true;
        const int mine = owed.exchange(0);
        done += mine;
        --inside;
        return StepOutcome::wait();
    }
};

class TimedTask final : public Task
{
public:
    using Task::Task;
    std::atomic<int> steps{0};

private:
    StepOutcome step() override
    {
        ++steps;
        return StepOutcome::waitUntil(systemClock().steadyNow().ns + 1'000'000);
    }
};

} // namespace

class SchedulerTest : public QObject
{
    Q_OBJECT

private slots:
    void noWakeIsLostAndNoTaskRunsTwiceAtOnce()
    {
        Scheduler scheduler(3);
        std::vector<std::unique_ptr<CountingTask>> tasks;
        for (int i = 0; i < 5; ++i)
            tasks.push_back(std::make_unique<CountingTask>(scheduler, i));
        std::vector<std::thread> threads;
        for (int t = 0; t < 3; ++t) {
            threads.emplace_back([&] {
                for (int i = 0; i < 20000; ++i) {
                    CountingTask& task = *tasks[std::size_t(i % 5)];
                    ++task.owed;
                    task.wake();
                }
            });
        }
        for (std::thread& thread : threads)
            thread.join();
        for (const auto& task : tasks) {
            QVERIFY(test::waitFor([&] { return task->done == 12000; }));
            QVERIFY(!task->overlapped);
            task->retire();
        }
    }
    void timersFire()
    {
        Scheduler scheduler(1);
        TimedTask task(scheduler, 0);
        task.wake();
        QVERIFY(test::waitFor([&] { return task.steps > 5; }));
        task.retire();
    }
    void aRetiredTaskRunsNoMore()
    {
        Scheduler scheduler(2);
        auto task = std::make_unique<TimedTask>(scheduler, 0);
        task->wake();
        QVERIFY(test::waitFor([&] { return task->steps > 0; }));
        task->retire();
        const int steps = task->steps;
        task->wake();
        QCOMPARE(task->steps.load(), steps);
        task.reset(); // and may be destroyed while the scheduler lives
    }
};

} // namespace sluice::runtime

SLUICE_TEST(sluice::runtime::SchedulerTest)
#include "scheduler_test.moc"
