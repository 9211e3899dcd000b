// SPDX-License-Identifier: Apache-2.0
#include "engine/lake/checkpoint_writer.h"

#include "engine/lake/commit_file.h"
#include "engine/lake/committer.h"
#include "engine/lake/delta_table.h"

#include "tests/engine/lake/lake_fixture.h"
#include "tests/support/test_main.h"

#include <filesystem>

namespace sluice::lake {

class CheckpointWriterTest : public QObject
{
    Q_OBJECT

private slots:
    void init()
    {
        m_fixture = std::make_unique<LakeFixture>();
        m_log = std::make_unique<DeltaLog>(m_fixture->folder("silver", "orders"));
        TableRequest request{.name = "silver.orders",
                             .columns = orderSchema(),
                             .partitionColumns = {"country"},
                             .properties = {{"delta.appendOnly", "true"}}};
        m_head = *openTable(*m_log, request, systemClock());
        for (int i = 1; i <= 5; ++i)
            append(i);
    }
    void aCheckpointStandsForTheLogBeforeIt()
    {
        QVERIFY(writeCheckpoint(*m_log, m_head, systemClock()));
        append(6);
        removeCommits(0, 5);
        const auto head = m_log->load();
        QVERIFY2(head, head ? "" : head.error().text().c_str());
        QCOMPARE(head->version, std::int64_t(6));
        QCOMPARE(head->checkpointVersion, std::int64_t(5));
        QCOMPARE(head->files.size(), std::size_t(6));
        QCOMPARE(*head->transactionVersion("app"), std::int64_t(6));
        const AddFile& file = head->files.at("country=x/3");
        QVERIFY(file.partitionValues.at("country") == std::optional<std::string>("x"));
        QVERIFY(!head->files.at("country=x/2").partitionValues.at("country"));
        QCOMPARE(file.stats, std::string("{\"numRecords\":3}"));
        QCOMPARE(file.size, std::int64_t(30));
        QCOMPARE(head->metadata.id, m_head.metadata.id);
        QCOMPARE(head->metadata.schemaString, m_head.metadata.schemaString);
        QVERIFY(head->metadata.partitionColumns == std::vector<std::string>{"country"});
        QCOMPARE(head->property("delta.appendOnly"), std::string("true"));
        const auto tooOld = m_log->load(4); // cleaned away, which is no damage
        QVERIFY(!tooOld);
        QVERIFY(tooOld.error().code == ErrorCode::NotFound);
        QCOMPARE(tooOld.error().message,
                 std::string("version 4 is no longer kept, the oldest is 5"));
    }
    void removesThatReadersMayStillNeedAreKept()
    {
        Commit removal;
        const std::int64_t nowMs = systemClock().wallNow().us / 1000;
        removal.removes.push_back({.path = "country=x/3", .deletionTimestamp = nowMs});
        removal.removes.push_back({.path = "country=x/5", .deletionTimestamp = 1000});
        QVERIFY(commitTo(*m_log, m_head, removal, systemClock()));
        QVERIFY(writeCheckpoint(*m_log, m_head, systemClock()));
        removeCommits(0, m_head.version);
        const auto head = m_log->load();
        QVERIFY(head->tombstones.contains("country=x/3"));
        QVERIFY(!head->tombstones.contains("country=x/5"));
        QVERIFY(!head->files.contains("country=x/5"));
    }
    void aDamagedCheckpointIsPassedOverWhileTheLogIsWhole()
    {
        QVERIFY(writeCheckpoint(*m_log, m_head, systemClock()));
        const std::string path = m_log->logFolder() + "/" + checkpointName(5);
        writeText(path, "PAR1 rubbish");
        QCOMPARE(m_log->load()->files.size(), std::size_t(5));
        removeCommits(0, 4);
        const auto head = m_log->load();
        QVERIFY(!head);
        QCOMPARE(head.error().object, path);
        QVERIFY(head.error().code == ErrorCode::DecodeFailed);
    }
    void dueByCommitsOrBytes()
    {
        QVERIFY(needsCheckpoint(m_head, {.commits = 5, .logBytes = 1 << 30}));
        QVERIFY(!needsCheckpoint(m_head, {.commits = 6, .logBytes = 1 << 30}));
        QVERIFY(needsCheckpoint(m_head, {.commits = 100, .logBytes = 1000}));
        QVERIFY(writeCheckpoint(*m_log, m_head, systemClock()));
        QVERIFY(!needsCheckpoint(m_head, {.commits = 5, .logBytes = 1000}));
    }
    void cleaningKeepsWhatTimeTravelMayAsk()
    {
        QVERIFY(writeCheckpoint(*m_log, m_head, systemClock()));
        append(6);
        QCOMPARE(*cleanLog(*m_log, m_head, systemClock()), std::int64_t(0)); // all too young
        ManualClock later(WallTime{systemClock().wallNow().us + 31LL * 86'400'000'000});
        QCOMPARE(*cleanLog(*m_log, m_head, later), std::int64_t(5));
        QVERIFY(std::filesystem::exists(m_log->logFolder() + "/" + commitName(5)));
        QCOMPARE(m_log->load(5)->files.size(), std::size_t(5));
        QCOMPARE(m_log->load()->files.size(), std::size_t(6));
    }
    void intervals()
    {
        QCOMPARE(intervalMs("interval 7 days", 1), std::int64_t(604'800'000));
        QCOMPARE(intervalMs("interval 1 week 2 hours", 1), std::int64_t(612'000'000));
        QCOMPARE(intervalMs("30 days", 1), std::int64_t(2'592'000'000));
        QCOMPARE(intervalMs("", 42), std::int64_t(42));
        QCOMPARE(intervalMs("interval 3 moons", 42), std::int64_t(42));
    }

private:
    void append(int i)
    {
        Commit commit;
        commit.info.emplace().operation = "WRITE";
        const auto value = i % 2 ? std::optional<std::string>("x") : std::nullopt;
        commit.adds.push_back({.path = "country=x/" + std::to_string(i),
                               .partitionValues = {{"country", value}},
                               .size = i * 10,
                               .modificationTime = i,
                               .stats = "{\"numRecords\":" + std::to_string(i) + "}"});
        commit.transactions.push_back({.appId = "app", .version = i});
        if (!commitTo(*m_log, m_head, commit, systemClock()))
            qFatal("commit failed");
    }
    void removeCommits(std::int64_t first, std::int64_t last)
    {
        for (std::int64_t version = first; version <= last; ++version)
            std::filesystem::remove(m_log->logFolder() + "/" + commitName(version));
    }
    std::unique_ptr<LakeFixture> m_fixture;
    std::unique_ptr<DeltaLog> m_log;
    Snapshot m_head;
};

} // namespace sluice::lake

SLUICE_TEST(sluice::lake::CheckpointWriterTest)
#include "checkpoint_writer_test.moc"
