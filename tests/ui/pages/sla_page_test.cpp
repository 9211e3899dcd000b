// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/pages/sla_page.h"

#include "tests/ui/pages/page_fixture.h"

namespace sluice::ui {

class SlaPageTest : public QObject
{
    Q_OBJECT

    static api::EngineSnapshot plant()
    {
        api::EngineSnapshot out = test::plantSnapshot();
        out.historySeconds = 900;
        out.objectives[0].budgetLeftShare = 0.61;
        out.objectives[0].burn1h = 9.1;
        out.objectives[0].value = 74;
        out.objectives.push_back({.name = "Orders complete",
                                  .pipeline = "orders",
                                  .indicator = "completeness",
                                  .unit = "%",
                                  .threshold = 99.9,
                                  .isUpperBound = false});
        out.objectives.push_back({.name = "Orders flow",
                                  .pipeline = "orders",
                                  .indicator = "throughput",
                                  .unit = "rec/s",
                                  .value = 300,
                                  .hasValue = true,
                                  .threshold = 500,
                                  .isUpperBound = false,
                                  .goodShare = 0.5,
                                  .budgetLeftShare = -49,
                                  .isMet = false});
        return out;
    }

private slots:
    void withoutObjectivesItSaysWhatOneIs()
    {
        PageFixture<SlaPage> fixture({});
        fixture.show();
        QVERIFY(fixture.says("No objectives yet"));
    }
    void valuesStandAgainstTheirThresholds()
    {
        PageFixture<SlaPage> fixture(plant());
        fixture.engine.onAsk = [](const api::Query& query) {
            const auto& series = std::get<api::SeriesQuery>(query);
            return wave(series, series.metric == "rows_in" ? 300 : 74e6);
        };
        fixture.show();
        const RowsTable& objectives = *fixture.table("Objectives");
        const char* const fresh = "orders/Orders fresh";
        QCOMPARE(cellOf(objectives, fresh, 2), QStringLiteral("74") + QChar(0x2009) + "s");
        QVERIFY(cellOf(objectives, fresh, 3).startsWith(QStringLiteral("≤ 60")));
        QCOMPARE(cellOf(objectives, fresh, 7), QStringLiteral("9.1×"));
        const char* const flow = "orders/Orders flow";
        QVERIFY(cellOf(objectives, flow, 3).startsWith(QStringLiteral("≥ 500")));
        QCOMPARE(cellOf(objectives, flow, 9), QStringLiteral("missed"));
        fixture.shoot("sla");
    }
    void noDataIsNeverGood()
    {
        PageFixture<SlaPage> fixture(plant());
        fixture.show();
        const RowsTable& objectives = *fixture.table("Objectives");
        const char* const key = "orders/Orders complete";
        QCOMPARE(cellOf(objectives, key, 9), QStringLiteral("no data"));
        for (const std::size_t column : {2, 4, 6, 7, 8})
            QCOMPARE(cellOf(objectives, key, column), QString(QChar(0x2013)));
        QCOMPARE(objectives.rowsModel().rows()[1].cells[0].health, Health::Unknown);
    }
    void thePlotsAreThoseOfTheChosenPipeline()
    {
        api::EngineSnapshot snapshot = plant();
        snapshot.pipelines.push_back(snapshot.pipelines.front());
        snapshot.pipelines.back().name = "payments";
        snapshot.objectives.push_back({.name = "Payments flow",
                                       .pipeline = "payments",
                                       .indicator = "throughput",
                                       .unit = "rec/s",
                                       .hasValue = true,
                                       .isUpperBound = false});
        PageFixture<SlaPage> fixture(snapshot);
        fixture.show();
        QVERIFY(fixture.says("gold.orders"));
        fixture.table("Objectives")->selectKey(QStringLiteral("payments/Payments flow"));
        fixture.publish();
        QVERIFY(fixture.says("gold.orders, without an objective"));
        bool isAsked = false;
        for (const auto& [id, query] : fixture.engine.queries)
            if (const auto* series = std::get_if<api::SeriesQuery>(&query))
                isAsked = isAsked
                    || (series->object == "payments/gold" && series->metric == "freshness_us");
        QVERIFY(isAsked);
    }
};

} // namespace sluice::ui

SLUICE_TEST(sluice::ui::SlaPageTest)
#include "sla_page_test.moc"
