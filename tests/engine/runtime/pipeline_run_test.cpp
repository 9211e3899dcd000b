// SPDX-License-Identifier: Apache-2.0
#include "engine/runtime/pipeline_run.h"

#include "tests/engine/runtime/fake_nodes.h"
#include "tests/support/test_main.h"
#include "tests/support/wait_for.h"

#include <QDir>
#include <QFile>
#include <QTemporaryDir>

#include <atomic>
#include <numeric>

namespace sluice::runtime {
namespace {

const char* const kPlain = R"(
pipeline: p
epoch: 50ms
nodes:
  numbers: {type: numbers, count: 1000}
  added: {type: add, input: numbers, by: 5}
  out: {type: store, input: added}
)";

const char* const kDiamond = R"(
pipeline: p
epoch: 50ms
nodes:
  numbers: {type: numbers, count: 200000, rejects: 7}
  left: {type: add, input: numbers, by: 0}
  right: {type: add, input: numbers, by: 1000000}
  both: {type: join, input: [left, right]}
  sum: {type: running_sum, input: numbers}
  out: {type: store, input: both}
  sums: {type: store, input: sum}
)";

const char* const kBranches = R"(
pipeline: p
epoch: 50ms
nodes:
  numbers: {type: numbers, count: 1000}
  split: {type: split, input: numbers}
  more: {type: add, input: split.odd, by: 1000}
  both: {type: join, input: [split.even, more]}
  out: {type: store, input: both}
  odd: {type: store, input: split.odd}
)";

std::vector<std::int64_t> range(std::int64_t from, std::int64_t to)
{
    std::vector<std::int64_t> out(std::size_t(to - from));
    std::iota(out.begin(), out.end(), from);
    return out;
}

class Bench
{
public:
    explicit Bench(const char* text, int workers = 2)
        : m_text(text)
        , m_scheduler(workers)
    {
    }
    std::unique_ptr<PipelineRun> run()
    {
        RunEnvironment environment
            = test::fakeEnvironment(store, m_scheduler, m_folder.path().toStdString());
        environment.tellNews = [this] { ++news; };
        return std::make_unique<PipelineRun>(test::planOf(m_text, store), std::move(environment));
    }
    QString folder() const { return m_folder.path(); }

    test::FakeStore store;
    std::atomic<int> news = 0; // how often a run told that something of it changed

private:
    const char* m_text;
    QTemporaryDir m_folder;
    Scheduler m_scheduler;
};

// Waits until all input has been read and stops the run, which then ends by itself.
RunStatus finish(PipelineRun& run)
{
    if (!test::waitFor([&] {
            return run.hasBeenIdle(std::chrono::milliseconds(0))
                || run.status().phase == RunPhase::Failed;
        }))
        return {.phase = RunPhase::Failed, .reason = "the input was not read to its end in time"};
    run.requestStop(true);
    run.wait();
    return run.status();
}

} // namespace

class PipelineRunTest : public QObject
{
    Q_OBJECT

private slots:
    void everyRowArrivesOnce()
    {
        Bench bench(kPlain);
        const auto run = bench.run();
        const RunStatus status = finish(*run);
        QVERIFY2(status.phase == RunPhase::Finished, status.reason.c_str());
        QCOMPARE(bench.store.visible["out"], range(5, 1005));
        QCOMPARE(status.committedRows, std::uint64_t(1000));
        QVERIFY(run->latency().total().count() == 1000);
    }

    void whatChangesIsTold()
    {
        Bench bench(kPlain);
        const auto run = bench.run();
        QVERIFY(test::waitFor([&] { return bench.news == 2; })); // it runs, its input is over
        QVERIFY(run->hasBeenIdle(std::chrono::hours(1)));
        QVERIFY(finish(*run).phase == RunPhase::Finished);
        QVERIFY(test::waitFor([&] { return bench.news == 3; }));
    }

    // An epoch of an hour: the one that ends soon is the first after a restart, and only that.
    void newRowsAreSeenSoonAfterARestart()
    {
        Bench bench(R"(
pipeline: p
epoch: 1h
nodes:
  numbers: {type: numbers, count: 1000}
  out: {type: store, input: numbers}
)");
        QVERIFY(finish(*bench.run()).phase == RunPhase::Finished);
        QCOMPARE(bench.store.committed["out"], flow::Epoch(1));
        const auto again = bench.run();
        QVERIFY(test::waitFor([&] { return again->status().epoch == 2; }));
        QVERIFY(finish(*again).phase == RunPhase::Finished);
        QCOMPARE(again->status().epoch, flow::Epoch(3)); // the final one
        QCOMPARE(bench.store.visible["out"], range(0, 1000));
    }

    void aReaderOfABranchGetsTheRowsOfThatBranch()
    {
        Bench bench(kBranches);
        const auto run = bench.run();
        const RunStatus status = finish(*run);
        QVERIFY2(status.phase == RunPhase::Finished, status.reason.c_str());
        std::vector<std::int64_t> odd, both;
        for (std::int64_t i = 0; i < 1000; ++i) {
            both.push_back(i % 2 == 0 ? i : i + 1000);
            if (i % 2 == 1)
                odd.push_back(i);
        }
        std::ranges::sort(both);
        std::ranges::sort(bench.store.visible["out"]);
        QCOMPARE(bench.store.visible["out"], both);
        QCOMPARE(bench.store.visible["odd"], odd);
    }

    void aKilledRunResumesAndNothingIsLostOrTwice_data()
    {
        QTest::addColumn<int>("workers");
        QTest::newRow("one worker") << 1;
        QTest::newRow("three workers") << 3;
    }
    void aKilledRunResumesAndNothingIsLostOrTwice()
    {
        QFETCH(int, workers);
        Bench bench(kDiamond, workers);
        for (int kill = 0; kill < 4; ++kill) {
            const auto run = bench.run();
            QVERIFY(test::waitFor([&] { return run->status().phase != RunPhase::Starting; }));
            const flow::Epoch before = run->status().epoch;
            QVERIFY(test::waitFor([&] {
                return run->status().epoch > before
                    || run->hasBeenIdle(std::chrono::nanoseconds(0));
            }));
            // destroyed without a stop, as by kill -9
        }
        const auto run = bench.run();
        const RunStatus status = finish(*run);
        QVERIFY2(status.phase == RunPhase::Finished, status.reason.c_str());

        std::vector<std::int64_t> good;
        std::vector<std::int64_t> rejected;
        for (std::int64_t n = 0; n < 200000; ++n)
            (n % 7 == 0 ? rejected : good).push_back(n);
        QCOMPARE(bench.store.visible["dead_letter.p"], rejected);
        std::vector<std::int64_t> both = bench.store.visible["out"];
        std::ranges::sort(both);
        std::vector<std::int64_t> expected = good;
        for (const std::int64_t n : good)
            expected.push_back(n + 1000000);
        QVERIFY(both == expected);
        QCOMPARE(bench.store.visible["sums"].back(),
                 std::accumulate(good.begin(), good.end(), std::int64_t(0)));
    }

    void aCommitThatFailsIsFinishedByTheNextRun()
    {
        Bench bench(kPlain);
        bench.store.failsCommits = 1;
        {
            const auto run = bench.run();
            QVERIFY(test::waitFor([&] { return run->status().phase == RunPhase::Failed; }));
            QVERIFY(run->status().reason.find("no space") != std::string::npos);
            QVERIFY(bench.store.visible["out"].empty());
        }
        const auto run = bench.run();
        QVERIFY(finish(*run).phase == RunPhase::Finished);
        QCOMPARE(bench.store.visible["out"], range(5, 1005));
    }

    void aNodeThatFailsStopsThePipelineAndCommitsNothingOfTheEpoch()
    {
        Bench bench(R"(
pipeline: p
nodes:
  numbers: {type: numbers, count: 1000}
  added: {type: add, input: numbers, by: 666}
  out: {type: store, input: added}
)");
        const auto run = bench.run();
        QVERIFY(test::waitFor([&] { return run->status().phase == RunPhase::Failed; }));
        QCOMPARE(run->status().reason, std::string("added: the number is 500"));
        QVERIFY(bench.store.visible["out"].empty());
    }

    void aSlowSinkHoldsTheSourceBackAndLosesNothing()
    {
        Bench bench(R"(
pipeline: p
epoch: 50ms
nodes:
  numbers: {type: numbers, count: 100000}
  out: {type: store, input: numbers}
)");
        bench.store.isSlow = true;
        const auto run = bench.run();
        QVERIFY(test::waitFor(
            [&] { return run->graph() && run->graph()->edges()[0].queue->fillShare() >= 1; }));
        const std::uint64_t rows = run->graph()->edges()[0].queue->rows();
        QVERIFY2(rows <= 200, std::to_string(rows).c_str()); // 16 batches of 10, and one in work
        bench.store.isSlow = false;
        bench.store.isSlow.notify_all();
        QVERIFY(finish(*run).phase == RunPhase::Finished);
        QCOMPARE(bench.store.visible["out"], range(0, 100000));
        QVERIFY(run->graph()->nodes()[0].task->nodeCounters().blockedNs > 0);
    }

    void aTornManifestIsSkippedWithAWarningIfNothingWasCommittedAfterIt()
    {
        Bench bench(kPlain);
        {
            const auto run = bench.run();
            QVERIFY(finish(*run).phase == RunPhase::Finished);
        }
        // A manifest of a later epoch that a crash cut off.
        QFile torn(bench.folder() + QStringLiteral("/manifest-00000000000000099999.json"));
        QVERIFY(torn.open(QIODevice::WriteOnly));
        torn.write("{\"format\":1,\"epo");
        torn.close();
        const auto run = bench.run();
        const RunStatus status = finish(*run);
        QVERIFY2(status.phase == RunPhase::Finished, status.reason.c_str());
        QCOMPARE(status.warnings.size(), std::size_t(1));
        QCOMPARE(bench.store.visible["out"], range(5, 1005));
    }

    void tablesNewerThanTheManifestAreRefused()
    {
        Bench bench(kPlain);
        {
            const auto run = bench.run();
            QVERIFY(finish(*run).phase == RunPhase::Finished);
        }
        {
            const std::lock_guard lock(bench.store.mutex);
            bench.store.committed["out"] += 5;
        }
        const auto run = bench.run();
        QVERIFY(test::waitFor([&] { return run->status().phase == RunPhase::Failed; }));
        QVERIFY(run->status().reason.find("would lose or repeat") != std::string::npos);
    }

    void rowsAreConservedOnEveryNode()
    {
        Bench bench(kDiamond);
        const auto run = bench.run();
        QVERIFY(finish(*run).phase == RunPhase::Finished);
        for (const RunNode& node : run->graph()->nodes())
            QVERIFY2(node.task->isConserved(), node.name.c_str());
        const auto& source = run->graph()->nodes()[0].task->nodeCounters();
        QCOMPARE(source.rowsIn.load(), std::uint64_t(200000));
        QCOMPARE(source.verdicts[std::size_t(Verdict::DeadLetter)].load(), std::uint64_t(28572));
    }
};

} // namespace sluice::runtime

SLUICE_TEST(sluice::runtime::PipelineRunTest)
#include "pipeline_run_test.moc"
