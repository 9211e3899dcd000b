// SPDX-License-Identifier: Apache-2.0
#include "engine/columns/batch.h"
#include "tests/simulation/broken_nodes.h"
#include "tests/simulation/simulation.h"
#include "tests/support/memory_folder.h"
#include "tests/support/seeds.h"
#include "tests/support/test_main.h"

#include <QTemporaryDir>

namespace sluice::test {

/// Proves the proof: an engine that is broken in one way must not get through the simulation. The
/// same seeds with nothing broken are simulation_test's.
class BrokenEngineTest : public QObject
{
    Q_OBJECT

private slots:
    void initTestCase() { initializeColumns(); }

    void isNoticed_data()
    {
        QTest::addColumn<QString>("lostSyncs");
        using Break = void (*)(runtime::Plan&);
        QTest::addColumn<Break>("breakPlan");
        QTest::addColumn<QString>("wanted"); // what must be said of it, as far as that is certain
        const auto losing = [](const char* what, const char* pattern) {
            QTest::addRow("no sync of %s", what)
                << QString::fromLatin1(pattern) << Break(nullptr) << QString();
        };
        losing("a table's files", R"(/part-[^/]*\.parquet$)");
        losing("the names of a table's files", "/lake/[^/]+/[^/]+$");
        losing("a commit", R"(/\.tmp-)");
        losing("a commit's name", "/_delta_log$");
        losing("a table's name", "/lake/[^/]+$");
        losing("the state", "/state-");
        losing("a log of state", "/log-");
        losing("the manifest", "/manifest-");
        losing("the names of manifest and state", "/state/p$");
        losing("the folder of the state", "/state$");
        const auto breaking = [](const char* what, Break breakPlan, const char* wanted) {
            QTest::addRow("%s", what) << QString() << breakPlan << QString::fromLatin1(wanted);
        };
        breaking("state changes are not saved", loseStateChanges, "");
        breaking("positions are saved ahead of the rows", savePositionsAhead, "bronze.p lacks");
        breaking("a commit is made twice", commitTwice, "has beside what it should");
        breaking("an epoch is not finished after a crash", leaveEpochsUnfinished, "");
    }

    void isNoticed()
    {
        QFETCH(QString, lostSyncs);
        using Break = void (*)(runtime::Plan&);
        QFETCH(Break, breakPlan);
        QFETCH(QString, wanted);
        for (const std::uint64_t seed : seeds(SLUICE_SIMULATED_SEEDS)) {
            const QTemporaryDir folder(memoryFolder() + QStringLiteral("/broken-XXXXXX"));
            Simulation simulation(seed, folder.path().toStdString(),
                                  {.lostSyncs = lostSyncs.toStdString(), .breakPlan = breakPlan});
            const std::string trouble = simulation.run();
            if (trouble.empty())
                continue;
            qInfo("seed %d: %s", int(seed), trouble.substr(0, trouble.find('\n')).c_str());
            QVERIFY2(trouble.find(wanted.toStdString()) != std::string::npos, trouble.c_str());
            return;
        }
        QFAIL("the simulation did not notice");
    }
};

} // namespace sluice::test

SLUICE_TEST(sluice::test::BrokenEngineTest)
#include "broken_engine_test.moc"
