// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/pages/quality_page.h"

#include "ui/text/units.h"

#include <QPushButton>
#include <QScrollBar>
#include <QSplitter>

#include <algorithm>

namespace sluice::ui {
namespace {

// Five minutes as marks, oldest first: circle passed, diamond failed, dot nothing seen.
QString minutesText(const std::array<int, 5>& minutes)
{
    QString out;
    for (const int minute : minutes)
        out += minute < 0 ? QChar(0x00B7) : minute == 0 ? QChar(0x25CF) : QChar(0x25C6);
    return out;
}

} // namespace

QualityPage::QualityPage(EngineBridge& bridge, QWidget* parent)
    : Page(bridge, parent)
{
    auto* content = new QWidget;
    auto* all = new QVBoxLayout(content);
    all->setContentsMargins(12, 12, 12, 12);
    all->setSpacing(12);
    auto* stats = new QHBoxLayout;
    stats->setSpacing(12);
    const QString names[] = {tr("Records that are good"), tr("Rules"), tr("Failing now"), tr("Kept aside")};
    for (int i = 0; i < StatCount; ++i)
        stats->addWidget(m_stats[i] = new StatTile(names[i]), 1);
    all->addLayout(stats);

    auto* splitter = new QSplitter(Qt::Vertical);
    splitter->setHandleWidth(12);
    splitter->setStyleSheet(QStringLiteral("QSplitter::handle { background: transparent; }"));
    auto* rules = new Tile(tr("Rules"));
    rules->setMeta(tr("since each pipeline started; a rule whose answer is unknown fails unless it says otherwise"));
    m_rules = new RowsTable({tr("rule"), tr("pipeline"), tr("check"), tr("on fail"), tr("pass rate"), tr("failed"), tr("failing"), tr("last 5 min")},
                            {220, 120, 0, 96, 90, 96, 90, 84});
    m_rules->setAccessibleName(tr("Rules"));
    rules->body()->addWidget(m_rules);
    splitter->addWidget(rules);

    auto* aside = new Tile(tr("Records kept aside"));
    m_kinds = new QTabBar;
    for (const QString& kind : {tr("Quarantined"), tr("Dead letter"), tr("Late")})
        m_kinds->addTab(kind);
    m_kinds->setDrawBase(false);
    connect(m_kinds, &QTabBar::currentChanged, this, [this] { m_askedUs = 0; askRejected(); });
    auto* exportButton = new QPushButton(tr("Export…"));
    exportButton->setProperty("kind", QStringLiteral("ghost"));
    aside->addAction(m_kinds);
    aside->addAction(exportButton);
    m_rejected = new GridTable;
    connect(exportButton, &QPushButton::clicked, this, [this] { m_rejected->exportCsv(rejectTable() + QStringLiteral(".csv")); });
    m_hint = new TextLabel({}, TextRole::Control, TextLabel::Tone::Text2);
    m_hint->setContentsMargins(12, 2, 12, 6);
    aside->body()->addWidget(m_hint);
    aside->body()->addWidget(m_rejected, 1);
    splitter->addWidget(aside);
    splitter->setSizes({420, 320});
    all->addWidget(splitter, 1);
    connect(m_rules, &RowsTable::keySelected, this, [this] { m_askedUs = 0; askRejected(); });

    m_stack = new QStackedWidget;
    m_stack->addWidget(new EmptyState(QStringLiteral("shield-check"), tr("No rules yet"),
                                      tr("A rule is a condition that good records make true. Add an expect node to a pipeline and say what happens to the others: warn, drop, quarantine or fail.")));
    m_stack->addWidget(content);
    auto* outer = new QVBoxLayout(this);
    outer->setContentsMargins(0, 0, 0, 0);
    outer->addWidget(m_stack);
}

QString QualityPage::rejectTable() const
{
    static const char* const kKinds[] = {"quarantine", "dead_letter", "late"};
    const QString pipeline = m_rules->currentKey().section(QLatin1Char('/'), 0, 0);
    return pipeline.isEmpty() ? QString() : QString::fromLatin1(kKinds[m_kinds->currentIndex()]) + QLatin1Char('.') + pipeline;
}

void QualityPage::askRejected()
{
    constexpr qint64 kEveryUs = 3'000'000;
    const QString table = rejectTable();
    const qint64 now = m_bridge.snapshot()->timeUs;
    if (table.isEmpty() || m_isWaiting || now - m_askedUs < kEveryUs)
        return;
    m_askedUs = now;
    m_isWaiting = true;
    const std::string sql = "SELECT ingest_time, node, rule, reason, \"values\", decode(data) AS record, \"partition\", position FROM "
        + table.toStdString() + " ORDER BY ingest_time DESC LIMIT 100";
    m_bridge.ask(api::SqlQuery{.sql = sql, .maxRows = 100}, this, [this, table](const api::AnswerBody& body) {
        m_isWaiting = false;
        if (table != rejectTable())
            return;
        if (const auto* error = std::get_if<Error>(&body)) {
            m_hint->setText(tr("%1 cannot be read: %2").arg(table, qstr(error->message)));
            m_rejected->setGrid({});
            return;
        }
        const auto& answer = std::get<api::SqlAnswer>(body);
        m_hint->setText(answer.grid.rows.empty() ? tr("%1 is empty").arg(table) : tr("%1, the newest %2").arg(table).arg(answer.grid.rows.size()));
        if (m_rejected->verticalScrollBar()->value() == 0 || m_rejected->gridModel().rowCount() == 0)
            m_rejected->setGrid(answer.grid);
    });
}

void QualityPage::apply(const api::EngineSnapshot& snapshot)
{
    std::vector<RowsModel::Row> rows;
    std::uint64_t in = 0, rejected = 0, aside = 0;
    int failing = 0;
    for (const api::PipelineSnapshot& pipeline : snapshot.pipelines) {
        in += pipeline.rowsIn;
        rejected += pipeline.rejects.rejected();
        aside += pipeline.rejects.quarantined + pipeline.rejects.deadLetter + pipeline.rejects.late;
        for (const api::RuleSnapshot& rule : pipeline.rules) {
            const double all = double(rule.passed + rule.failed);
            const double share = all > 0 ? double(rule.passed) / all : 1;
            const bool isFailing = rule.failedPerSecond > 0;
            failing += isFailing;
            const Health health = share < 0.95 && rule.onFail != "warn" ? Health::Warning : Health::Ok;
            rows.push_back({qstr(pipeline.name + "/" + rule.node + "/" + rule.name),
                            {{.text = qstr(rule.name), .health = health, .hasGlyph = true}, {.text = qstr(pipeline.name)},
                             {.text = qstr(rule.check), .isMono = true}, {.text = qstr(rule.onFail)},
                             {.text = all > 0 ? percentText(share, 2) : dash(), .isRight = true, .health = health},
                             {.text = countText(std::int64_t(rule.failed)), .isRight = true},
                             {.text = rateText(rule.failedPerSecond), .isRight = true}, {.text = minutesText(rule.lastRuns), .isRight = true}}});
        }
    }
    m_stack->setCurrentIndex(rows.empty() ? 0 : 1);
    m_stats[Rules]->setValue({QString::number(rows.size()), {}});
    m_stats[Rules]->setNote(tr("in %1 pipelines").arg(snapshot.pipelines.size()));
    m_stats[Failing]->setValue({QString::number(failing), tr("rules")});
    m_stats[Failing]->setNote(tr("with a failure in the last second"));
    const double good = in > 0 ? 1 - double(rejected) / double(in) : 0;
    const QString text = percentText(good, 2);
    m_stats[Quality]->setValue(in > 0 ? Quantity{text.section(QChar(0x2009), 0, 0), QStringLiteral("%")} : Quantity{dash(), {}});
    m_stats[Quality]->setNote(tr("%1 of %2 records rejected").arg(countText(std::int64_t(rejected)), countText(std::int64_t(in))));
    m_stats[Quarantined]->setValue({shortCount(double(aside)), tr("records")});
    m_stats[Quarantined]->setNote(tr("quarantined, dead letter or late; none is lost"));
    m_rules->apply(std::move(rows));
    if (m_rules->currentKey().isEmpty())
        m_rules->selectRow(0);
    askRejected();
}

} // namespace sluice::ui
