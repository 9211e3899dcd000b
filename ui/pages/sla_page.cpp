// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/pages/sla_page.h"

#include "ui/pages/overview_page.h"
#include "ui/text/units.h"

#include <algorithm>

namespace sluice::ui {
namespace {

QString durationLabel(double us)
{
    return durationQuantity(std::int64_t(us)).text();
}

const api::ObjectiveSnapshot* objectiveOf(const api::EngineSnapshot& snapshot, const std::string& pipeline, const char* indicator)
{
    const auto found = std::ranges::find_if(snapshot.objectives, [&](const api::ObjectiveSnapshot& objective) {
        return objective.pipeline == pipeline && objective.indicator == indicator;
    });
    return found == snapshot.objectives.end() ? nullptr : &*found;
}

} // namespace

SlaPage::SlaPage(EngineBridge& bridge, QWidget* parent)
    : Page(bridge, parent)
{
    auto* content = new QWidget;
    auto* all = new QVBoxLayout(content);
    all->setContentsMargins(12, 12, 12, 12);
    all->setSpacing(12);
    auto* list = new Tile(tr("Objectives"));
    list->setMeta(tr("a minute counts as good when every value in it kept to the threshold; minutes without data count neither way"));
    m_objectives = new RowsTable({tr("objective"), tr("pipeline"), tr("now"), tr("threshold"), tr("good minutes"), tr("target"), tr("budget left"), tr("burn 1 h"), tr("burn 6 h"), tr("met")},
                                 {0, 120, 90, 120, 110, 90, 100, 80, 80, 90});
    m_objectives->setAccessibleName(tr("Objectives"));
    list->body()->addWidget(m_objectives);
    all->addWidget(list, 3);
    auto* plots = new QHBoxLayout;
    plots->setSpacing(12);
    const auto color = [](std::size_t index) { return [index](const Theme& now) { return now.series[index]; }; };
    const auto text1 = [](const Theme& now) { return now.text1; };
    m_tiles[0] = new Tile(tr("Throughput"));
    m_plots[0] = new TimePlot(bridge, {}, {{tr("in"), QStringLiteral("rows_in"), color(1)}}, {.seconds = 900, .text = rateText, .threshold = {}, .thresholdText = {}});
    m_tiles[1] = new Tile(tr("Completion latency"));
    m_plots[1] = new TimePlot(bridge, {}, {{tr("p99"), QStringLiteral("latency_p99"), text1}, {tr("p50"), QStringLiteral("latency_p50"), text1, Qt::DotLine}},
                              {.seconds = 900, .text = durationLabel, .threshold = {}, .thresholdText = {}});
    m_tiles[2] = new Tile(tr("Freshness"));
    m_plots[2] = new TimePlot(bridge, {}, {{tr("age"), QStringLiteral("freshness_us"), color(3)}}, {.seconds = 900, .text = durationLabel, .threshold = {}, .thresholdText = {}});
    for (int i = 0; i < 3; ++i) {
        m_tiles[i]->body()->addWidget(m_plots[i]);
        plots->addWidget(m_tiles[i], 1);
    }
    all->addLayout(plots, 2);
    connect(m_objectives, &RowsTable::keySelected, this, [this] { showPlots(*m_bridge.snapshot()); });
    m_stack = new QStackedWidget;
    m_stack->addWidget(new EmptyState(QStringLiteral("target"), tr("No objectives yet"),
                                      tr("An objective says what a pipeline promises, for example that gold is never older than a minute in 99.9 % of all minutes. Add objectives: to a pipeline's document.")));
    m_stack->addWidget(content);
    auto* outer = new QVBoxLayout(this);
    outer->setContentsMargins(0, 0, 0, 0);
    outer->addWidget(m_stack);
}

void SlaPage::showPlots(const api::EngineSnapshot& snapshot)
{
    const QString key = m_objectives->currentKey();
    if (key.isEmpty() || key == m_shown)
        return;
    m_shown = key;
    const std::string pipeline = key.section(QLatin1Char('/'), 0, 0).toStdString();
    for (TimePlot* plot : {m_plots[0], m_plots[1]})
        plot->setObject(qstr(pipeline));
    const auto* rate = objectiveOf(snapshot, pipeline, "throughput");
    m_plots[0]->setThreshold(rate ? std::optional(rate->threshold) : std::nullopt, rate ? tr("at least %1").arg(rateText(rate->threshold)) : QString());
    const auto* latency = objectiveOf(snapshot, pipeline, "latency_p99");
    m_plots[1]->setThreshold(latency ? std::optional(latency->threshold * 1e6) : std::nullopt, latency ? tr("at most %1").arg(durationLabel(latency->threshold * 1e6)) : QString());
    const auto* fresh = objectiveOf(snapshot, pipeline, "freshness");
    for (const api::PipelineSnapshot& each : snapshot.pipelines)
        for (const api::NodeSnapshot& node : each.nodes)
            if (each.name == pipeline && fresh && node.target == fresh->table)
                m_plots[2]->setObject(qstr(pipeline + "/" + node.name));
    m_plots[2]->setThreshold(fresh ? std::optional(fresh->threshold * 1e6) : std::nullopt, fresh ? tr("at most %1").arg(durationLabel(fresh->threshold * 1e6)) : QString());
    m_tiles[0]->setMeta(qstr(pipeline));
    m_tiles[1]->setMeta(qstr(pipeline));
    m_tiles[2]->setMeta(fresh ? qstr(fresh->table) : tr("no freshness objective"));
}

void SlaPage::apply(const api::EngineSnapshot& snapshot)
{
    m_stack->setCurrentIndex(snapshot.objectives.empty() ? 0 : 1);
    std::vector<RowsModel::Row> rows;
    for (const api::ObjectiveSnapshot& objective : snapshot.objectives) {
        const ObjectiveTile::Content content = objectiveContent(objective);
        const bool hasData = objective.hasValue;
        rows.push_back({qstr(objective.pipeline + "/" + objective.name),
                        {{.text = qstr(objective.name), .health = content.health, .hasGlyph = true}, {.text = qstr(objective.pipeline)},
                         {.text = content.value.text(), .isRight = true, .health = content.health}, {.text = content.target.mid(7), .isRight = true},
                         {.text = hasData ? percentText(objective.goodShare, 2) : dash(), .isRight = true}, {.text = percentText(objective.targetShare, 2), .isRight = true},
                         {.text = !hasData ? dash() : objective.budgetLeftShare < 0 ? tr("spent") : percentText(objective.budgetLeftShare, 0), .isRight = true, .health = objective.budgetLeftShare < 0 ? Health::Critical : Health::Ok},
                         {.text = QStringLiteral("%1×").arg(objective.burn1h, 0, 'f', 1), .isRight = true}, {.text = QStringLiteral("%1×").arg(objective.burn6h, 0, 'f', 1), .isRight = true},
                         {.text = !hasData ? tr("no data") : objective.isMet ? tr("met") : tr("missed"), .isRight = true,
                          .health = hasData && !objective.isMet ? Health::Critical : Health::Ok}}});
    }
    m_objectives->apply(std::move(rows));
    if (m_objectives->currentKey().isEmpty() && !snapshot.objectives.empty())
        m_objectives->selectRow(0);
    showPlots(snapshot);
}

} // namespace sluice::ui
