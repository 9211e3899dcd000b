// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QStyledItemDelegate>

#include <array>
#include <map>

namespace sluice::ui {

/// Paints cells of a RowsTable from values by row key, in place of the cell's text, which stays for
/// screen readers and tool tips.
class PaintedCells : public QStyledItemDelegate
{
public:
    using QStyledItemDelegate::QStyledItemDelegate;
    void paint(QPainter* painter, const QStyleOptionViewItem& option,
               const QModelIndex& index) const final;

protected:
    void initStyleOption(QStyleOptionViewItem* option, const QModelIndex& index) const final;
    virtual void paintOver(QPainter& painter, const QRectF& box, const QString& key) const = 0;
};

/// The last five minutes of a rule, oldest first: a circle passed, a triangle failed, a dash none.
class MinuteCells final : public PaintedCells
{
public:
    struct Minutes
    {
        std::array<int, 5> runs{};
        bool isAbnormal = false; // failures take the colour of a warning
    };
    using PaintedCells::PaintedCells;
    std::map<QString, Minutes> values;

protected:
    void paintOver(QPainter& painter, const QRectF& box, const QString& key) const override;
};

/// What is left of an objective's budget, as a bar and in percent.
class BudgetCells final : public PaintedCells
{
public:
    struct Budget
    {
        double leftShare = 1;
        bool isKnown = false, isBurning = false;
    };
    using PaintedCells::PaintedCells;
    std::map<QString, Budget> values;

protected:
    void paintOver(QPainter& painter, const QRectF& box, const QString& key) const override;
};

} // namespace sluice::ui
