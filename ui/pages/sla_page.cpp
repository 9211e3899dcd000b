// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/pages/sla_page.h"

#include "ui/pages/overview_page.h"
#include "ui/text/units.h"

#include <algorithm>

namespace sluice::ui {
namespace {

constexpr int kBudgetColumn = 6;

QString atMost(double seconds)
{
    return QObject::tr("at most %1").arg(durationQuantity(std::int64_t(seconds * 1e6)).text());
}

const api::ObjectiveSnapshot* objectiveOf(const api::EngineSnapshot& snapshot,
                                          const std::string& pipeline, const char* indicator)
{
    const auto found
        = std::ranges::find_if(snapshot.objectives, [&](const api::ObjectiveSnapshot& objective) {
              return objective.pipeline == pipeline && objective.indicator == indicator;
          });
    return found == snapshot.objectives.end() ? nullptr : &*found;
}

Cell burnCell(double burn, bool hasData)
{
    return {.text = hasData ? burnText(burn) : dash(),
            .isRight = true,
            .health = hasData && burn > 1 ? Health::Warning : Health::Ok};
}

std::vector<Cell> cellsOf(const api::ObjectiveSnapshot& objective)
{
    const ObjectiveTile::Content content = objectiveContent(objective);
    const bool hasData = objective.hasValue;
    return {{.text = qstr(objective.name), .health = content.health, .hasGlyph = true},
            {.text = qstr(objective.pipeline)},
            {.text = content.value.text(), .isRight = true, .health = content.health},
            {.text = content.target, .isRight = true},
            {.text = hasData ? percentText(objective.goodShare, 2) : dash(), .isRight = true},
            {.text = percentText(objective.targetShare, 2), .isRight = true},
            {.text = hasData ? percentText(objective.budgetLeftShare, 0) : dash(), .isRight = true},
            burnCell(objective.burn1h, hasData),
            burnCell(objective.burn6h, hasData),
            {.text = !hasData      ? QObject::tr("no data")
                 : objective.isMet ? QObject::tr("met")
                                   : QObject::tr("missed"),
             .isRight = true,
             .health = !hasData    ? Health::Unknown
                 : objective.isMet ? Health::Ok
                                   : Health::Critical}};
}

} // namespace

SlaPage::SlaPage(EngineBridge& bridge, QWidget* parent)
    : Page(bridge, parent)
{
    auto* content = new QWidget;
    auto* all = new QVBoxLayout(content);
    all->setContentsMargins(12, 12, 12, 12);
    all->setSpacing(12);
    all->addWidget(makeObjectives());
    auto* plots = new QHBoxLayout;
    plots->setSpacing(12);
    makePlots(plots);
    all->addLayout(plots, 1);
    m_stack = new QStackedWidget;
    m_stack->addWidget(new EmptyState(
        QStringLiteral("target"), tr("No objectives yet"),
        tr("An objective says what a pipeline promises, for example that gold is never older than "
           "a minute in 99.9 % of all minutes. Add objectives: to a pipeline's document.")));
    m_stack->addWidget(content);
    auto* outer = new QVBoxLayout(this);
    outer->setContentsMargins(0, 0, 0, 0);
    outer->addWidget(m_stack);
}

QWidget* SlaPage::makeObjectives()
{
    m_list = new Tile(tr("Objectives"));
    m_list->setMeta(tr("a minute is good when every value in it kept to the threshold; minutes "
                       "without data count neither way"));
    m_objectives = new RowsTable({tr("objective"), tr("pipeline"), tr("now"), tr("threshold"),
                                  tr("good minutes"), tr("target"), tr("budget left"),
                                  tr("burn 1 h"), tr("burn 6 h"), tr("met")},
                                 {0, 110, 96, 116, 100, 84, 168, 72, 72, 80});
    m_objectives->setAccessibleName(tr("Objectives"));
    m_budgets = new BudgetCells(m_objectives);
    m_objectives->setItemDelegateForColumn(kBudgetColumn, m_budgets);
    m_list->body()->addWidget(m_objectives);
    connect(m_objectives, &RowsTable::keySelected, this,
            [this] { showPlots(*m_bridge.snapshot()); });
    return m_list;
}

void SlaPage::makePlots(QHBoxLayout* row)
{
    const auto color
        = [](std::size_t index) { return [index](const Theme& now) { return now.series[index]; }; };
    const auto text1 = [](const Theme& now) { return now.text1; };
    const TimePlot::Options rates{.seconds = 900,
                                  .text = rateText,
                                  .threshold = {},
                                  .thresholdText = {}};
    const TimePlot::Options times{
        .seconds = 900, .isDuration = true, .text = {}, .threshold = {}, .thresholdText = {}};
    m_tiles[Throughput] = new Tile(tr("Throughput"));
    m_plots[Throughput]
        = new TimePlot(m_bridge, {}, {{tr("in"), QStringLiteral("rows_in"), color(1)}}, rates);
    m_tiles[Latency] = new Tile(tr("Completion latency"));
    m_plots[Latency]
        = new TimePlot(m_bridge, {},
                       {{tr("p99"), QStringLiteral("latency_p99"), text1},
                        {tr("p95"), QStringLiteral("latency_p95"), text1, Qt::DashLine},
                        {tr("p50"), QStringLiteral("latency_p50"), text1, Qt::DotLine}},
                       times);
    m_tiles[Freshness] = new Tile(tr("Freshness"));
    m_plots[Freshness]
        = new TimePlot(m_bridge, {}, {{tr("age"), QStringLiteral("freshness_us"), color(3)}},
                       times);
    for (int i = 0; i < PlotCount; ++i) {
        m_tiles[i]->body()->addWidget(m_plots[i]);
        row->addWidget(m_tiles[i], 1);
    }
}

// As tall as its rows, up to three fifths of the page; the plots take the rest.
void SlaPage::setHeights()
{
    constexpr int kAround = 32 + 27 + 10, kRow = 28;
    const int wanted = kAround + kRow * std::max(1, m_objectives->rowsModel().rowCount());
    m_list->setFixedHeight(std::min(wanted, std::max(160, height() * 3 / 5)));
}

void SlaPage::resizeEvent(QResizeEvent*)
{
    setHeights();
}

void SlaPage::showPlots(const api::EngineSnapshot& snapshot)
{
    const std::string pipeline
        = m_objectives->currentKey().section(QLatin1Char('/'), 0, 0).toStdString();
    if (pipeline.empty())
        return;
    for (const Plot plot : {Throughput, Latency}) {
        m_plots[plot]->setObject(qstr(pipeline));
        m_tiles[plot]->setMeta(qstr(pipeline));
    }
    const auto* rate = objectiveOf(snapshot, pipeline, "throughput");
    m_plots[Throughput]->setThreshold(rate ? std::optional(rate->threshold) : std::nullopt,
                                      rate ? tr("at least %1").arg(rateText(rate->threshold))
                                           : QString());
    const auto* latency = objectiveOf(snapshot, pipeline, "latency_p99");
    m_plots[Latency]->setThreshold(latency ? std::optional(latency->threshold * 1e6) : std::nullopt,
                                   latency ? atMost(latency->threshold) : QString());
    showFreshness(snapshot, pipeline);
}

// The table of the objective; without one, a gold table, else any.
void SlaPage::showFreshness(const api::EngineSnapshot& snapshot, const std::string& pipeline)
{
    const auto* fresh = objectiveOf(snapshot, pipeline, "freshness");
    const auto found
        = std::ranges::find(snapshot.pipelines, pipeline, &api::PipelineSnapshot::name);
    const api::NodeSnapshot* sink = nullptr;
    if (found != snapshot.pipelines.end())
        for (const api::NodeSnapshot& node : found->nodes) {
            if (node.role != api::NodeRole::Sink || node.isImplicit)
                continue;
            if (fresh ? node.target == fresh->table : !sink || node.layer == "gold")
                sink = &node;
        }
    m_plots[Freshness]->setObject(sink ? qstr(pipeline + "/" + sink->name) : qstr(pipeline + "/"));
    m_plots[Freshness]->setThreshold(fresh ? std::optional(fresh->threshold * 1e6) : std::nullopt,
                                     fresh ? atMost(fresh->threshold) : QString());
    const QString table = sink ? qstr(sink->target) : tr("no table");
    m_tiles[Freshness]->setMeta(fresh ? table : tr("%1, without an objective").arg(table));
}

void SlaPage::apply(const api::EngineSnapshot& snapshot)
{
    m_stack->setCurrentIndex(snapshot.objectives.empty() ? 0 : 1);
    std::vector<RowsModel::Row> rows;
    for (const api::ObjectiveSnapshot& objective : snapshot.objectives) {
        const QString key = qstr(objective.pipeline + "/" + objective.name);
        m_budgets->values[key] = {.leftShare = objective.budgetLeftShare,
                                  .isKnown = objective.hasValue,
                                  .isBurning = objective.hasValue && objective.burn1h > 1};
        rows.push_back({key, cellsOf(objective)});
    }
    m_objectives->apply(std::move(rows));
    if (m_objectives->currentKey().isEmpty() && !snapshot.objectives.empty()) {
        const QSignalBlocker blocker(m_objectives);
        m_objectives->selectRow(0);
    }
    setHeights();
    showPlots(snapshot);
}

} // namespace sluice::ui
