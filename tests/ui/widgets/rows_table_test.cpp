// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/widgets/rows_table.h"

#include "tests/support/test_main.h"

#include <QAbstractItemModelTester>
#include <QSignalSpy>

namespace sluice::ui {

class RowsTableTest : public QObject
{
    Q_OBJECT

    static RowsModel::Row row(const char* key, const char* value)
    {
        return {QString::fromLatin1(key),
                {{.text = QString::fromLatin1(key)},
                 {.text = QString::fromLatin1(value), .isRight = true}}};
    }

private slots:
    void onlyChangedRowsAreTold()
    {
        RowsModel model({QStringLiteral("key"), QStringLiteral("value")});
        const QAbstractItemModelTester tester(
            &model, QAbstractItemModelTester::FailureReportingMode::QtTest);
        QSignalSpy changed(&model, &QAbstractItemModel::dataChanged),
            reset(&model, &QAbstractItemModel::modelReset);
        model.apply({row("a", "1"), row("b", "2")});
        QCOMPARE(reset.count(), 1);
        model.apply({row("a", "1"), row("b", "3")});
        QCOMPARE(reset.count(), 1);
        QCOMPARE(changed.count(), 1);
        QCOMPARE(changed[0][0].toModelIndex().row(), 1);
        QCOMPARE(model.data(model.index(1, 1), Qt::DisplayRole).toString(), QStringLiteral("3"));
        QCOMPARE(model.data(model.index(1, 1), Qt::TextAlignmentRole).toInt(),
                 int(Qt::AlignRight | Qt::AlignVCenter));
    }
    void theSelectionStaysWithItsKey()
    {
        RowsTable table({QStringLiteral("key"), QStringLiteral("value")}, {100, 0});
        QSignalSpy spy(&table, &RowsTable::keySelected);
        table.apply({row("a", "1"), row("b", "2")});
        table.selectKey(QStringLiteral("b"));
        QCOMPARE(spy.count(), 1);
        table.apply({row("a", "1"), row("c", "9"), row("b", "2")});
        QCOMPARE(table.currentKey(), QStringLiteral("b"));
        QCOMPARE(spy.count(), 1); // new rows are no choice of the user's
    }
};

} // namespace sluice::ui

SLUICE_TEST(sluice::ui::RowsTableTest)
#include "rows_table_test.moc"
