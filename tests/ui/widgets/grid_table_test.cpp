// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/widgets/grid_table.h"

#include "tests/support/test_main.h"

#include <QAbstractItemModelTester>
#include <QClipboard>
#include <QGuiApplication>

namespace sluice::ui {

class GridTableTest : public QObject
{
    Q_OBJECT

    static api::Grid grid()
    {
        api::Grid out;
        out.columns = {{"n", "long", false}, {"text", "string", true}};
        out.rows = {{"1", "a,\"b\""}, {"2", std::nullopt}};
        return out;
    }

private slots:
    void rowsAndNullAreShown()
    {
        GridTable table;
        table.setGrid(grid());
        const GridModel& model = table.gridModel();
        QCOMPARE(model.rowCount(), 2);
        QCOMPARE(model.data(model.index(1, 1), Qt::DisplayRole).toString(), QStringLiteral("null"));
        QVERIFY(model.data(model.index(0, 0), Qt::TextAlignmentRole).toInt() & Qt::AlignRight);
        GridModel tested;
        const QAbstractItemModelTester tester(
            &tested, QAbstractItemModelTester::FailureReportingMode::QtTest);
        tested.setGrid(grid());
        tested.setGrid({});
    }
    void itCanBeCopiedAndExported()
    {
        GridTable table;
        table.setGrid(grid());
        QCOMPARE(table.csv(), QStringLiteral("n,text\n1,\"a,\"\"b\"\"\"\n2,\n"));
        table.selectRow(0);
        QTest::keySequence(&table, QKeySequence::Copy);
        QCOMPARE(QGuiApplication::clipboard()->text(), QStringLiteral("1\ta,\"b\"\n"));
    }
};

} // namespace sluice::ui

SLUICE_TEST(sluice::ui::GridTableTest)
#include "grid_table_test.moc"
