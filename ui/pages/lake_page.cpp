// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/pages/lake_page.h"

#include "ui/text/units.h"

#include <QPushButton>
#include <QScrollBar>

namespace sluice::ui {

LakePage::LakePage(EngineBridge& bridge, QWidget* parent)
    : Page(bridge, parent)
{
    auto* content = new QWidget;
    auto* row = new QHBoxLayout(content);
    row->setContentsMargins(12, 12, 12, 12);
    row->setSpacing(12);
    auto* list = new Tile(tr("Tables"));
    list->setMinimumWidth(400);
    m_tables = new RowsTable({tr("table"), tr("rows"), tr("size"), tr("committed")}, {0, 92, 86, 90});
    m_tables->setAccessibleName(tr("Tables"));
    list->body()->addWidget(m_tables);
    row->addWidget(list, 3);

    auto* detail = new Tile(tr("Table"));
    m_title = new TextLabel({}, TextRole::Title, TextLabel::Tone::Text1);
    m_facts = new TextLabel({}, TextRole::Control, TextLabel::Tone::Text2);
    m_trouble = new TextLabel({}, TextRole::Control, TextLabel::Tone::Critical);
    m_trouble->setWordWrap(true);
    auto* newest = new QPushButton(tr("Newest version"));
    newest->setProperty("kind", QStringLiteral("ghost"));
    detail->addAction(newest);
    connect(newest, &QPushButton::clicked, this, [this] {
        m_version.reset();
        m_asked.clear();
        askDetail();
    });
    auto* head = new QVBoxLayout;
    head->setContentsMargins(12, 0, 12, 8);
    head->setSpacing(2);
    head->addWidget(m_title);
    head->addWidget(m_facts);
    head->addWidget(m_trouble);
    detail->body()->addLayout(head);
    m_tabs = new QTabWidget;
    m_rows = new GridTable;
    m_schema = new RowsTable({tr("column"), tr("type"), tr("")}, {240, 0, 100});
    m_history = new RowsTable({tr("version"), tr("time"), tr("operation"), tr("rows"), tr("files"), tr("size")}, {80, 160, 0, 100, 90, 90});
    m_history->setToolTip(tr("Choose a version to see the table as it was"));
    m_tabs->addTab(m_rows, tr("Rows"));
    m_tabs->addTab(m_schema, tr("Schema"));
    m_tabs->addTab(m_history, tr("History"));
    detail->body()->addWidget(m_tabs, 1);
    row->addWidget(detail, 5);
    connect(m_tables, &RowsTable::keySelected, this, [this] {
        m_version.reset();
        askDetail();
    });
    connect(m_history, &RowsTable::keySelected, this, [this](const QString& version) {
        m_version = version.toLongLong();
        m_asked.clear();
        askDetail();
        m_tabs->setCurrentIndex(0);
    });
    m_stack = new QStackedWidget;
    m_stack->addWidget(new EmptyState(QStringLiteral("library"), tr("The lake is empty"), tr("Tables appear here when a pipeline commits its first epoch.")));
    m_stack->addWidget(content);
    auto* outer = new QVBoxLayout(this);
    outer->setContentsMargins(0, 0, 0, 0);
    outer->addWidget(m_stack);
}

void LakePage::apply(const api::EngineSnapshot& snapshot)
{
    constexpr qint64 kEveryUs = 2'000'000;
    if (m_isListWaiting || snapshot.timeUs - m_listAskedUs < kEveryUs)
        return;
    m_listAskedUs = snapshot.timeUs;
    m_isListWaiting = true;
    m_bridge.ask(api::TableListQuery{}, this, [this](const api::AnswerBody& body) {
        m_isListWaiting = false;
        if (const auto* answer = std::get_if<api::TableListAnswer>(&body))
            showTables(answer->tables);
    });
}

void LakePage::showTables(const std::vector<api::TableInfo>& tables)
{
    std::vector<RowsModel::Row> rows;
    std::int64_t version = -1;
    for (const api::TableInfo& table : tables) {
        const Health health = table.trouble.empty() ? Health::Ok : Health::Critical;
        rows.push_back({qstr(table.name), {{.text = qstr(table.name), .health = health, .hasGlyph = true}, {.text = table.rows < 0 ? dash() : countText(table.rows), .isRight = true},
                                           {.text = bytesQuantity(table.bytes).text(), .isRight = true}, {.text = agoText(table.lastCommitUs, m_bridge.snapshot()->timeUs), .isRight = true}}});
        if (qstr(table.name) == m_tables->currentKey())
            version = table.version;
    }
    m_stack->setCurrentIndex(rows.empty() ? 0 : 1);
    m_tables->apply(std::move(rows));
    if (m_tables->currentKey().isEmpty())
        m_tables->selectRow(0);
    if (version != m_seenVersion && !m_version && m_rows->verticalScrollBar()->value() == 0) {
        m_seenVersion = version;
        m_asked.clear();
        askDetail();
    }
}

void LakePage::askDetail()
{
    const QString table = m_tables->currentKey();
    if (table.isEmpty() || table == m_asked)
        return;
    m_asked = table;
    m_bridge.ask(api::TableDetailQuery{.table = table.toStdString(), .previewRows = 200, .version = m_version}, this, [this, table](const api::AnswerBody& body) {
        if (table != m_tables->currentKey())
            return;
        if (const auto* error = std::get_if<Error>(&body)) {
            m_title->setText(table);
            m_trouble->setText(qstr(error->text()));
            m_trouble->show();
            m_rows->setGrid({});
            return;
        }
        showDetail(std::get<api::TableDetailAnswer>(body));
    });
}

void LakePage::showDetail(const api::TableDetailAnswer& answer)
{
    m_title->setText(qstr(answer.info.name));
    m_facts->setText(tr("version %1 · %2 rows · %3 in %4 files").arg(answer.info.version).arg(countText(answer.info.rows), bytesQuantity(answer.info.bytes).text(), countText(answer.info.files)));
    m_trouble->setText(qstr(answer.info.trouble));
    m_trouble->setVisible(!answer.info.trouble.empty());
    m_rows->setGrid(answer.preview);
    std::vector<RowsModel::Row> rows;
    for (const api::ColumnInfo& column : answer.schema)
        rows.push_back({qstr(column.name), {{.text = qstr(column.name)}, {.text = qstr(column.type), .isMono = true}, {.text = column.isNullable ? QString() : tr("not null")}}});
    m_schema->apply(std::move(rows));
    rows.clear();
    for (const api::CommitInfo& commit : answer.history)
        rows.push_back({QString::number(commit.version), {{.text = QString::number(commit.version), .isRight = true}, {.text = dateTimeText(commit.timeUs)}, {.text = qstr(commit.operation)},
                                                          {.text = countText(commit.rows), .isRight = true},
                                                          {.text = QStringLiteral("+%1 −%2").arg(commit.addedFiles).arg(commit.removedFiles), .isRight = true},
                                                          {.text = bytesQuantity(commit.bytes).text(), .isRight = true}}});
    m_history->apply(std::move(rows));
}

} // namespace sluice::ui
