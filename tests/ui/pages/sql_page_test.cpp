// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/pages/sql_page.h"

#include "tests/ui/pages/page_fixture.h"

#include <QClipboard>
#include <QGuiApplication>

namespace sluice::ui {

class SqlPageTest : public QObject
{
    Q_OBJECT

    static constexpr const char* kMessage
        = "Catalog Error: Table with name ordrs does not exist!\n\nLINE 2: FROM ordrs\n"
          "             ^";
    static api::AnswerBody answer(const api::Query& query)
    {
        if (std::holds_alternative<api::TableListQuery>(query)) {
            api::TableListAnswer out;
            for (const char* name : {"bronze.orders", "silver.orders"}) {
                out.tables.emplace_back();
                out.tables.back().name = name;
            }
            return out;
        }
        const auto& sql = std::get<api::SqlQuery>(query).sql;
        if (sql.find("ordrs") != std::string::npos)
            return Error{.code = ErrorCode::ConfigInvalid, .message = kMessage, .object = "SQL"};
        return api::SqlAnswer{.grid = smallGrid(2),
                              .seconds = 0.0958,
                              .isTruncated = sql.find("LIMIT") == std::string::npos};
    }
    static QPlainTextEdit* editorOf(PageFixture<SqlPage>& fixture)
    {
        return fixture.page->findChild<QPlainTextEdit*>();
    }

private slots:
    void ctrlEnterRunsTheText()
    {
        PageFixture<SqlPage> fixture(test::plantSnapshot());
        fixture.engine.onAsk = answer;
        fixture.show();
        fixture.page->activateWindow();
        QVERIFY(QTest::qWaitForWindowActive(fixture.page.get()));
        fixture.page->setText(QStringLiteral("SELECT * FROM silver.orders"));
        editorOf(fixture)->setFocus();
        QTest::keyClick(editorOf(fixture), Qt::Key_Return, Qt::ControlModifier);
        fixture.publish();
        QCOMPARE(fixture.asked<api::SqlQuery>()->sql, std::string("SELECT * FROM silver.orders"));
        QVERIFY(fixture.says("the first 3 rows in 95.8"));
        QVERIFY(fixture.says("there are more"));
        fixture.button("Copy")->click();
        QVERIFY(QGuiApplication::clipboard()->text().startsWith(
            QStringLiteral("order_id,amount\no-0,0.5\n")));
        fixture.shoot("sql");
    }
    void nothingIsAskedTwiceWhileItRuns()
    {
        PageFixture<SqlPage> fixture(test::plantSnapshot());
        fixture.show();
        fixture.page->run(); // no text
        QCOMPARE(fixture.countAsked<api::SqlQuery>(), std::size_t(0));
        fixture.page->setText(QStringLiteral("SELECT 1"));
        fixture.page->run();
        fixture.page->run();
        QCOMPARE(fixture.countAsked<api::SqlQuery>(), std::size_t(1));
        QVERIFY(fixture.says("running…"));
        QVERIFY(!fixture.button("Run  Ctrl+Enter")->isEnabled());
    }
    void anErrorShowsItsPlace()
    {
        PageFixture<SqlPage> fixture(test::plantSnapshot());
        fixture.engine.onAsk = answer;
        fixture.show();
        fixture.page->setText(QStringLiteral("SELECT *\nFROM ordrs"));
        fixture.page->run();
        fixture.publish();
        QVERIFY(fixture.says("line 2, column 6"));
        QVERIFY(fixture.says("Table with name ordrs does not exist!"));
        const auto marks = editorOf(fixture)->extraSelections();
        QCOMPARE(marks.size(), 1);
        QCOMPARE(marks[0].cursor.selectedText(), QStringLiteral("ordrs"));
        fixture.shoot("sql-error");
        fixture.page->setText(QStringLiteral("SELECT 1 LIMIT 1"));
        QVERIFY(editorOf(fixture)->extraSelections().isEmpty());
        fixture.page->run();
        fixture.publish();
        QVERIFY(!fixture.says("does not exist"));
        QVERIFY(!fixture.says("there are more"));
    }
    void placesAreRead_data()
    {
        QTest::addColumn<QString>("message");
        QTest::addColumn<int>("line");
        QTest::addColumn<int>("column");
        QTest::newRow("none") << "Out of Memory Error: too much" << 0 << 0;
        QTest::newRow("second line") << kMessage << 2 << 6;
        QTest::newRow("first column") << "Parser Error: x\n\nLINE 1: SELEC\n        ^" << 1 << 1;
        QTest::newRow("two digits") << "Parser Error: x\n\nLINE 12: a b\n           ^" << 12 << 3;
        QTest::newRow("a long line is cut")
            << "Parser Error: x\n\nLINE 3: ...FROM b\n             ^" << 3 << 0;
    }
    void placesAreRead()
    {
        QFETCH(QString, message);
        QFETCH(int, line);
        QFETCH(int, column);
        const auto place = placeOf(message);
        QCOMPARE(place ? place->line : 0, line);
        QCOMPARE(place ? place->column : 0, column);
    }
    void aTableIsPutIntoTheText()
    {
        PageFixture<SqlPage> fixture(test::plantSnapshot());
        fixture.engine.onAsk = answer;
        fixture.show();
        auto* tables = fixture.page->findChild<QListWidget*>();
        QCOMPARE(tables->count(), 2);
        Q_EMIT tables->itemActivated(tables->item(1));
        QCOMPARE(editorOf(fixture)->toPlainText(),
                 QStringLiteral("SELECT * FROM silver.orders LIMIT 100"));
        tables->setCurrentRow(1);
        fixture.publish(6'000'000); // asked again, the choice stays
        QCOMPARE(tables->currentRow(), 1);
    }
};

} // namespace sluice::ui

SLUICE_TEST(sluice::ui::SqlPageTest)
#include "sql_page_test.moc"
