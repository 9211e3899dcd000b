// SPDX-License-Identifier: Apache-2.0
#include "engine/lake/committer.h"

#include "engine/lake/action_json.h"
#include "engine/lake/commit_file.h"
#include "engine/lake/delta_table.h"

#include "tests/engine/lake/lake_fixture.h"
#include "tests/support/test_main.h"

#include <filesystem>
#include <thread>

#include <sys/wait.h>
#include <unistd.h>

namespace sluice::lake {
namespace {

Commit appendOf(const std::string& path, const std::string& appId = {}, std::int64_t epoch = 0)
{
    Commit commit;
    commit.info.emplace().operation = "WRITE";
    commit.adds.push_back({.path = path, .size = 1, .modificationTime = 1});
    if (!appId.empty())
        commit.transactions.push_back({.appId = appId, .version = epoch});
    return commit;
}

DeltaLog makeTable(const LakeFixture& fixture)
{
    const DeltaLog log(fixture.folder("silver", "orders"));
    TableRequest request{.name = "silver.orders", .columns = orderSchema()};
    if (!openTable(log, request, systemClock()))
        qFatal("no table");
    return log;
}

std::vector<std::string> filesIn(const std::string& folder)
{
    std::vector<std::string> out;
    for (const auto& entry : std::filesystem::directory_iterator(folder))
        out.push_back(entry.path().filename().string());
    std::sort(out.begin(), out.end());
    return out;
}

} // namespace

class CommitterTest : public QObject
{
    Q_OBJECT

private slots:
    void killedAtAnyStepLeavesAllOrNothing_data()
    {
        QTest::addColumn<int>("step");
        QTest::addColumn<bool>("isVisible");
        QTest::newRow("before") << 0 << false;
        QTest::newRow("prepared") << 1 << false;
        QTest::newRow("published") << 2 << true;
        QTest::newRow("finished") << 3 << true;
    }
    void killedAtAnyStepLeavesAllOrNothing()
    {
        QFETCH(int, step);
        QFETCH(bool, isVisible);
        const LakeFixture fixture;
        const DeltaLog log = makeTable(fixture);
        const pid_t child = ::fork();
        if (child == 0) {
            if (step == 0)
                ::_exit(0);
            auto file = CommitFile::prepare(log.logFolder(), commitText(appendOf("a.parquet")));
            if (step >= 2)
                (void)file->publish(1);
            if (step >= 3)
                (void)file->finish();
            ::_exit(0); // no destructor runs, as after kill -9
        }
        int status = 0;
        QCOMPARE(::waitpid(child, &status, 0), child);
        auto head = log.load();
        QVERIFY2(head, head ? "" : head.error().text().c_str());
        QCOMPARE(head->version, std::int64_t(isVisible ? 1 : 0));
        QCOMPARE(head->files.contains("a.parquet"), isVisible);
        QVERIFY(commitTo(log, *head, appendOf("b.parquet"), systemClock()));
        QVERIFY(log.load()->files.contains("b.parquet"));
    }
    void takenVersionsAreNeverOverwritten()
    {
        const LakeFixture fixture;
        const DeltaLog log = makeTable(fixture);
        const std::string before = textOf(log.logFolder() + "/" + commitName(0));
        auto file = CommitFile::prepare(log.logFolder(), "{}\n");
        QVERIFY(file);
        const auto published = file->publish(0);
        QVERIFY(published);
        QVERIFY(!*published);
        QCOMPARE(textOf(log.logFolder() + "/" + commitName(0)), before);
    }
    void writersInThreadsLoseNothing()
    {
        constexpr int kWriters = 4;
        constexpr int kCommits = 50;
        const LakeFixture fixture;
        const DeltaLog log = makeTable(fixture);
        std::atomic<int> failures{0};
        std::vector<std::thread> writers;
        for (int writer = 0; writer < kWriters; ++writer)
            writers.emplace_back([&, writer] {
                Snapshot head = *log.load();
                for (int i = 1; i <= kCommits; ++i) {
                    const std::string name = std::to_string(writer) + "-" + std::to_string(i);
                    const auto done
                        = commitTo(log, head, appendOf(name, "app" + std::to_string(writer), i),
                                   systemClock());
                    if (!done)
                        qWarning("%s", done.error().text().c_str());
                    failures += !done || done->wasThere;
                }
            });
        for (std::thread& writer : writers)
            writer.join();
        QCOMPARE(failures.load(), 0);
        const auto head = log.load();
        QVERIFY(head);
        QCOMPARE(head->version, std::int64_t(kWriters * kCommits));
        QCOMPARE(head->files.size(), std::size_t(kWriters * kCommits));
        for (const std::string& name : filesIn(log.logFolder()))
            QVERIFY2(!name.starts_with(".tmp"), name.c_str());
    }
    void aTransactionCommitsOnce()
    {
        const LakeFixture fixture;
        const DeltaLog log = makeTable(fixture);
        Snapshot head = *log.load();
        Snapshot stale = head;
        QVERIFY(!commitTo(log, head, appendOf("a", "app", 5), systemClock())->wasThere);
        QVERIFY(commitTo(log, head, appendOf("a", "app", 5), systemClock())->wasThere);
        QVERIFY(commitTo(log, stale, appendOf("a", "app", 5), systemClock())->wasThere);
        QCOMPARE(log.load()->version, std::int64_t(1));
        QCOMPARE(*log.load()->transactionVersion("app"), std::int64_t(5));
    }
    void whatDoesNotGoTogetherIsAConflict()
    {
        const LakeFixture fixture;
        const DeltaLog log = makeTable(fixture);
        Snapshot head = *log.load();
        QVERIFY(commitTo(log, head, appendOf("a"), systemClock()));
        Snapshot early = head;
        Snapshot earlier = head;
        Snapshot earliest = head;

        Commit schemaChange;
        schemaChange.info.emplace().operation = "ADD COLUMNS";
        schemaChange.metadata = head.metadata;
        QVERIFY(commitTo(log, head, schemaChange, systemClock()));
        auto refused = commitTo(log, early, appendOf("b"), systemClock());
        QVERIFY(!refused);
        QVERIFY(refused.error().code == ErrorCode::Conflict);

        QVERIFY(commitTo(log, head, appendOf("c", "app", 3), systemClock()));
        Snapshot behind = *log.load(2);
        refused = commitTo(log, behind, appendOf("d", "app", 4), systemClock());
        QVERIFY(!refused); // somebody else is us

        Commit removal;
        removal.info.emplace().operation = "OPTIMIZE";
        removal.removes.push_back({.path = "a", .deletionTimestamp = 1});
        Snapshot rival = head;
        QVERIFY(commitTo(log, head, removal, systemClock()));
        refused = commitTo(log, rival, removal, systemClock());
        QVERIFY(!refused);
        QVERIFY(refused.error().message.find("removed a") != std::string::npos);
    }
    void inCommitTimestampsRise()
    {
        const LakeFixture fixture;
        const DeltaLog log = makeTable(fixture);
        Snapshot head = *log.load();
        Commit on;
        on.metadata = head.metadata;
        on.metadata->configuration["delta.enableInCommitTimestamps"] = "true";
        ManualClock clock(WallTime{1'000'000'000});
        QVERIFY(commitTo(log, head, on, clock));
        QVERIFY(commitTo(log, head, appendOf("a"), clock));
        QVERIFY(commitTo(log, head, appendOf("b"), clock)); // the clock stands still
        const auto first = log.readCommit(2);
        const auto second = log.readCommit(3);
        QVERIFY(*(*first)->info->inCommitTimestamp < *(*second)->info->inCommitTimestamp);
        QVERIFY(textOf(log.logFolder() + "/" + commitName(3)).starts_with("{\"commitInfo\""));
    }
};

} // namespace sluice::lake

SLUICE_TEST(sluice::lake::CommitterTest)
#include "committer_test.moc"
