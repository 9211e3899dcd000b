// SPDX-License-Identifier: Apache-2.0
#include "engine/lake/vacuum.h"

#include "engine/lake/commit_file.h"
#include "engine/lake/committer.h"
#include "engine/lake/partition_path.h"

#include "tests/engine/lake/lake_fixture.h"
#include "tests/support/test_main.h"

#include <filesystem>

namespace sluice::lake {
namespace {

namespace fs = std::filesystem;

constexpr std::int64_t kDayUs = 86'400'000'000;

} // namespace

class VacuumTest : public QObject
{
    Q_OBJECT

private slots:
    void initTestCase() { initializeColumns(); }
    void init()
    {
        m_fixture = std::make_unique<LakeFixture>();
        auto config = m_fixture->config(orderSchema());
        config.partitions = {{.name = "country", .source = "country"}};
        TableSink sink(config, systemClock());
        QVERIFY(sink.open());
        const Batch batch
            = batchOf(rowsOf(orderSchema(), R"([[1, "DE", 0], [2, "a b/c", 0], [3, null, 0]])"));
        QCOMPARE(LakeFixture::runEpoch(sink, batch, 1), std::string());
        m_log = std::make_unique<DeltaLog>(folder());
    }

    void liveFilesAreNeverTouched_data()
    {
        QTest::addColumn<QString>("spelling"); // of the table's folder, %1 = the lake
        QTest::newRow("plain") << "%1/silver/orders";
        QTest::newRow("slash at the end") << "%1/silver/orders/";
        QTest::newRow("two slashes") << "%1//silver/orders";
        QTest::newRow("dots") << "%1/silver/../silver/./orders";
        QTest::newRow("through a link") << "%1/link/orders";
    }
    void liveFilesAreNeverTouched()
    {
        QFETCH(QString, spelling);
        fs::create_directory_symlink(m_fixture->lake() + "/silver", m_fixture->lake() + "/link");
        const DeltaLog log(spelling.arg(QString::fromStdString(m_fixture->lake())).toStdString());
        writeText(folder() + "/orphan.parquet", "x");
        const auto gone = vacuumTable(log, {.retention = Micros(0), .isDryRun = false}, later(30));
        QVERIFY2(gone, gone ? "" : gone.error().text().c_str());
        QCOMPARE(gone->files.size(), std::size_t(1));
        QVERIFY(gone->files.front().ends_with("/silver/orders/orphan.parquet"));
        QCOMPARE(rowTexts(folder()).size(), std::size_t(3));
    }
    void aDryRunOnlyTells()
    {
        writeText(folder() + "/country=DE/orphan.parquet", "12345");
        const std::int64_t before = m_log->load()->version;
        const auto told = vacuumTable(*m_log, {.retention = Micros(0)}, later(30));
        QVERIFY(told);
        QCOMPARE(told->bytes, std::int64_t(5));
        QVERIFY(fs::exists(folder() + "/country=DE/orphan.parquet"));
        QCOMPARE(m_log->load()->version, before);
    }
    void whatIsYoungOrHiddenOrNamedStays()
    {
        for (const char* name : {"/young.parquet", "/named.parquet", "/.hidden", "/_sluice"})
            writeText(folder() + name, "x");
        fs::create_directory(folder() + "/_state");
        writeText(folder() + "/_state/x", "x");
        fs::last_write_time(folder() + "/named.parquet",
                            fs::file_time_type::clock::now() - std::chrono::hours(24 * 30));
        const VacuumRequest request{.retention = Micros(3'600'000'000),
                                    .isDryRun = false,
                                    .keep = {folder() + "/./named.parquet"}};
        const auto gone = vacuumTable(*m_log, request, systemClock());
        QVERIFY(gone && gone->files.empty());
    }
    void removedFilesStayForTheRetention()
    {
        Snapshot head = *m_log->load();
        const AddFile file = head.files.begin()->second;
        Commit removal;
        removal.info.emplace().operation = "DELETE";
        removal.removes.push_back({.path = file.path,
                                   .deletionTimestamp = systemClock().wallNow().us / 1000,
                                   .partitionValues = file.partitionValues,
                                   .size = file.size});
        QVERIFY(commitTo(*m_log, head, removal, systemClock()));
        const std::string path = absolutePath(folder(), file.path);
        QVERIFY(vacuumTable(*m_log, {.isDryRun = false}, later(6))->files.empty()); // 7 days
        QCOMPARE(rowTexts(folder(), 1).size(), std::size_t(3)); // time travel still works
        const auto gone = vacuumTable(*m_log, {.isDryRun = false}, later(8));
        QVERIFY(gone->files == std::vector<std::string>{path});
        QVERIFY(!fs::exists(path));
        QCOMPARE(rowTexts(folder()).size(), std::size_t(2));
        const auto history = m_log->history(2);
        QCOMPARE(history->at(0).operation, std::string("VACUUM END"));
        QCOMPARE(history->at(1).operation, std::string("VACUUM START"));
        QVERIFY(rowTexts(folder(), 1).front().find("is missing") != std::string::npos);
    }

private:
    std::string folder() const { return m_fixture->folder("silver", "orders"); }
    static ManualClock later(std::int64_t days)
    {
        return ManualClock(WallTime{systemClock().wallNow().us + days * kDayUs});
    }
    std::unique_ptr<LakeFixture> m_fixture;
    std::unique_ptr<DeltaLog> m_log;
};

} // namespace sluice::lake

SLUICE_TEST(sluice::lake::VacuumTest)
#include "vacuum_test.moc"
