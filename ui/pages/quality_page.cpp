// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/pages/quality_page.h"

#include "ui/text/units.h"

#include <QClipboard>
#include <QGuiApplication>
#include <QPushButton>
#include <QScrollBar>
#include <QSplitter>

#include <algorithm>

namespace sluice::ui {
namespace {

constexpr double kFewPass = 0.95; // a rule that rejects more is not normal
constexpr int kMinutesColumn = 7;

QSplitter* splitterOf(Qt::Orientation orientation)
{
    auto* out = new QSplitter(orientation);
    out->setHandleWidth(12);
    out->setChildrenCollapsible(false);
    out->setStyleSheet(QStringLiteral("QSplitter::handle { background: transparent; }"));
    return out;
}

TimePlot* plotOf(EngineBridge& bridge, const QString& name, const char* metric, std::size_t series,
                 std::function<QString(double)> text)
{
    return new TimePlot(
        bridge, {},
        {{name, QString::fromLatin1(metric),
          [series](const Theme& now) { return now.series[series]; }}},
        {.seconds = 900, .text = std::move(text), .threshold = {}, .thresholdText = {}});
}

double passShare(const api::RuleSnapshot& rule)
{
    const double all = double(rule.passed + rule.failed);
    return all > 0 ? double(rule.passed) / all : 1;
}

Health ruleHealth(const api::RuleSnapshot& rule)
{
    return passShare(rule) < kFewPass && rule.onFail != "warn" ? Health::Warning : Health::Ok;
}

QString keyOf(const api::PipelineSnapshot& pipeline, const api::RuleSnapshot& rule)
{
    return qstr(pipeline.name + "/" + rule.node + "/" + rule.name);
}

std::vector<Cell> cellsOf(const api::PipelineSnapshot& pipeline, const api::RuleSnapshot& rule)
{
    const auto seen = std::ranges::count_if(rule.lastRuns, [](int minute) { return minute >= 0; });
    const auto failed = std::ranges::count(rule.lastRuns, 1);
    const Health health = ruleHealth(rule);
    return {{.text = qstr(rule.name), .health = health, .hasGlyph = true},
            {.text = qstr(pipeline.name)},
            {.text = qstr(rule.check), .isMono = true},
            {.text = qstr(rule.onFail)},
            {.text = rule.passed + rule.failed > 0 ? percentText(passShare(rule), 2) : dash(),
             .isRight = true,
             .health = health},
            {.text = countText(std::int64_t(rule.failed)), .isRight = true},
            {.text = rateText(rule.failedPerSecond), .isRight = true},
            {.text = QObject::tr("failed in %1 of %2 min").arg(failed).arg(seen), .isRight = true}};
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
    const QString names[]
        = {tr("Records that are good"), tr("Rules"), tr("Failing now"), tr("Kept aside")};
    for (int i = 0; i < StatCount; ++i)
        stats->addWidget(m_stats[i] = new StatTile(names[i]), 1);
    all->addLayout(stats);
    auto* rows = splitterOf(Qt::Vertical);
    auto* upper = splitterOf(Qt::Horizontal);
    upper->addWidget(makeRules());
    upper->addWidget(makeRule());
    upper->setStretchFactor(0, 1);
    upper->setSizes({1000, 400});
    rows->addWidget(upper);
    rows->addWidget(makeAside());
    rows->setSizes({420, 320});
    all->addWidget(rows, 1);

    m_stack = new QStackedWidget;
    m_stack->addWidget(new EmptyState(
        QStringLiteral("shield-check"), tr("No rules yet"),
        tr("A rule is a condition that good records make true. Add an expect node to a pipeline "
           "and say what happens to the others: warn, drop, quarantine or fail.")));
    m_stack->addWidget(content);
    auto* outer = new QVBoxLayout(this);
    outer->setContentsMargins(0, 0, 0, 0);
    outer->addWidget(m_stack);
}

QWidget* QualityPage::makeRules()
{
    auto* rules = new Tile(tr("Rules"));
    rules->setMeta(tr("since each pipeline started; an unknown answer fails"));
    m_rules = new RowsTable({tr("rule"), tr("pipeline"), tr("check"), tr("on fail"),
                             tr("pass rate"), tr("failed"), tr("failing"), tr("last 5 min")},
                            {180, 92, 0, 88, 80, 78, 80, 86});
    m_rules->setAccessibleName(tr("Rules"));
    m_minutes = new MinuteCells(m_rules);
    m_rules->setItemDelegateForColumn(kMinutesColumn, m_minutes);
    rules->body()->addWidget(m_rules);
    connect(m_rules, &RowsTable::keySelected, this, [this] {
        applyRule(*m_bridge.snapshot());
        chooseRejects();
    });
    return rules;
}

QWidget* QualityPage::makeRule()
{
    m_rule = new Tile(tr("Rule"));
    m_rule->setMinimumWidth(300);
    m_check = new TextLabel({}, TextRole::MonoSmall, TextLabel::Tone::Text1);
    m_ruleFacts = new TextLabel({}, TextRole::Small, TextLabel::Tone::Text2);
    auto* words = new QVBoxLayout;
    words->setContentsMargins(12, 0, 12, 4);
    words->setSpacing(4);
    for (TextLabel* label : {m_check, m_ruleFacts}) {
        label->setWordWrap(true);
        words->addWidget(label);
    }
    m_check->setTextInteractionFlags(Qt::TextSelectableByMouse);
    m_rule->body()->addLayout(words);
    m_passed = plotOf(m_bridge, tr("pass"), "pass_share", 1,
                      [](double share) { return percentText(share, share < 0.995 ? 0 : 2); });
    m_failed = plotOf(m_bridge, tr("failing"), "failed", 5, rateText);
    for (TimePlot* plot : {m_passed, m_failed}) {
        plot->setMinimumHeight(110);
        m_rule->body()->addWidget(plot, 1);
    }
    return m_rule;
}

QWidget* QualityPage::makeAside()
{
    auto* aside = new Tile(tr("Records kept aside"));
    m_kinds = new QTabBar;
    for (const QString& kind : {tr("Quarantined"), tr("Dead letter"), tr("Late")})
        m_kinds->addTab(kind);
    m_kinds->setDrawBase(false);
    m_kinds->setAccessibleName(tr("Why they were kept aside"));
    connect(m_kinds, &QTabBar::currentChanged, this, &QualityPage::chooseRejects);
    m_copy = new QPushButton(tr("Copy"));
    m_copy->setToolTip(tr("The rows shown, as CSV; Ctrl+C copies the chosen ones"));
    m_export = new QPushButton(tr("Export…"));
    m_export->setToolTip(tr("The rows shown, into a CSV file"));
    aside->addAction(m_kinds);
    for (QPushButton* button : {m_copy, m_export}) {
        button->setProperty("kind", QStringLiteral("ghost"));
        aside->addAction(button);
    }
    m_rejected = new GridTable;
    m_rejected->setAccessibleName(tr("Records kept aside"));
    connect(m_copy, &QPushButton::clicked, this,
            [this] { QGuiApplication::clipboard()->setText(m_rejected->csv()); });
    connect(m_export, &QPushButton::clicked, this,
            [this] { m_rejected->exportCsv(rejectTable() + QStringLiteral(".csv")); });
    m_hint = new TextLabel({}, TextRole::Control, TextLabel::Tone::Text2);
    m_hint->setContentsMargins(12, 2, 12, 6);
    aside->body()->addWidget(m_hint);
    aside->body()->addWidget(m_rejected, 1);
    return aside;
}

void QualityPage::resizeEvent(QResizeEvent*)
{
    constexpr int kSmall = 1300, kPipelineColumn = 1;
    m_rules->setColumnWidth(0, width() < kSmall ? 148 : 180);
    m_rules->setColumnWidth(kPipelineColumn, width() < kSmall ? 80 : 104);
}

QString QualityPage::pipelineName() const
{
    return m_rules->currentKey().section(QLatin1Char('/'), 0, 0);
}

QString QualityPage::rejectTable() const
{
    static const char* const kKinds[] = {"quarantine", "dead_letter", "late"};
    return pipelineName().isEmpty()
        ? QString()
        : QString::fromLatin1(kKinds[m_kinds->currentIndex()]) + QLatin1Char('.') + pipelineName();
}

std::uint64_t QualityPage::rejectedCount() const
{
    for (const api::PipelineSnapshot& pipeline : m_bridge.snapshot()->pipelines)
        if (qstr(pipeline.name) == pipelineName()) {
            const std::uint64_t counts[] = {pipeline.rejects.quarantined,
                                            pipeline.rejects.deadLetter, pipeline.rejects.late};
            return counts[m_kinds->currentIndex()];
        }
    return 0;
}

void QualityPage::chooseRejects()
{
    m_askedUs = 0;
    m_isWaiting = false;
    askRejected();
}

void QualityPage::askRejected()
{
    constexpr qint64 kEveryUs = 3'000'000;
    const QString table = rejectTable();
    const qint64 now = m_bridge.snapshot()->timeUs;
    if (table.isEmpty() || m_isWaiting || now - m_askedUs < kEveryUs || !isVisible())
        return;
    m_askedUs = now;
    m_isWaiting = true;
    const std::string sql = "SELECT ingest_time, node, rule, reason, \"values\", decode(data) AS "
                            "record, \"partition\", position FROM "
        + table.section(QLatin1Char('.'), 0, 0).toStdString() + ".\""
        + table.section(QLatin1Char('.'), 1).toStdString()
        + "\" ORDER BY ingest_time DESC LIMIT 100";
    m_bridge.ask(api::SqlQuery{.sql = sql, .maxRows = 100}, this,
                 [this, table](const api::AnswerBody& body) {
                     if (table != rejectTable())
                         return;
                     m_isWaiting = false;
                     showRejected(table, body);
                 });
}

void QualityPage::showRejected(const QString& table, const api::AnswerBody& body)
{
    const bool isSame = table == m_shownTable;
    m_shownTable = table;
    api::Grid grid;
    if (const auto* answer = std::get_if<api::SqlAnswer>(&body)) {
        grid = answer->grid;
        m_hint->setText(grid.rows.empty()
                            ? tr("%1 is empty").arg(table)
                            : tr("%1, the newest %2").arg(table).arg(grid.rows.size()));
    } else if (const auto* error = std::get_if<Error>(&body)) {
        // The table comes with its first record.
        m_hint->setText(rejectedCount() == 0
                            ? tr("%1: no record has been kept aside").arg(table)
                            : tr("%1 cannot be read: %2").arg(table, qstr(error->message)));
    }
    // Rows that are being read stay.
    const bool isReading = m_rejected->verticalScrollBar()->value() > 0
        || m_rejected->selectionModel()->hasSelection();
    if (!isSame || !isReading)
        m_rejected->setGrid(std::move(grid));
    for (QPushButton* button : {m_copy, m_export})
        button->setEnabled(m_rejected->gridModel().rowCount() > 0);
}

void QualityPage::applyStats(const api::EngineSnapshot& snapshot)
{
    std::uint64_t in = 0, rejected = 0, aside = 0;
    std::size_t rules = 0;
    int failing = 0;
    for (const api::PipelineSnapshot& pipeline : snapshot.pipelines) {
        in += pipeline.rowsIn;
        rejected += pipeline.rejects.rejected();
        aside += pipeline.rejects.quarantined + pipeline.rejects.deadLetter + pipeline.rejects.late;
        rules += pipeline.rules.size();
        failing += int(std::ranges::count_if(pipeline.rules, [](const auto& rule) {
            return rule.failedPerSecond > 0;
        }));
    }
    const double good = in > 0 ? 1 - double(rejected) / double(in) : 0;
    m_stats[Quality]->setValue(
        in > 0 ? Quantity{percentText(good, 2).section(QChar(0x2009), 0, 0), QStringLiteral("%")}
               : Quantity{dash(), {}});
    m_stats[Quality]->setNote(
        tr("%1 of %2 records rejected")
            .arg(countText(std::int64_t(rejected)), countText(std::int64_t(in))));
    m_stats[Rules]->setValue({QString::number(rules), {}});
    m_stats[Rules]->setNote(tr("in %1 pipelines").arg(snapshot.pipelines.size()));
    m_stats[Failing]->setValue({QString::number(failing), tr("rules")});
    m_stats[Failing]->setNote(tr("with a failure in the last second"));
    m_stats[Aside]->setValue({shortCount(double(aside)), tr("records")});
    m_stats[Aside]->setNote(tr("quarantined, dead letter or late; none is lost"));
}

void QualityPage::applyRules(const api::EngineSnapshot& snapshot)
{
    std::vector<RowsModel::Row> rows;
    for (const api::PipelineSnapshot& pipeline : snapshot.pipelines)
        for (const api::RuleSnapshot& rule : pipeline.rules) {
            const QString key = keyOf(pipeline, rule);
            m_minutes->values[key] = {rule.lastRuns, ruleHealth(rule) != Health::Ok};
            rows.push_back({key, cellsOf(pipeline, rule)});
        }
    m_stack->setCurrentIndex(rows.empty() ? 0 : 1);
    m_rules->apply(std::move(rows));
    if (m_rules->currentKey().isEmpty()) {
        const QSignalBlocker blocker(m_rules);
        m_rules->selectRow(0);
    }
}

void QualityPage::applyRule(const api::EngineSnapshot& snapshot)
{
    for (const api::PipelineSnapshot& pipeline : snapshot.pipelines)
        for (const api::RuleSnapshot& rule : pipeline.rules) {
            const QString key = keyOf(pipeline, rule);
            if (key != m_rules->currentKey())
                continue;
            m_rule->setTitle(qstr(rule.name));
            m_rule->setMeta(tr("node %1 of %2").arg(qstr(rule.node), qstr(pipeline.name)));
            m_check->setText(qstr(rule.check));
            m_ruleFacts->setText(tr("on fail: %1 · %2 passed · %3 failed")
                                     .arg(qstr(rule.onFail), countText(std::int64_t(rule.passed)),
                                          countText(std::int64_t(rule.failed))));
            m_passed->setObject(key);
            m_failed->setObject(key);
        }
}

void QualityPage::apply(const api::EngineSnapshot& snapshot)
{
    applyStats(snapshot);
    applyRules(snapshot);
    applyRule(snapshot);
    askRejected();
}

} // namespace sluice::ui
