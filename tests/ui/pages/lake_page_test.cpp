// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/pages/lake_page.h"

#include "tests/ui/pages/page_fixture.h"

namespace sluice::ui {

class LakePageTest : public QObject
{
    Q_OBJECT

    static api::TableInfo table(const char* name, std::int64_t version, std::int64_t rows)
    {
        api::TableInfo out;
        out.name = name;
        out.layer = out.name.substr(0, out.name.find('.'));
        out.version = version;
        out.rows = rows;
        out.bytes = rows * 20;
        out.files = version + 1;
        out.lastCommitUs = 1'767'225'590'000'000;
        return out;
    }
    static api::AnswerBody answer(const api::Query& query)
    {
        if (std::holds_alternative<api::TableListQuery>(query)) {
            api::TableInfo damaged = table("silver.orders", 7, 400);
            damaged.trouble = "_delta_log/00000000000000000007.json: not JSON at byte 12";
            return api::TableListAnswer{{table("gold.by_country", 2, 30), damaged,
                                         table("quarantine.orders", 5, 11),
                                         table("bronze.orders", 9, 1'234'567)}};
        }
        const auto& detail = std::get<api::TableDetailQuery>(query);
        if (detail.table == "gold.by_country")
            return Error{.code = ErrorCode::NotFound,
                         .message = "the table is gone",
                         .object = detail.table};
        api::TableDetailAnswer out;
        out.info = table(detail.table.c_str(), detail.version.value_or(9), 1'234'567);
        out.info.partitionColumns = {"day", "country"};
        if (detail.table == "silver.orders")
            out.info.trouble = "_delta_log/00000000000000000007.json: not JSON at byte 12";
        out.schema = {{"order_id", "string", false}, {"amount", "double", true}};
        for (std::int64_t version = 9; version >= 0; --version)
            out.history.push_back({.version = version,
                                   .timeUs = 1'767'225'500'000'000 + version * 1'000'000,
                                   .rows = 100,
                                   .addedFiles = 1,
                                   .bytes = 4096,
                                   .operation = "WRITE",
                                   .engine = "sluice"});
        out.preview = smallGrid(detail.version ? 3 : 60);
        return out;
    }

private slots:
    void nothingIsClaimedBeforeTheFirstAnswer()
    {
        PageFixture<LakePage> fixture(test::plantSnapshot());
        fixture.show();
        QVERIFY(!fixture.says("The lake is empty"));
        fixture.engine.answers.push_back(
            {fixture.engine.queries.back().first, api::TableListAnswer{}});
        fixture.publish();
        QVERIFY(fixture.says("The lake is empty"));
    }
    void tablesStandInTheOrderOfTheLayers()
    {
        PageFixture<LakePage> fixture(test::plantSnapshot());
        fixture.engine.onAsk = answer;
        fixture.show();
        QStringList names;
        for (const RowsModel::Row& row : fixture.table("Tables")->rowsModel().rows())
            names << row.key;
        QCOMPARE(names.join(QLatin1Char(' ')),
                 QStringLiteral("bronze.orders silver.orders gold.by_country quarantine.orders"));
        QCOMPARE(cellOf(*fixture.table("Tables"), "bronze.orders", 1), QStringLiteral("9"));
        QCOMPARE(cellOf(*fixture.table("Tables"), "bronze.orders", 2), QStringLiteral("1,234,567"));
        QVERIFY(fixture.says("version 9"));
        QVERIFY(fixture.says("by day, country"));
        QCOMPARE(cellOf(*fixture.table("Schema"), "order_id", 2), QStringLiteral("not null"));
        fixture.shoot("lake");
    }
    void aDamagedTableSaysWhere()
    {
        PageFixture<LakePage> fixture(test::plantSnapshot());
        fixture.engine.onAsk = answer;
        fixture.show();
        QCOMPARE(fixture.table("Tables")->rowsModel().rows()[1].cells[0].health, Health::Critical);
        QCOMPARE(cellOf(*fixture.table("Tables"), "silver.orders", 2), QString(QChar(0x2013)));
        fixture.table("Tables")->selectKey(QStringLiteral("silver.orders"));
        fixture.publish();
        QVERIFY(fixture.says("not JSON at byte 12"));
        fixture.table("Tables")->selectKey(QStringLiteral("gold.by_country"));
        fixture.publish();
        QVERIFY(fixture.says("the table is gone"));
    }
    void aCommitShowsTheTableAsItWas()
    {
        PageFixture<LakePage> fixture(test::plantSnapshot());
        fixture.engine.onAsk = answer;
        fixture.show();
        auto* rows = fixture.page->findChild<GridTable*>();
        QCOMPARE(rows->gridModel().rowCount(), 61);
        fixture.table("Commits")->selectKey(QStringLiteral("4"));
        fixture.publish();
        QCOMPARE(*fixture.asked<api::TableDetailQuery>()->version, std::int64_t(4));
        QCOMPARE(rows->gridModel().rowCount(), 4);
        QVERIFY(fixture.says("As it was in version 4; the newest is 9."));
        fixture.publish(3'000'000);
        QVERIFY(fixture.says("As it was in version 4"));
        fixture.button("Back to the newest version")->click();
        fixture.publish();
        QVERIFY(!fixture.asked<api::TableDetailQuery>()->version);
        QCOMPARE(rows->gridModel().rowCount(), 61);
        QVERIFY(!fixture.says("As it was"));
    }
    void anAnswerThatCameTooLateIsDropped()
    {
        PageFixture<LakePage> fixture(test::plantSnapshot());
        fixture.engine.onAsk = answer;
        fixture.show();
        fixture.engine.onAsk = {};
        fixture.table("Commits")->selectKey(QStringLiteral("4"));
        const auto late = fixture.engine.queries.back();
        fixture.table("Tables")->selectKey(QStringLiteral("quarantine.orders"));
        const auto newest = fixture.engine.queries.back();
        fixture.engine.answers.push_back({newest.first, answer(newest.second)});
        fixture.engine.answers.push_back({late.first, answer(late.second)});
        fixture.publish();
        QVERIFY(!fixture.says("As it was"));
        QVERIFY(fixture.says("quarantine.orders"));
    }
    void rowsThatAreReadStay()
    {
        PageFixture<LakePage> fixture(test::plantSnapshot());
        fixture.engine.onAsk = answer;
        fixture.show();
        auto* rows = fixture.page->findChild<GridTable*>();
        rows->selectRow(2);
        fixture.engine.onAsk = [](const api::Query& query) {
            api::AnswerBody body = answer(query);
            if (auto* list = std::get_if<api::TableListAnswer>(&body))
                list->tables[3].version = 10; // a commit of bronze.orders
            return body;
        };
        fixture.publish(3'000'000);
        QCOMPARE(rows->selectionModel()->selectedRows().size(), 1);
        QCOMPARE(fixture.table("Tables")->currentKey(), QStringLiteral("bronze.orders"));
    }
};

} // namespace sluice::ui

SLUICE_TEST(sluice::ui::LakePageTest)
#include "lake_page_test.moc"
