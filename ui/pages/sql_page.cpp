// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/pages/sql_page.h"

#include "ui/text/units.h"

#include <QClipboard>
#include <QGuiApplication>
#include <QRegularExpression>
#include <QShortcut>
#include <QSplitter>
#include <QTextBlock>

namespace sluice::ui {
namespace {

constexpr int kMaxRows = 5000;

} // namespace

// The engine shows the line and beneath it a caret: "LINE 2: FROM ordrs" and "        ^". A long
// line is cut, then the caret says little.
std::optional<SqlPlace> placeOf(const QString& message)
{
    static const QRegularExpression pattern(QStringLiteral("\\nLINE (\\d+): ([^\\n]*)\\n( *)\\^"));
    const QRegularExpressionMatch found = pattern.match(message);
    if (!found.hasMatch())
        return std::nullopt;
    SqlPlace out{.line = found.captured(1).toInt()};
    const int before = int(QStringLiteral("LINE : ").size() + found.captured(1).size());
    if (!found.captured(2).startsWith(QLatin1String("...")))
        out.column = int(found.captured(3).size()) - before + 1;
    return out;
}

SqlPage::SqlPage(EngineBridge& bridge, QWidget* parent)
    : Page(bridge, parent)
{
    auto* all = new QHBoxLayout(this);
    all->setContentsMargins(12, 12, 12, 12);
    all->setSpacing(12);
    all->addWidget(makeTables());
    auto* splitter = new QSplitter(Qt::Vertical);
    splitter->setHandleWidth(12);
    splitter->setChildrenCollapsible(false);
    splitter->setStyleSheet(QStringLiteral("QSplitter::handle { background: transparent; }"));
    splitter->addWidget(makeEditor());
    splitter->addWidget(makeAnswer());
    splitter->setSizes({220, 500});
    all->addWidget(splitter, 1);
    for (const Qt::Key key : {Qt::Key_Return, Qt::Key_Enter}) {
        auto* shortcut = new QShortcut(QKeySequence(Qt::CTRL | key), this);
        connect(shortcut, &QShortcut::activated, this, &SqlPage::run);
    }
}

QWidget* SqlPage::makeTables()
{
    auto* tables = new Tile(tr("Tables"));
    tables->setFixedWidth(240);
    m_tables = new QListWidget;
    m_tables->setAccessibleName(tr("Tables"));
    m_tables->setToolTip(tr("Enter or a double click puts the name into the text"));
    tables->body()->addWidget(m_tables);
    connect(m_tables, &QListWidget::itemActivated, this,
            [this](const QListWidgetItem* item) { insertTable(item->text()); });
    return tables;
}

QWidget* SqlPage::makeEditor()
{
    auto* editor = new Tile(tr("SQL"));
    editor->setMeta(tr("DuckDB's dialect over the newest version of each table; reads only"));
    m_run = new QPushButton(tr("Run  Ctrl+Enter"));
    m_run->setProperty("kind", QStringLiteral("primary"));
    editor->addAction(m_run);
    m_text = new QPlainTextEdit;
    m_text->setFont(fontFor(TextRole::Mono));
    m_text->setAccessibleName(tr("SQL"));
    m_text->setTabChangesFocus(true);
    m_text->setPlaceholderText(QStringLiteral(
        "SELECT country, count(*) AS orders FROM silver.orders GROUP BY ALL ORDER BY orders DESC"));
    auto* padded = new QVBoxLayout;
    padded->setContentsMargins(8, 0, 8, 8);
    padded->addWidget(m_text);
    editor->body()->addLayout(padded);
    connect(m_run, &QPushButton::clicked, this, &SqlPage::run);
    connect(m_text, &QPlainTextEdit::textChanged, this, [this] { m_text->setExtraSelections({}); });
    return editor;
}

QWidget* SqlPage::makeAnswer()
{
    auto* answer = new Tile(tr("Rows"));
    m_copy = new QPushButton(tr("Copy"));
    m_copy->setToolTip(tr("All rows as CSV; Ctrl+C copies the chosen ones"));
    m_export = new QPushButton(tr("Export…"));
    for (QPushButton* button : {m_copy, m_export}) {
        button->setProperty("kind", QStringLiteral("ghost"));
        button->setEnabled(false);
        answer->addAction(button);
    }
    m_outcome = new TextLabel(tr("Run a statement to see its rows here."), TextRole::Control,
                              TextLabel::Tone::Text2);
    m_error = new TextLabel({}, TextRole::Mono, TextLabel::Tone::Critical);
    m_error->setTextFormat(Qt::PlainText);
    m_error->setTextInteractionFlags(Qt::TextSelectableByMouse);
    for (TextLabel* label : {m_outcome, m_error}) {
        label->setContentsMargins(12, 0, 12, 8);
        label->setWordWrap(true);
        answer->body()->addWidget(label);
    }
    m_error->hide();
    m_rows = new GridTable;
    answer->body()->addWidget(m_rows, 1);
    connect(m_copy, &QPushButton::clicked, this,
            [this] { QGuiApplication::clipboard()->setText(m_rows->csv()); });
    connect(m_export, &QPushButton::clicked, this,
            [this] { m_rows->exportCsv(QStringLiteral("rows.csv")); });
    return answer;
}

void SqlPage::insertTable(const QString& name)
{
    if (m_text->toPlainText().trimmed().isEmpty())
        m_text->setPlainText(QStringLiteral("SELECT * FROM %1 LIMIT 100").arg(name));
    else
        m_text->insertPlainText(name);
    m_text->setFocus();
}

void SqlPage::run()
{
    const QString sql = m_text->toPlainText();
    if (sql.trimmed().isEmpty() || m_isRunning)
        return;
    m_isRunning = true;
    m_since.start();
    m_run->setEnabled(false);
    m_outcome->setText(tr("running…"));
    m_error->hide();
    m_text->setExtraSelections({});
    m_bridge.ask(api::SqlQuery{.sql = sql.toStdString(), .maxRows = kMaxRows}, this,
                 [this](const api::AnswerBody& body) {
                     m_isRunning = false;
                     m_run->setEnabled(true);
                     if (const auto* answer = std::get_if<api::SqlAnswer>(&body))
                         showAnswer(*answer);
                     else if (const auto* error = std::get_if<Error>(&body))
                         showError(*error);
                     for (QPushButton* button : {m_copy, m_export})
                         button->setEnabled(m_rows->gridModel().columnCount() > 0);
                 });
}

void SqlPage::showAnswer(const api::SqlAnswer& answer)
{
    const QString count = countText(std::int64_t(answer.grid.rows.size()));
    const QString time = durationQuantity(std::int64_t(answer.seconds * 1e6)).text();
    m_outcome->setText(
        answer.isTruncated
            ? tr("the first %1 rows in %2; there are more, add a LIMIT or count them")
                  .arg(count, time)
            : tr("%1 rows in %2").arg(count, time));
    m_rows->setGrid(answer.grid);
}

void SqlPage::showError(const Error& error)
{
    const std::optional<SqlPlace> place = placeOf(qstr(error.message));
    QString head = tr("The statement cannot be run");
    if (place)
        head += place->column > 0 ? tr(", line %1, column %2").arg(place->line).arg(place->column)
                                  : tr(", line %1").arg(place->line);
    m_outcome->setText(head);
    m_error->setText(qstr(error.message)
                     + (error.hint.empty() ? QString() : QLatin1Char('\n') + qstr(error.hint)));
    m_error->show();
    m_rows->setGrid({});
    markPlace(qstr(error.message));
}

// Underlines the word, or the line, that the message points to.
void SqlPage::markPlace(const QString& message)
{
    const std::optional<SqlPlace> place = placeOf(message);
    const QTextBlock block
        = place ? m_text->document()->findBlockByNumber(place->line - 1) : QTextBlock();
    if (!block.isValid())
        return;
    QTextEdit::ExtraSelection mark;
    mark.cursor = QTextCursor(block);
    if (place->column > 0) {
        mark.cursor.setPosition(block.position()
                                + std::min(place->column - 1, std::max(0, block.length() - 2)));
        mark.cursor.select(QTextCursor::WordUnderCursor);
    }
    if (!mark.cursor.hasSelection())
        mark.cursor.select(QTextCursor::LineUnderCursor);
    mark.format.setUnderlineStyle(QTextCharFormat::WaveUnderline);
    mark.format.setUnderlineColor(theme().crit);
    mark.format.setForeground(theme().crit);
    m_text->setExtraSelections({mark});
}

void SqlPage::askTables()
{
    m_isListWaiting = true;
    m_bridge.ask(api::TableListQuery{}, this, [this](const api::AnswerBody& body) {
        m_isListWaiting = false;
        const auto* answer = std::get_if<api::TableListAnswer>(&body);
        if (!answer)
            return;
        QStringList names;
        for (const api::TableInfo& table : answer->tables)
            names << qstr(table.name);
        QStringList shown;
        for (int i = 0; i < m_tables->count(); ++i)
            shown << m_tables->item(i)->text();
        if (names == shown)
            return;
        const QString chosen
            = m_tables->currentItem() ? m_tables->currentItem()->text() : QString();
        m_tables->clear();
        m_tables->addItems(names);
        m_tables->setCurrentRow(int(names.indexOf(chosen)));
    });
}

void SqlPage::apply(const api::EngineSnapshot& snapshot)
{
    constexpr qint64 kEveryUs = 5'000'000, kSlowMs = 1000;
    if (m_isRunning && m_since.elapsed() > kSlowMs)
        m_outcome->setText(
            tr("running… %1").arg(durationQuantity(m_since.elapsed() / 1000 * 1'000'000).text()));
    if (m_isListWaiting || snapshot.timeUs - m_askedUs < kEveryUs)
        return;
    m_askedUs = snapshot.timeUs;
    askTables();
}

} // namespace sluice::ui
