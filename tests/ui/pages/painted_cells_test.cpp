// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/pages/painted_cells.h"

#include "tests/support/test_main.h"
#include "ui/theme/appearance.h"
#include "ui/widgets/rows_table.h"

namespace sluice::ui {

class PaintedCellsTest : public QObject
{
    Q_OBJECT

    static int pixelsOf(RowsTable& table, const QColor& color)
    {
        const QImage image = table.viewport()->grab().toImage();
        int count = 0;
        for (int x = 0; x < image.width(); ++x)
            for (int y = 0; y < image.height(); ++y)
                count += image.pixelColor(x, y) == color;
        return count;
    }
    static std::vector<RowsModel::Row> row()
    {
        return {{QStringLiteral("key"), {{.text = QStringLiteral("████")}}}};
    }

private slots:
    void initTestCase() { Appearance::instance().setDark(true); }

    void failedMinutesTakeColourOnlyIfTheRuleIsAbnormal()
    {
        RowsTable table({QStringLiteral("minutes")}, {120});
        auto* cells = new MinuteCells(&table);
        table.setItemDelegateForColumn(0, cells);
        table.resize(160, 80);
        table.apply(row());
        QCOMPARE(pixelsOf(table, theme().ok), 0); // no values, and the text is not painted
        cells->values[QStringLiteral("key")] = {{-1, 0, 0, 1, 1}, false};
        QVERIFY(pixelsOf(table, theme().ok) > 40);
        QCOMPARE(pixelsOf(table, theme().warn), 0);
        cells->values[QStringLiteral("key")].isAbnormal = true;
        QVERIFY(pixelsOf(table, theme().warn) > 20);
    }
    void aBudgetIsABarOfWhatIsLeft()
    {
        RowsTable table({QStringLiteral("budget")}, {200});
        auto* cells = new BudgetCells(&table);
        table.setItemDelegateForColumn(0, cells);
        table.resize(240, 80);
        table.apply(row());
        auto& budget = cells->values[QStringLiteral("key")];
        budget = {.leftShare = 1, .isKnown = true};
        const int whole = pixelsOf(table, theme().okFill);
        budget.leftShare = 0.5;
        const int half = pixelsOf(table, theme().okFill);
        QVERIFY(whole > 400 && half > whole * 0.4 && half < whole * 0.6);
        budget.isBurning = true;
        QVERIFY(pixelsOf(table, theme().warnFill) > 0);
        budget.leftShare = -49;
        QVERIFY(pixelsOf(table, theme().crit) > 0);
        budget.isKnown = false;
        QCOMPARE(pixelsOf(table, theme().crit), 0);
    }
};

} // namespace sluice::ui

SLUICE_TEST(sluice::ui::PaintedCellsTest)
#include "painted_cells_test.moc"
