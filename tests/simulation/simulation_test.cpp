// SPDX-License-Identifier: Apache-2.0
#include "tests/simulation/simulation.h"

#include "engine/columns/batch.h"
#include "tests/support/memory_folder.h"
#include "tests/support/seeds.h"
#include "tests/support/test_main.h"

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
        for (const std::uint64_t seed : seeds(SLUICE_SIMULATED_SEEDS)) {
            const QTemporaryDir folder(memoryFolder() + QStringLiteral("/simulation-XXXXXX"));
            Simulation simulation(seed, folder.path().toStdString());
            const std::string trouble = simulation.run();
            QVERIFY2(trouble.empty(), ("seed " + std::to_string(seed) + ": " + trouble).c_str());
            deaths += simulation.deaths();
            failures += simulation.failures();
        }
        qInfo("%d deaths, %d failures", deaths, failures);
        QVERIFY(deaths > 0 && failures > 0);
    }
};

} // namespace sluice::test

SLUICE_TEST(sluice::test::SimulationTest)
#include "simulation_test.moc"
