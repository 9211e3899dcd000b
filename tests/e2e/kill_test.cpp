// SPDX-License-Identifier: Apache-2.0
#include "engine/base/fail_point.h"
#include "tests/e2e/kill_rig.h"
#include "tests/support/seeds.h"
#include "tests/support/test_main.h"

#include <QTemporaryDir>

namespace sluice::test {

/// The real binary is killed with SIGKILL at random moments and at each step of an epoch; then
/// bronze holds what was produced, silver each key once, gold the counts, nothing twice.
class KillTest : public QObject
{
    Q_OBJECT

private slots:
    void killedAnywhereNothingIsLostAndNothingTwice()
    {
        const QTemporaryDir folder;
        KillRig rig(folder.path().toStdString(), seeds(1).front());
        const auto isCheckpoint = [](std::string_view name) {
            return name.find("checkpoint.") != std::string_view::npos;
        };
        for (const std::string_view name : failPointNames()) {
            if (name.starts_with("kafka.") || name.starts_with("swap.")
                || name.starts_with("replay.") || name.starts_with("shadow.") || isCheckpoint(name))
                continue; // this pipeline has no topic, is not changed and nothing of it is
                          // replayed
            const Status reached = rig.cycleAt(std::string(name) + "=kill@2", 20'000);
            QVERIFY2(reached, reached ? "" : reached.error().text().c_str());
        }
        for (int i = 0; i < 22; ++i) {
            const auto cycle = rig.cycle();
            QVERIFY2(cycle, cycle ? "" : cycle.error().text().c_str());
        }
        // A killed checkpoint is due again with the next commit; only the first takes time.
        for (const std::string_view name : failPointNames()) {
            Status reached = ok();
            for (int tries = 0; isCheckpoint(name) && tries < 60; ++tries) {
                reached = rig.cycleAt(std::string(name) + "=kill", 1200);
                if (reached)
                    break;
            }
            QVERIFY2(reached, reached ? "" : reached.error().text().c_str());
        }
        const auto verdict = rig.finish();
        QVERIFY2(verdict, verdict ? "" : verdict.error().text().c_str());
        QVERIFY2(verdict->details.empty(), verdict->details.c_str());
        QCOMPARE(verdict->lost, std::int64_t(0));
        QCOMPARE(verdict->duplicated, std::int64_t(0));
    }
};

} // namespace sluice::test

SLUICE_TEST(sluice::test::KillTest)
#include "kill_test.moc"
