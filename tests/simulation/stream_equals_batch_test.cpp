// SPDX-License-Identifier: Apache-2.0
#include "engine/columns/batch.h"
#include "engine/runtime/scheduler.h"
#include "tests/simulation/pipeline_bed.h"
#include "tests/support/memory_folder.h"
#include "tests/support/seeds.h"
#include "tests/support/test_main.h"
#include "tests/support/wait_for.h"

#include <QTemporaryDir>

namespace sluice::test {
namespace {

// Runs a random pipeline with real workers: stopped hard in the middle a few times and started
// again with another number of workers and another batch size.
std::string liveOnce(std::uint64_t seed, const std::string& folder)
{
    std::mt19937_64 random(seed);
    const RandomPipeline pipeline(seed, 4000);
    PipelineBed bed(folder, pipeline);
    for (std::size_t lives = 1 + random() % 4; lives > 0; --lives) {
        const bool isLast = lives == 1;
        bed.addLines(isLast ? pipeline.lines().size() : random() % 1500, !isLast);
        runtime::Scheduler scheduler(1 + int(random() % 3));
        runtime::RunEnvironment environment = bed.environment(systemClock());
        environment.scheduler = &scheduler;
        environment.pollBudget.rows = std::size_t(1) << (random() % 13);
        runtime::PipelineRun run(bed.plan(systemClock()).value(), std::move(environment));
        const flow::Epoch enough = flow::Epoch(random() % 3);
        const auto isDone = [&] {
            const runtime::RunStatus status = run.status();
            return status.phase == runtime::RunPhase::Failed
                || (isLast ? run.hasBeenIdle(std::chrono::milliseconds(600))
                           : status.epoch > enough);
        };
        if (!test::waitFor(isDone))
            return "does not come to an end";
        if (isLast) {
            run.requestStop(true);
            run.wait();
        }
        if (run.status().phase == runtime::RunPhase::Failed)
            return run.status().reason;
    }
    return bed.checks.trouble().empty() ? bed.compare() : bed.checks.trouble();
}

} // namespace

/// By hand: SLUICE_SEEDS=1000 SLUICE_FIRST_SEED=1 simulation_test --file stream_equals_batch_test
class StreamEqualsBatchTest : public QObject
{
    Q_OBJECT

private slots:
    void initTestCase() { initializeColumns(); }

    void anyPlanAnyBatchAnyWorkers()
    {
        for (const std::uint64_t seed : seeds(SLUICE_BATCH_SEEDS)) {
            const QTemporaryDir folder(memoryFolder() + QStringLiteral("/batch-XXXXXX"));
            const std::string trouble = liveOnce(seed, folder.path().toStdString());
            QVERIFY2(trouble.empty(), ("seed " + std::to_string(seed) + ": " + trouble).c_str());
        }
    }
};

} // namespace sluice::test

SLUICE_TEST(sluice::test::StreamEqualsBatchTest)
#include "stream_equals_batch_test.moc"
