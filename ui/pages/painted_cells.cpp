// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/pages/painted_cells.h"

#include "ui/text/units.h"
#include "ui/widgets/painting.h"
#include "ui/widgets/rows_table.h"

namespace sluice::ui {

void PaintedCells::initStyleOption(QStyleOptionViewItem* option, const QModelIndex& index) const
{
    QStyledItemDelegate::initStyleOption(option, index);
    option->text.clear();
}

void PaintedCells::paint(QPainter* painter, const QStyleOptionViewItem& option,
                         const QModelIndex& index) const
{
    QStyledItemDelegate::paint(painter, option, index);
    if (const auto* model = qobject_cast<const RowsModel*>(index.model()))
        paintOver(*painter, QRectF(option.rect), model->rows()[std::size_t(index.row())].key);
}

void MinuteCells::paintOver(QPainter& painter, const QRectF& box, const QString& key) const
{
    const auto found = values.find(key);
    if (found == values.end())
        return;
    constexpr double kStep = 14, kRight = 8;
    const auto& [runs, isAbnormal] = found->second;
    painter.save();
    painter.setRenderHint(QPainter::Antialiasing);
    double x = box.right() - kRight - kStep * (double(runs.size()) - 0.5);
    for (const int run : runs) {
        const QPointF at(x, box.center().y());
        x += kStep;
        painter.setPen(Qt::NoPen);
        if (run < 0) {
            painter.setPen(theme().text3);
            painter.drawLine(at - QPointF(2, 0), at + QPointF(2, 0));
        } else if (run == 0) {
            painter.setBrush(theme().ok);
            painter.drawEllipse(at, 3, 3);
        } else {
            painter.setBrush(isAbnormal ? theme().warn : theme().ok);
            painter.drawPolygon(
                QPolygonF({at + QPointF(0, -4), at + QPointF(4.5, 4), at + QPointF(-4.5, 4)}));
        }
    }
    painter.restore();
}

void BudgetCells::paintOver(QPainter& painter, const QRectF& box, const QString& key) const
{
    const auto found = values.find(key);
    if (found == values.end())
        return;
    constexpr double kWords = 52, kHeight = 6;
    const Budget& budget = found->second;
    const bool isSpent = budget.isKnown && budget.leftShare <= 0;
    const QRectF inner = box.adjusted(8, 0, -8, 0);
    const QColor color = isSpent ? theme().crit : budget.isBurning ? theme().warn : theme().text1;
    paintText(painter, QRectF(inner.right() - kWords, inner.top(), kWords, inner.height()),
              Qt::AlignRight | Qt::AlignVCenter,
              !budget.isKnown ? dash()
                  : isSpent   ? QObject::tr("spent")
                              : percentText(budget.leftShare, 0),
              TextRole::Control, color);
    paintBar(painter,
             QRectF(inner.left(), inner.center().y() - kHeight / 2, inner.width() - kWords - 8,
                    kHeight),
             budget.isKnown ? budget.leftShare : 0,
             isSpent                ? theme().crit
                 : budget.isBurning ? theme().warnFill
                                    : theme().okFill);
}

} // namespace sluice::ui
