// SPDX-License-Identifier: Apache-2.0
#include "tests/simulation/simulation.h"

#include "engine/columns/batch.h"
#include "tests/support/memory_folder.h"
#include "tests/support/seeds.h"
#include "tests/support/test_main.h"

#include <array>
#include <filesystem>

#include <QTemporaryDir>

namespace sluice::test {

/// By hand: SLUICE_SEEDS=5000 SLUICE_FIRST_SEED=1 simulation_test --file simulation_test
class SimulationTest : public QObject
{
    Q_OBJECT

private slots:
    void initTestCase() { initializeColumns(); }

    void whateverHappensTheTablesAreRight()
    {
        int deaths = 0;
        int failures = 0;
        int powerCuts = 0;
        for (const std::uint64_t seed : seeds(SLUICE_SIMULATED_SEEDS)) {
            const QTemporaryDir folder(memoryFolder() + QStringLiteral("/simulation-XXXXXX"));
            Simulation simulation(seed, folder.path().toStdString());
            const std::string trouble = simulation.run();
            QVERIFY2(trouble.empty(), ("seed " + std::to_string(seed) + ": " + trouble).c_str());
            deaths += simulation.deaths();
            failures += simulation.failures();
            powerCuts += simulation.powerCuts();
        }
        qInfo("%d deaths, %d failures, %d power cuts", deaths, failures, powerCuts);
        QVERIFY(deaths > 0 && failures > 0 && powerCuts > 0);
    }

    // Row by row, watermark by watermark, byte by byte of every file.
    void aSeedGivesTheSameRunAgain()
    {
        const QTemporaryDir above(memoryFolder() + QStringLiteral("/again-XXXXXX"));
        const std::string folder = above.filePath("bed").toStdString();
        for (const std::uint64_t seed : seeds(6)) {
            std::array<RunTrace, 2> traces;
            for (RunTrace& trace : traces) {
                std::filesystem::remove_all(folder);
                const std::string trouble = Simulation(seed, folder, {}, &trace).run();
                QVERIFY2(trouble.empty(),
                         ("seed " + std::to_string(seed) + ": " + trouble).c_str());
            }
            QVERIFY(traces[0].size() > 100);
            const std::string difference = traces[0].difference(traces[1]);
            QVERIFY2(difference.empty(),
                     ("seed " + std::to_string(seed) + ": " + difference).c_str());
        }
    }
};

} // namespace sluice::test

SLUICE_TEST(sluice::test::SimulationTest)
#include "simulation_test.moc"
