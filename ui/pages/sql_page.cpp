// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/pages/sql_page.h"

#include "ui/text/units.h"

#include <QShortcut>
#include <QSplitter>

namespace sluice::ui {
namespace {

constexpr int kMaxRows = 5000;

} // namespace

SqlPage::SqlPage(EngineBridge& bridge, QWidget* parent)
    : Page(bridge, parent)
{
    auto* all = new QHBoxLayout(this);
    all->setContentsMargins(12, 12, 12, 12);
    all->setSpacing(12);
    auto* tables = new Tile(tr("Tables"));
    tables->setFixedWidth(240);
    m_tables = new QListWidget;
    m_tables->setToolTip(tr("Double click puts the name into the text"));
    tables->body()->addWidget(m_tables);
    all->addWidget(tables);

    auto* splitter = new QSplitter(Qt::Vertical);
    splitter->setHandleWidth(12);
    splitter->setStyleSheet(QStringLiteral("QSplitter::handle { background: transparent; }"));
    auto* editor = new Tile(tr("SQL"));
    editor->setMeta(tr("DuckDB's dialect over the newest version of each table; reads only"));
    m_run = new QPushButton(tr("Run  Ctrl+Enter"));
    m_run->setProperty("kind", QStringLiteral("primary"));
    editor->addAction(m_run);
    m_text = new QPlainTextEdit;
    m_text->setFont(fontFor(TextRole::Mono));
    m_text->setAccessibleName(tr("SQL"));
    m_text->setPlaceholderText(QStringLiteral("SELECT country, count(*) AS orders FROM silver.orders GROUP BY ALL ORDER BY orders DESC"));
    auto* padded = new QVBoxLayout;
    padded->setContentsMargins(8, 0, 8, 8);
    padded->addWidget(m_text);
    editor->body()->addLayout(padded);
    splitter->addWidget(editor);
    auto* answer = new Tile(tr("Rows"));
    auto* exportButton = new QPushButton(tr("Export…"));
    exportButton->setProperty("kind", QStringLiteral("ghost"));
    answer->addAction(exportButton);
    m_outcome = new TextLabel(tr("Run a statement to see its rows here."), TextRole::Control, TextLabel::Tone::Text2);
    m_outcome->setContentsMargins(12, 0, 12, 8);
    m_outcome->setWordWrap(true);
    m_outcome->setTextInteractionFlags(Qt::TextSelectableByMouse);
    m_rows = new GridTable;
    answer->body()->addWidget(m_outcome);
    answer->body()->addWidget(m_rows, 1);
    splitter->addWidget(answer);
    splitter->setSizes({220, 500});
    all->addWidget(splitter, 1);

    connect(exportButton, &QPushButton::clicked, this, [this] { m_rows->exportCsv(QStringLiteral("rows.csv")); });
    connect(m_run, &QPushButton::clicked, this, &SqlPage::run);
    auto* shortcut = new QShortcut(QKeySequence(Qt::CTRL | Qt::Key_Return), this);
    connect(shortcut, &QShortcut::activated, this, &SqlPage::run);
    connect(m_tables, &QListWidget::itemDoubleClicked, this, [this](const QListWidgetItem* item) {
        if (m_text->toPlainText().trimmed().isEmpty())
            m_text->setPlainText(QStringLiteral("SELECT * FROM %1 LIMIT 100").arg(item->text()));
        else
            m_text->insertPlainText(item->text());
        m_text->setFocus();
    });
}

void SqlPage::run()
{
    const QString sql = m_text->toPlainText().trimmed();
    if (sql.isEmpty() || !m_run->isEnabled())
        return;
    m_run->setEnabled(false);
    m_outcome->setTone(TextLabel::Tone::Text2);
    m_outcome->setText(tr("running…"));
    m_bridge.ask(api::SqlQuery{.sql = sql.toStdString(), .maxRows = kMaxRows}, this, [this](const api::AnswerBody& body) {
        m_run->setEnabled(true);
        if (const auto* error = std::get_if<Error>(&body)) {
            m_outcome->setTone(TextLabel::Tone::Critical);
            m_outcome->setText(qstr(error->message) + (error->hint.empty() ? QString() : QLatin1Char('\n') + qstr(error->hint)));
            m_rows->setGrid({});
            return;
        }
        const auto& answer = std::get<api::SqlAnswer>(body);
        m_outcome->setTone(TextLabel::Tone::Text2);
        m_outcome->setText(tr("%1 rows%2 in %3").arg(countText(std::int64_t(answer.grid.rows.size())), answer.isTruncated ? tr(", there are more") : QString(),
                                                    durationQuantity(std::int64_t(answer.seconds * 1e6)).text()));
        m_rows->setGrid(answer.grid);
    });
}

void SqlPage::apply(const api::EngineSnapshot& snapshot)
{
    constexpr qint64 kEveryUs = 5'000'000;
    if (snapshot.timeUs - m_askedUs < kEveryUs)
        return;
    m_askedUs = snapshot.timeUs;
    m_bridge.ask(api::TableListQuery{}, this, [this](const api::AnswerBody& body) {
        const auto* answer = std::get_if<api::TableListAnswer>(&body);
        if (!answer || int(answer->tables.size()) == m_tables->count())
            return;
        m_tables->clear();
        for (const api::TableInfo& table : answer->tables)
            m_tables->addItem(qstr(table.name));
    });
}

} // namespace sluice::ui
