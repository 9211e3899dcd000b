// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/theme/appearance.h"

#include <QAbstractTableModel>
#include <QTableView>

#include <vector>

namespace sluice::ui {

/// One cell of a live table: text, and how it is.
struct Cell
{
    QString text;
    bool isRight = false;
    bool isMono = false;
    Health health = Health::Ok; // others than Ok take its colour
    bool hasGlyph = false;
    bool operator==(const Cell&) const = default;
};

/// Rows of cells with a key each, fed whole on every snapshot; tells only what changed, so that
/// selection and scroll position stay.
class RowsModel final : public QAbstractTableModel
{
    Q_OBJECT

public:
    struct Row
    {
        QString key;
        std::vector<Cell> cells;
        bool operator==(const Row&) const = default;
    };
    explicit RowsModel(QStringList header, QObject* parent = nullptr);
    void apply(std::vector<Row> rows);
    const std::vector<Row>& rows() const { return m_rows; }

    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

private:
    QStringList m_header;
    std::vector<Row> m_rows;
};

/// Shows a RowsModel.
class RowsTable final : public QTableView
{
    Q_OBJECT

public:
    /// widths: pixels a column; 0 takes what is left.
    RowsTable(const QStringList& header, const std::vector<int>& widths, QWidget* parent = nullptr);
    void apply(std::vector<RowsModel::Row> rows);
    QString currentKey() const;
    void selectKey(const QString& key);
    const RowsModel& rowsModel() const { return m_model; }

signals:
    void keySelected(const QString& key);

private:
    RowsModel m_model;
    bool m_isApplying = false;
};

} // namespace sluice::ui
