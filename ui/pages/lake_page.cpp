// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/pages/lake_page.h"

#include "ui/text/units.h"

#include <QClipboard>
#include <QGuiApplication>
#include <QScrollBar>
#include <QSplitter>

#include <algorithm>
#include <array>

namespace sluice::ui {
namespace {

constexpr int kPreviewRows = 200;

// As records go through the lake; what was rejected comes last.
int rankOf(const api::TableInfo& table)
{
    static const std::array<std::string, 3> first{"bronze", "silver", "gold"};
    static const std::array<std::string, 3> last{"quarantine", "dead_letter", "late"};
    if (const auto found = std::ranges::find(first, table.layer); found != first.end())
        return int(found - first.begin());
    const auto found = std::ranges::find(last, table.layer);
    return int(first.size()) + (found == last.end() ? 0 : 1 + int(found - last.begin()));
}

std::vector<Cell> cellsOf(const api::TableInfo& table, std::int64_t nowUs)
{
    const bool isDamaged = !table.trouble.empty();
    const auto number = [&](const QString& text) {
        return Cell{.text = isDamaged ? dash() : text, .isRight = true};
    };
    return {{.text = qstr(table.name),
             .health = isDamaged ? Health::Critical : Health::Ok,
             .hasGlyph = true},
            number(QString::number(table.version)),
            number(table.rows < 0 ? dash() : countText(table.rows)),
            number(bytesQuantity(table.bytes).text()),
            number(countText(table.files)),
            number(agoText(table.lastCommitUs, nowUs))};
}

} // namespace

LakePage::LakePage(EngineBridge& bridge, QWidget* parent)
    : Page(bridge, parent)
    , m_empty(new EmptyState(QStringLiteral("library"), tr("The lake is empty"),
                             tr("Tables appear here when a pipeline commits its first epoch.")))
{
    auto* content = new QSplitter(Qt::Horizontal);
    content->setHandleWidth(12);
    content->setChildrenCollapsible(false);
    content->setStyleSheet(QStringLiteral("QSplitter::handle { background: transparent; }"));
    content->setContentsMargins(12, 12, 12, 12);
    content->addWidget(makeList());
    content->addWidget(makeDetail());
    content->setStretchFactor(1, 1);
    content->setSizes({580, 900});
    m_stack = new QStackedWidget;
    m_stack->addWidget(new QWidget); // until the first answer nothing is claimed
    m_stack->addWidget(m_empty);
    m_stack->addWidget(content);
    auto* outer = new QVBoxLayout(this);
    outer->setContentsMargins(0, 0, 0, 0);
    outer->addWidget(m_stack);
}

QWidget* LakePage::makeList()
{
    m_list = new Tile(tr("Tables"));
    m_list->setMinimumWidth(480);
    m_tables = new RowsTable({tr("table"), tr("version"), tr("rows"), tr("size"), tr("files"),
                              tr("committed")},
                             {0, 64, 90, 80, 54, 92});
    m_tables->setAccessibleName(tr("Tables"));
    m_list->body()->addWidget(m_tables);
    connect(m_tables, &RowsTable::keySelected, this, [this] { goTo(std::nullopt); });
    return m_list;
}

QWidget* LakePage::makeDetail()
{
    auto* detail = new Tile(tr("Table"));
    m_title = new TextLabel({}, TextRole::Title, TextLabel::Tone::Text1);
    m_facts = new TextLabel({}, TextRole::Control, TextLabel::Tone::Text2);
    m_past = new TextLabel({}, TextRole::Control, TextLabel::Tone::Warning);
    m_trouble = new TextLabel({}, TextRole::Control, TextLabel::Tone::Critical);
    m_trouble->setTextInteractionFlags(Qt::TextSelectableByMouse);
    m_newest = new QPushButton(tr("Back to the newest version"));
    m_newest->hide();
    auto* copy = new QPushButton(tr("Copy"));
    copy->setToolTip(tr("The rows shown, as CSV; Ctrl+C copies the chosen ones"));
    auto* save = new QPushButton(tr("Export…"));
    save->setToolTip(tr("The rows shown, into a CSV file"));
    for (QPushButton* button : {m_newest, copy, save}) {
        button->setProperty("kind", QStringLiteral("ghost"));
        detail->addAction(button);
    }
    connect(m_newest, &QPushButton::clicked, this, [this] {
        m_history->setCurrentIndex({});
        goTo(std::nullopt);
    });
    connect(copy, &QPushButton::clicked, this,
            [this] { QGuiApplication::clipboard()->setText(m_rows->csv()); });
    connect(save, &QPushButton::clicked, this,
            [this] { m_rows->exportCsv(m_tables->currentKey() + QStringLiteral(".csv")); });
    auto* head = new QVBoxLayout;
    head->setContentsMargins(12, 0, 12, 8);
    head->setSpacing(2);
    for (TextLabel* label : {m_title, m_facts, m_past, m_trouble}) {
        label->setWordWrap(label != m_title);
        head->addWidget(label);
    }
    detail->body()->addLayout(head);
    detail->body()->addWidget(makeTabs(), 1);
    return detail;
}

QWidget* LakePage::makeTabs()
{
    m_tabs = new QTabWidget;
    m_rows = new GridTable;
    m_rows->setAccessibleName(tr("Rows of the table"));
    m_schema = new RowsTable({tr("column"), tr("type"), tr("null")}, {240, 0, 110});
    m_schema->setAccessibleName(tr("Schema"));
    m_history = new RowsTable({tr("version"), tr("time"), tr("operation"), tr("by"), tr("rows"),
                               tr("files"), tr("size")},
                              {64, 160, 0, 130, 90, 80, 84});
    m_history->setAccessibleName(tr("Commits"));
    m_history->setToolTip(tr("Choose a version to see the table as it was"));
    m_tabs->addTab(m_rows, tr("Rows"));
    m_tabs->addTab(m_schema, tr("Schema"));
    m_tabs->addTab(m_history, tr("History"));
    connect(m_history, &RowsTable::keySelected, this, [this](const QString& version) {
        const std::int64_t chosen = version.toLongLong();
        goTo(chosen == m_newestVersion ? std::nullopt : std::optional(chosen));
    });
    return m_tabs;
}

void LakePage::goTo(std::optional<std::int64_t> version)
{
    m_version = version;
    m_seenVersion = -2;
    askDetail();
}

void LakePage::apply(const api::EngineSnapshot& snapshot)
{
    constexpr qint64 kEveryUs = 2'000'000;
    if (m_isListWaiting || snapshot.timeUs - m_listAskedUs < kEveryUs)
        return;
    m_listAskedUs = snapshot.timeUs;
    askTables();
}

void LakePage::askTables()
{
    m_isListWaiting = true;
    m_bridge.ask(api::TableListQuery{}, this, [this](const api::AnswerBody& body) {
        m_isListWaiting = false;
        if (const auto* answer = std::get_if<api::TableListAnswer>(&body)) {
            showTables(answer->tables);
        } else if (const auto* error = std::get_if<Error>(&body)) {
            m_empty->setText(tr("The lake cannot be read"), qstr(error->text()));
            m_stack->setCurrentIndex(Empty);
        }
    });
}

void LakePage::showTables(std::vector<api::TableInfo> tables)
{
    std::ranges::stable_sort(tables, {}, rankOf);
    std::vector<RowsModel::Row> rows;
    std::int64_t bytes = 0;
    for (const api::TableInfo& table : tables) {
        rows.push_back({qstr(table.name), cellsOf(table, m_bridge.snapshot()->timeUs)});
        bytes += std::max<std::int64_t>(0, table.bytes);
    }
    if (rows.empty())
        m_empty->setText(tr("The lake is empty"),
                         tr("Tables appear here when a pipeline commits its first epoch."));
    m_stack->setCurrentIndex(rows.empty() ? Empty : Tables);
    m_list->setMeta(tr("%1 · %2").arg(tables.size()).arg(bytesQuantity(bytes).text()));
    m_tables->apply(std::move(rows));
    if (m_tables->currentKey().isEmpty()) {
        const QSignalBlocker blocker(m_tables);
        m_tables->selectRow(0);
    }
    for (const api::TableInfo& table : tables)
        if (qstr(table.name) == m_tables->currentKey() && table.version != m_seenVersion) {
            askDetail();
            m_seenVersion = table.version;
        }
}

void LakePage::askDetail()
{
    const QString table = m_tables->currentKey();
    if (table.isEmpty())
        return;
    const quint64 serial = ++m_serial;
    m_bridge.ask(api::TableDetailQuery{.table = table.toStdString(),
                                       .previewRows = kPreviewRows,
                                       .version = m_version},
                 this, [this, serial](const api::AnswerBody& body) {
                     if (serial != m_serial)
                         return;
                     if (const auto* answer = std::get_if<api::TableDetailAnswer>(&body))
                         showDetail(*answer);
                     else if (const auto* error = std::get_if<Error>(&body))
                         showError(*error);
                 });
}

void LakePage::showError(const Error& error)
{
    m_title->setText(m_tables->currentKey());
    m_facts->clear();
    m_past->hide();
    m_newest->setVisible(m_version.has_value());
    m_trouble->setText(qstr(error.text()));
    m_trouble->show();
    m_rows->setGrid({});
    m_shown.clear();
}

void LakePage::showDetail(const api::TableDetailAnswer& answer)
{
    const api::TableInfo& info = answer.info;
    m_title->setText(qstr(info.name));
    QString facts
        = tr("version %1 · %2 rows · %3 in %4 files")
              .arg(info.version)
              .arg(countText(info.rows), bytesQuantity(info.bytes).text(), countText(info.files));
    for (std::size_t i = 0; i < info.partitionColumns.size(); ++i)
        facts += (i == 0 ? tr(" · by ") : QStringLiteral(", ")) + qstr(info.partitionColumns[i]);
    m_facts->setText(info.trouble.empty() ? facts : QString());
    m_trouble->setText(qstr(info.trouble));
    m_trouble->setVisible(!info.trouble.empty());
    if (!answer.history.empty())
        m_newestVersion = answer.history.front().version;
    m_past->setText(tr("As it was in version %1; the newest is %2.")
                        .arg(m_version.value_or(0))
                        .arg(m_newestVersion));
    m_past->setVisible(m_version.has_value());
    m_newest->setVisible(m_version.has_value());
    // Rows that are being read stay; a past version does not change.
    const QString shown
        = qstr(info.name) + (m_version ? QStringLiteral("@%1").arg(*m_version) : QString());
    const bool isReading = m_rows->verticalScrollBar()->value() > 0
        || m_rows->selectionModel()->hasSelection() || m_version.has_value();
    if (shown != m_shown || !isReading)
        m_rows->setGrid(answer.preview);
    if (shown != m_shown && m_version)
        m_tabs->setCurrentWidget(m_rows);
    m_shown = shown;
    std::vector<RowsModel::Row> rows;
    for (const api::ColumnInfo& column : answer.schema)
        rows.push_back({qstr(column.name),
                        {{.text = qstr(column.name)},
                         {.text = qstr(column.type), .isMono = true},
                         {.text = column.isNullable ? tr("may be null") : tr("not null")}}});
    m_schema->apply(std::move(rows));
    showHistory(answer.history);
}

void LakePage::showHistory(const std::vector<api::CommitInfo>& history)
{
    std::vector<RowsModel::Row> rows;
    for (const api::CommitInfo& commit : history)
        rows.push_back(
            {QString::number(commit.version),
             {{.text = QString::number(commit.version), .isRight = true},
              {.text = dateTimeText(commit.timeUs)},
              {.text = qstr(commit.operation)},
              {.text = qstr(commit.engine)},
              {.text = countText(commit.rows), .isRight = true},
              {.text = QStringLiteral("+%1 −%2").arg(commit.addedFiles).arg(commit.removedFiles),
               .isRight = true},
              {.text = bytesQuantity(commit.bytes).text(), .isRight = true}}});
    m_history->apply(std::move(rows));
}

} // namespace sluice::ui
