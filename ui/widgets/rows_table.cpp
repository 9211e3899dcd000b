// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/widgets/rows_table.h"

#include "ui/widgets/painting.h"

#include <QHeaderView>
#include <QStyledItemDelegate>

namespace sluice::ui {
namespace {

constexpr int kHealthRole = Qt::UserRole;
constexpr int kGlyphRole = Qt::UserRole + 1;
constexpr int kAlwaysFits = 12; // characters; longer texts can be shortened and tell themselves

// Paints a cell and the glyph before its text.
class CellDelegate final : public QStyledItemDelegate
{
public:
    using QStyledItemDelegate::QStyledItemDelegate;
    void paint(QPainter* painter, const QStyleOptionViewItem& option,
               const QModelIndex& index) const override
    {
        QStyleOptionViewItem shifted = option;
        if (index.data(kGlyphRole).toBool()) {
            QStyleOptionViewItem empty = option;
            initStyleOption(&empty, index);
            empty.text.clear();
            option.widget->style()->drawControl(QStyle::CE_ItemViewItem, &empty, painter,
                                                option.widget);
            paintStatus(*painter,
                        QRectF(option.rect.left() + 8, option.rect.center().y() - 5, 11, 11),
                        Health(index.data(kHealthRole).toInt()));
            const QVariant color = index.data(Qt::ForegroundRole);
            paintText(*painter, QRectF(option.rect).adjusted(26, 0, -6, 0),
                      Qt::AlignLeft | Qt::AlignVCenter, index.data().toString(), TextRole::Control,
                      color.isValid() ? color.value<QColor>() : theme().text1);
            return;
        }
        QStyledItemDelegate::paint(painter, shifted, index);
    }
};

} // namespace

RowsModel::RowsModel(QStringList header, QObject* parent)
    : QAbstractTableModel(parent)
    , m_header(std::move(header))
{
}

void RowsModel::apply(std::vector<Row> rows)
{
    bool isSameSet = rows.size() == m_rows.size();
    for (std::size_t i = 0; isSameSet && i < rows.size(); ++i)
        isSameSet = rows[i].key == m_rows[i].key;
    if (!isSameSet) {
        beginResetModel();
        m_rows = std::move(rows);
        endResetModel();
        return;
    }
    for (std::size_t i = 0; i < rows.size(); ++i) {
        if (rows[i] == m_rows[i])
            continue;
        m_rows[i] = std::move(rows[i]);
        emit dataChanged(index(int(i), 0), index(int(i), columnCount() - 1));
    }
}

int RowsModel::rowCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : int(m_rows.size());
}

int RowsModel::columnCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : int(m_header.size());
}

QVariant RowsModel::data(const QModelIndex& index, int role) const
{
    const Row& row = m_rows[std::size_t(index.row())];
    if (std::size_t(index.column()) >= row.cells.size())
        return {};
    const Cell& cell = row.cells[std::size_t(index.column())];
    switch (role) {
    case Qt::DisplayRole: return cell.text;
    case Qt::ToolTipRole: return cell.text.size() > kAlwaysFits ? QVariant(cell.text) : QVariant();
    case Qt::TextAlignmentRole:
        return int((cell.isRight ? Qt::AlignRight : Qt::AlignLeft) | Qt::AlignVCenter);
    case Qt::FontRole: return cell.isMono ? QVariant(fontFor(TextRole::MonoSmall)) : QVariant();
    case Qt::ForegroundRole:
        return cell.health == Health::Warning || cell.health == Health::Critical
            ? QVariant(healthColor(theme(), cell.health))
            : QVariant();
    case kHealthRole: return int(cell.health);
    case kGlyphRole: return cell.hasGlyph;
    default: return {};
    }
}

QVariant RowsModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation == Qt::Vertical)
        return {};
    if (role == Qt::DisplayRole)
        return m_header[section];
    if (role == Qt::TextAlignmentRole) {
        const bool isRight = !m_rows.empty() && std::size_t(section) < m_rows[0].cells.size()
            && m_rows[0].cells[std::size_t(section)].isRight;
        return int((isRight ? Qt::AlignRight : Qt::AlignLeft) | Qt::AlignVCenter);
    }
    return {};
}

RowsTable::RowsTable(const QStringList& header, const std::vector<int>& widths, QWidget* parent)
    : QTableView(parent)
    , m_model(header)
{
    constexpr int kRow = 28;
    setModel(&m_model);
    setItemDelegate(new CellDelegate(this));
    setShowGrid(false);
    setWordWrap(false);
    setSelectionBehavior(QAbstractItemView::SelectRows);
    setSelectionMode(QAbstractItemView::SingleSelection);
    setEditTriggers(QAbstractItemView::NoEditTriggers);
    verticalHeader()->hide();
    verticalHeader()->setDefaultSectionSize(kRow);
    verticalHeader()->setSectionResizeMode(QHeaderView::Fixed);
    horizontalHeader()->setHighlightSections(false);
    horizontalHeader()->setMinimumSectionSize(30);
    for (int i = 0; i < int(widths.size()); ++i) {
        if (widths[std::size_t(i)] == 0)
            horizontalHeader()->setSectionResizeMode(i, QHeaderView::Stretch);
        else
            setColumnWidth(i, widths[std::size_t(i)]);
    }
    connect(selectionModel(), &QItemSelectionModel::currentRowChanged, this, [this] {
        if (!m_isApplying && !currentKey().isEmpty())
            emit keySelected(currentKey());
    });
}

void RowsTable::apply(std::vector<RowsModel::Row> rows)
{
    const QString key = currentKey();
    m_isApplying = true;
    m_model.apply(std::move(rows));
    if (currentKey() != key)
        selectKey(key);
    m_isApplying = false;
}

QString RowsTable::currentKey() const
{
    const int row = currentIndex().row();
    return row >= 0 && row < m_model.rowCount() ? m_model.rows()[std::size_t(row)].key : QString();
}

void RowsTable::selectKey(const QString& key)
{
    for (int i = 0; i < m_model.rowCount(); ++i)
        if (m_model.rows()[std::size_t(i)].key == key)
            selectRow(i);
}

} // namespace sluice::ui
