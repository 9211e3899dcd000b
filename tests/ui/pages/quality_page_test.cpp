// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/pages/quality_page.h"

#include "tests/ui/pages/page_fixture.h"

#include <QClipboard>
#include <QGuiApplication>

namespace sluice::ui {

class QualityPageTest : public QObject
{
    Q_OBJECT

    static api::EngineSnapshot plant()
    {
        api::EngineSnapshot out = test::plantSnapshot();
        out.historySeconds = 900;
        api::PipelineSnapshot& orders = out.pipelines.front();
        orders.rejects.quarantined = 10;
        orders.rules[0].lastRuns = {-1, -1, 0, 1, 1};
        orders.rules.push_back({.node = "checked",
                                .name = "known_country",
                                .check = "country IN ('DE', 'FR')",
                                .onFail = "drop",
                                .passed = 800,
                                .failed = 200,
                                .failedPerSecond = 3,
                                .lastRuns = {1, 1, 1, 1, 1}});
        return out;
    }
    static api::AnswerBody answer(const api::Query& query)
    {
        if (const auto* series = std::get_if<api::SeriesQuery>(&query))
            return wave(*series, series->metric == "pass_share" ? 0.9 : 3);
        const auto* sql = std::get_if<api::SqlQuery>(&query);
        if (sql && sql->sql.find("FROM quarantine.\"orders\"") != std::string::npos)
            return api::SqlAnswer{.grid = smallGrid(2), .seconds = 0.01};
        return Error{.code = ErrorCode::ConfigInvalid,
                     .message = "Catalog Error: no such table",
                     .object = "SQL"};
    }

private slots:
    void withoutRulesItSaysWhatARuleIs()
    {
        PageFixture<QualityPage> fixture({});
        fixture.show();
        QVERIFY(fixture.says("No rules yet"));
        QVERIFY(fixture.engine.queries.empty());
    }
    void theRulesAreShownWithTheirRates()
    {
        PageFixture<QualityPage> fixture(plant());
        fixture.engine.onAsk = answer;
        fixture.show();
        const RowsTable& rules = *fixture.table("Rules");
        const char* const key = "orders/checked/has_customer";
        QCOMPARE(cellOf(rules, key, 3), QStringLiteral("quarantine"));
        QCOMPARE(cellOf(rules, key, 4), QStringLiteral("99.00") + QChar(0x2009) + "%");
        QCOMPARE(cellOf(rules, key, 5), QStringLiteral("10"));
        QCOMPARE(cellOf(rules, key, 7), QStringLiteral("failed in 2 of 3 min"));
        // A rule that rejects a fifth of the records is not normal.
        QCOMPARE(rules.rowsModel().rows()[1].cells[0].health, Health::Warning);
        QCOMPARE(rules.rowsModel().rows()[0].cells[0].health, Health::Ok);
        fixture.shoot("quality");
    }
    void theChosenRuleIsShownOverTime()
    {
        PageFixture<QualityPage> fixture(plant());
        fixture.engine.onAsk = answer;
        fixture.show();
        fixture.table("Rules")->selectKey(QStringLiteral("orders/checked/known_country"));
        fixture.publish();
        QVERIFY(fixture.says("country IN ('DE', 'FR')"));
        QVERIFY(fixture.says("800 passed"));
        QCOMPARE(fixture.asked<api::SeriesQuery>()->object,
                 std::string("orders/checked/known_country"));
        fixture.publish();
        QCOMPARE(fixture.table("Rules")->currentKey(),
                 QStringLiteral("orders/checked/known_country"));
    }
    void recordsKeptAsideAreShownAndCopied()
    {
        PageFixture<QualityPage> fixture(plant());
        fixture.engine.onAsk = answer;
        fixture.show();
        auto* grid = fixture.page->findChild<GridTable*>();
        QCOMPARE(grid->gridModel().rowCount(), 3);
        QVERIFY(fixture.says("quarantine.orders, the newest 3"));
        fixture.button("Copy")->click();
        QCOMPARE(QGuiApplication::clipboard()->text(),
                 QStringLiteral("order_id,amount\no-0,0.5\no-1,1.5\no-last,\n"));
        grid->selectRow(1); // being read: the next answer leaves it alone
        fixture.publish(4'000'000);
        QCOMPARE(grid->selectionModel()->selectedRows().size(), 1);
    }
    void aTableThatIsNotThereYetIsNoFailure()
    {
        PageFixture<QualityPage> fixture(plant());
        fixture.engine.onAsk = answer;
        fixture.show();
        fixture.page->findChild<QTabBar*>()->setCurrentIndex(1);
        fixture.publish();
        QVERIFY(fixture.asked<api::SqlQuery>()->sql.find("FROM dead_letter.\"orders\"")
                != std::string::npos);
        QVERIFY(fixture.says("dead_letter.orders: no record has been kept aside"));
        QVERIFY(!fixture.button("Copy")->isEnabled());
        fixture.now.pipelines[0].rejects.deadLetter = 4;
        fixture.publish(4'000'000);
        QVERIFY(fixture.says("dead_letter.orders cannot be read: Catalog Error"));
    }
};

} // namespace sluice::ui

SLUICE_TEST(sluice::ui::QualityPageTest)
#include "quality_page_test.moc"
