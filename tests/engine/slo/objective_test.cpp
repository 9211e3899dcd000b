// SPDX-License-Identifier: Apache-2.0
#include "engine/slo/objective.h"

#include "tests/support/test_main.h"

#include <cmath>

namespace sluice::slo {

class ObjectiveTest : public QObject
{
    Q_OBJECT

    static constexpr std::int64_t kMinute = 60'000'000;

private slots:
    void documentsAreRead()
    {
        Diagnostics diagnostics("p.yaml");
        const auto document = parseDocument(
            "objectives:\n"
            "  - {name: Fresh, indicator: freshness, table: gold.t, threshold: 60s, target: 99.9%, "
            "window: 7d}\n"
            "  - {name: Fast, indicator: throughput, threshold: 1000/s, target: 0.99}\n"
            "  - {name: Good, indicator: quality, threshold: 99.5%}\n"
            "  - {name: Up, indicator: availability}\n",
            diagnostics);
        const auto all = readObjectives(document, diagnostics);
        QVERIFY2(!diagnostics.hasErrors(), diagnostics.text().c_str());
        QCOMPARE(all.size(), std::size_t(4));
        QCOMPARE(all[0].threshold, 60.0);
        QCOMPARE(all[0].windowUs, std::int64_t(7) * 86'400'000'000);
        QVERIFY(std::abs(all[0].targetShare - 0.999) < 1e-12);
        QVERIFY(all[0].keeps(60) && !all[0].keeps(60.001));
        QVERIFY(all[1].keeps(1000) && !all[1].keeps(999));
        QCOMPARE(all[2].threshold, 0.995);
    }
    void wrongDocumentsAreFoundWithTheirPlace_data()
    {
        QTest::addColumn<QString>("yaml");
        QTest::addColumn<QString>("finding");
        QTest::newRow("indicator") << "{name: a, indicator: freshnes, threshold: 60s}"
                                   << "freshness";
        QTest::newRow("threshold") << "{name: a, indicator: freshness, table: t.t, threshold: 60}"
                                   << "does not fit freshness";
        QTest::newRow("target") << "{name: a, indicator: availability, target: 100%}"
                                << "below 100%";
        QTest::newRow("table") << "{name: a, indicator: freshness, threshold: 60s}"
                               << "needs a table";
        QTest::newRow("unknown") << "{name: a, indicator: availability, treshold: 5}"
                                 << "threshold";
    }
    void wrongDocumentsAreFoundWithTheirPlace()
    {
        QFETCH(QString, yaml);
        QFETCH(QString, finding);
        Diagnostics diagnostics("p.yaml");
        readObjectives(parseDocument("objectives:\n  - " + yaml.toStdString() + "\n", diagnostics),
                       diagnostics);
        QVERIFY(diagnostics.hasErrors());
        QVERIFY2(diagnostics.text().find(finding.toStdString()) != std::string::npos,
                 diagnostics.text().c_str());
        QVERIFY(diagnostics.text().find("p.yaml:2:") != std::string::npos);
    }
    void budgetAndBurnFollowTheSlices()
    {
        Objective objective;
        objective.threshold = 60;
        objective.targetShare = 0.99;
        objective.windowUs = 1000 * kMinute;
        ObjectiveTracker tracker(objective);
        QCOMPARE(tracker.goodShare(0), 1.0);
        QVERIFY(!tracker.hasData());
        // 200 minutes with data, 5 of them bad by one value each; then 100 without any.
        for (std::int64_t minute = 1; minute <= 200; ++minute) {
            tracker.observe(minute * kMinute, 10.0);
            tracker.observe(minute * kMinute + 30'000'000, minute > 195 ? 61.0 : 60.0);
        }
        const std::int64_t now = 200 * kMinute + 59'000'000;
        QVERIFY(std::abs(tracker.goodShare(now) - 195.0 / 200) < 1e-12);
        QVERIFY(std::abs(tracker.budgetLeftShare(now) - 0.5)
                < 1e-9); // 5 of the 10 minutes that 99 % of 1000 allow
        QVERIFY(std::abs(tracker.burnRate(now, 60 * kMinute) - 5.0 / 60 / 0.01) < 1e-9); // 8.33
        tracker.observe(300 * kMinute, std::nullopt);
        QVERIFY(!tracker.value());
        QVERIFY(std::abs(tracker.goodShare(300 * kMinute) - 195.0 / 200)
                < 1e-12); // no data is neither good nor bad
        tracker.observe(1198 * kMinute,
                        10.0); // the window has moved on: minutes 199 and 200 are left, and now
        QVERIFY(std::abs(tracker.goodShare(1198 * kMinute) - 1.0 / 3) < 1e-12);
    }
};

} // namespace sluice::slo

SLUICE_TEST(sluice::slo::ObjectiveTest)
#include "objective_test.moc"
