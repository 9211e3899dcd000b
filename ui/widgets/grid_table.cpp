// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/widgets/grid_table.h"

#include "ui/theme/appearance.h"

#include <QClipboard>
#include <QFileDialog>
#include <QGuiApplication>
#include <QHeaderView>
#include <QKeyEvent>
#include <QMessageBox>
#include <QSaveFile>

#include <algorithm>

namespace sluice::ui {
namespace {

bool isNumber(const std::string& type)
{
    return type == "long" || type == "integer" || type == "short" || type == "byte"
        || type == "double" || type == "float" || type.starts_with("decimal");
}

QString csvCell(const std::optional<std::string>& cell)
{
    if (!cell)
        return {};
    QString text = QString::fromStdString(*cell);
    if (text.contains(QLatin1Char('"')) || text.contains(QLatin1Char(','))
        || text.contains(QLatin1Char('\n')))
        text = QLatin1Char('"') + text.replace(QLatin1Char('"'), QStringLiteral("\"\""))
            + QLatin1Char('"');
    return text;
}

} // namespace

void GridModel::setGrid(api::Grid grid)
{
    beginResetModel();
    m_grid = std::move(grid);
    endResetModel();
}

int GridModel::rowCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : int(m_grid.rows.size());
}

int GridModel::columnCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : int(m_grid.columns.size());
}

QVariant GridModel::data(const QModelIndex& index, int role) const
{
    const auto& row = m_grid.rows[std::size_t(index.row())];
    const auto column = std::size_t(index.column());
    if (column >= row.size())
        return {};
    const auto& cell = row[column];
    switch (role) {
    case Qt::DisplayRole:
        return cell ? QString::fromStdString(cell->substr(0, 300)).simplified()
                    : QStringLiteral("null");
    case Qt::ToolTipRole:
        return cell && cell->size() > 30 ? QVariant(QString::fromStdString(cell->substr(0, 2000)))
                                         : QVariant();
    case Qt::EditRole: return cell ? QVariant(QString::fromStdString(*cell)) : QVariant();
    case Qt::ForegroundRole: return cell ? QVariant() : QVariant(theme().text3);
    case Qt::FontRole: {
        QFont font = fontFor(TextRole::MonoSmall);
        font.setItalic(!cell);
        return font;
    }
    case Qt::TextAlignmentRole:
        return int(isNumber(m_grid.columns[column].type) ? Qt::AlignRight | Qt::AlignVCenter
                                                         : Qt::AlignLeft | Qt::AlignVCenter);
    default: return {};
    }
}

QVariant GridModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation == Qt::Vertical)
        return role == Qt::DisplayRole ? QVariant(section + 1) : QVariant();
    const api::ColumnInfo& column = m_grid.columns[std::size_t(section)];
    if (role == Qt::DisplayRole)
        return QString::fromStdString(column.name);
    if (role == Qt::ToolTipRole)
        return QString::fromStdString(column.name + ": " + column.type);
    if (role == Qt::TextAlignmentRole)
        return int(isNumber(column.type) ? Qt::AlignRight | Qt::AlignVCenter
                                         : Qt::AlignLeft | Qt::AlignVCenter);
    return {};
}

GridTable::GridTable(QWidget* parent)
    : QTableView(parent)
{
    constexpr int kRow = 24;
    setModel(&m_model);
    setShowGrid(false);
    setWordWrap(false);
    setSelectionBehavior(QAbstractItemView::SelectRows);
    setEditTriggers(QAbstractItemView::NoEditTriggers);
    setHorizontalScrollMode(QAbstractItemView::ScrollPerPixel);
    verticalHeader()->hide();
    verticalHeader()->setDefaultSectionSize(kRow);
    verticalHeader()->setSectionResizeMode(QHeaderView::Fixed);
    horizontalHeader()->setHighlightSections(false);
    setAccessibleName(tr("Rows"));
}

void GridTable::setGrid(api::Grid grid)
{
    constexpr int kWidest = 320, kLeast = 64, kSampleRows = 50;
    m_model.setGrid(std::move(grid));
    const QFontMetrics metrics(fontFor(TextRole::MonoSmall)), head(fontFor(TextRole::SmallStrong));
    for (int column = 0; column < m_model.columnCount(); ++column) {
        int width = head.horizontalAdvance(
            m_model.headerData(column, Qt::Horizontal, Qt::DisplayRole).toString());
        for (int row = 0; row < std::min(kSampleRows, m_model.rowCount()); ++row)
            width = std::max(
                width,
                metrics.horizontalAdvance(
                    m_model.data(m_model.index(row, column), Qt::DisplayRole).toString()));
        setColumnWidth(column, std::clamp(width + 26, kLeast, kWidest));
    }
}

QString GridTable::csv() const
{
    const api::Grid& grid = m_model.grid();
    QString out;
    QStringList cells;
    for (const api::ColumnInfo& column : grid.columns)
        cells << csvCell(column.name);
    out += cells.join(QLatin1Char(',')) + QLatin1Char('\n');
    for (const auto& row : grid.rows) {
        cells.clear();
        for (const auto& cell : row)
            cells << csvCell(cell);
        out += cells.join(QLatin1Char(',')) + QLatin1Char('\n');
    }
    return out;
}

void GridTable::exportCsv(const QString& suggestedName)
{
    const QString path = QFileDialog::getSaveFileName(this, tr("Export as CSV"), suggestedName,
                                                      tr("CSV files (*.csv)"));
    if (path.isEmpty())
        return;
    QSaveFile file(path);
    if (!file.open(QIODevice::WriteOnly) || file.write(csv().toUtf8()) < 0 || !file.commit())
        QMessageBox::warning(this, tr("Export as CSV"),
                             tr("%1 cannot be written: %2").arg(path, file.errorString()));
}

void GridTable::keyPressEvent(QKeyEvent* event)
{
    if (!event->matches(QKeySequence::Copy)) {
        QTableView::keyPressEvent(event);
        return;
    }
    QString text;
    for (const QModelIndex& row : selectionModel()->selectedRows()) {
        QStringList cells;
        for (int column = 0; column < m_model.columnCount(); ++column)
            cells << m_model.data(m_model.index(row.row(), column), Qt::EditRole).toString();
        text += cells.join(QLatin1Char('\t')) + QLatin1Char('\n');
    }
    QGuiApplication::clipboard()->setText(text);
}

} // namespace sluice::ui
