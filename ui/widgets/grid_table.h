// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/api/query.h"

#include <QAbstractTableModel>
#include <QTableView>

namespace sluice::ui {

/// The rows of an api::Grid; null is shown as such. Fed whole.
class GridModel final : public QAbstractTableModel
{
    Q_OBJECT

public:
    using QAbstractTableModel::QAbstractTableModel;
    void setGrid(api::Grid grid);
    const api::Grid& grid() const { return m_grid; }

    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

private:
    api::Grid m_grid;
};

/// Shows a grid: fixed row height, copy with Ctrl+C, everything as CSV by csv().
class GridTable final : public QTableView
{
    Q_OBJECT

public:
    explicit GridTable(QWidget* parent = nullptr);
    void setGrid(api::Grid grid);
    const GridModel& gridModel() const { return m_model; }
    /// The whole grid as RFC 4180 text, with a header line.
    QString csv() const;
    /// Asks for a file and writes csv() to it.
    void exportCsv(const QString& suggestedName);

protected:
    void keyPressEvent(QKeyEvent* event) override;

private:
    GridModel m_model;
};

} // namespace sluice::ui
