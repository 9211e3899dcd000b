// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/pages/overview_page.h"

#include "ui/text/units.h"

#include <QHeaderView>
#include <QScrollArea>

#include <algorithm>
#include <cmath>

namespace sluice::ui {
namespace {

constexpr int kGap = 12;
constexpr int kObjectiveColumns = 4;

std::function<QColor(const Theme&)> seriesColor(std::size_t index)
{
    return [index](const Theme& now) { return now.series[index]; };
}

std::vector<double> lineOf(const SeriesFeed& feed)
{
    std::vector<double> out;
    for (const api::SeriesCell& cell : feed.cells())
        out.push_back(cell.last);
    return out;
}

QString durationLabel(double us)
{
    return durationQuantity(std::int64_t(us)).text();
}

Quantity objectiveValue(const api::ObjectiveSnapshot& objective, double value)
{
    if (objective.unit == "s")
        return durationQuantity(std::int64_t(value * 1e6));
    if (objective.unit == "rec/s")
        return rateQuantity(value);
    return {QString::number(std::floor(value * 100) / 100, 'f', value == 100 ? 0 : 2), QStringLiteral("%")};
}

} // namespace

ObjectiveTile::Content objectiveContent(const api::ObjectiveSnapshot& objective)
{
    ObjectiveTile::Content out;
    out.name = qstr(objective.name);
    out.target = (objective.isUpperBound ? QStringLiteral("target ≤ ") : QStringLiteral("target ≥ ")) + objectiveValue(objective, objective.threshold).text();
    if (objective.indicator == "availability")
        out.target = QStringLiteral("target ≥ ") + percentText(objective.targetShare, 2);
    out.budgetLeft = objective.budgetLeftShare;
    if (!objective.hasValue) {
        out.burn = QObject::tr("no data, which is never good");
        return out;
    }
    out.value = objectiveValue(objective, objective.value);
    out.burn = QStringLiteral("burn 1 h %1×  6 h %2×").arg(objective.burn1h, 0, 'f', 1).arg(objective.burn6h, 0, 'f', 1);
    const bool breaks = objective.isUpperBound ? objective.value > objective.threshold : objective.value < objective.threshold;
    out.health = objective.budgetLeftShare < 0 ? Health::Critical : breaks || objective.burn1h > 1 ? Health::Warning : Health::Ok;
    return out;
}

OverviewPage::OverviewPage(EngineBridge& bridge, QWidget* parent)
    : Page(bridge, parent)
{
    auto* content = new QWidget;
    auto* all = new QVBoxLayout(content);
    all->setContentsMargins(kGap, kGap, kGap, kGap);
    all->setSpacing(kGap);

    auto* stats = new QHBoxLayout;
    stats->setSpacing(kGap);
    const char* const names[] = {"Objectives met", "Ingest", "Completion latency p99", "Oldest gold table", "Lag", "Rejected, not lost"};
    const char* const metrics[] = {"", "rows_in", "latency_p99", "watermark_delay_us", "lag_rows", "rejected_quarantined"};
    for (int i = 0; i < StatCount; ++i) {
        m_stats[i] = new StatTile(tr(names[i]));
        stats->addWidget(m_stats[i], 1);
        m_feeds[i] = nullptr;
        if (*metrics[i] == '\0')
            continue;
        m_feeds[i] = new SeriesFeed(bridge, {}, QString::fromLatin1(metrics[i]), 300, 60, this);
        m_feeds[i]->setActive(true);
        connect(m_feeds[i], &SeriesFeed::changed, this, [this, i] { m_stats[i]->setLine(lineOf(*m_feeds[i])); });
    }
    all->addLayout(stats);

    auto* middle = new QHBoxLayout;
    middle->setSpacing(kGap);
    m_objectiveGrid = new QGridLayout;
    m_objectiveGrid->setSpacing(8);
    middle->addLayout(m_objectiveGrid, 7);
    auto* happened = new Tile(tr("What happened"));
    m_events = new RowsTable({tr("time"), tr("object"), tr("event")}, {74, 110, 0});
    m_events->horizontalHeader()->hide();
    happened->body()->addWidget(m_events);
    happened->setMinimumWidth(320);
    happened->setMinimumHeight(200);
    middle->addWidget(happened, 3);
    all->addLayout(middle);

    m_pipelines = new Tile(tr("Pipelines"));
    m_strips = new PipelineStrips;
    m_pipelines->body()->addWidget(m_strips);
    connect(m_strips, &PipelineStrips::pipelineClicked, this, &OverviewPage::pipelineClicked);
    all->addWidget(m_pipelines);

    auto* plots = new QGridLayout;
    plots->setSpacing(kGap);
    const TimePlot::Options rate{.seconds = 900, .hasLanes = true, .text = rateText, .threshold = {}, .thresholdText = {}};
    plots->addWidget(plot(tr("Throughput by layer"), tr("rows written per second"),
                          {{tr("bronze"), QStringLiteral("rows_bronze"), seriesColor(1)}, {tr("silver"), QStringLiteral("rows_silver"), seriesColor(2)},
                           {tr("gold"), QStringLiteral("rows_gold"), seriesColor(3)}}, rate), 0, 0);
    const auto text1 = [](const Theme& now) { return now.text1; };
    plots->addWidget(plot(tr("Completion latency"), tr("arrival to commit in every sink, p50 p95 p99"),
                          {{tr("p99"), QStringLiteral("latency_p99"), text1}, {tr("p95"), QStringLiteral("latency_p95"), text1, Qt::DashLine},
                           {tr("p50"), QStringLiteral("latency_p50"), text1, Qt::DotLine}},
                          {.seconds = 900, .text = durationLabel, .threshold = {}, .thresholdText = {}}), 0, 1);
    plots->addWidget(plot(tr("Rejected by reason"), tr("records per second, kept aside with their bytes"),
                          {{tr("quarantined"), QStringLiteral("rejected_quarantined"), seriesColor(4)}, {tr("dead letter"), QStringLiteral("rejected_dead_letter"), seriesColor(6)},
                           {tr("late"), QStringLiteral("rejected_late"), seriesColor(5)}, {tr("dropped"), QStringLiteral("rejected_dropped"), seriesColor(0)}},
                          {.seconds = 900, .text = rateText, .threshold = {}, .thresholdText = {}}), 0, 2);
    plots->addWidget(plot(tr("Lag"), tr("records not read yet"), {{tr("records"), QStringLiteral("lag_rows"), seriesColor(1)}},
                          {.seconds = 900, .text = shortCount, .threshold = {}, .thresholdText = {}}), 1, 0);
    plots->addWidget(plot(tr("Watermark delay"), tr("how far event time is behind the clock"), {{tr("delay"), QStringLiteral("watermark_delay_us"), seriesColor(2)}},
                          {.seconds = 900, .text = durationLabel, .threshold = {}, .thresholdText = {}}), 1, 1);
    plots->addWidget(plot(tr("Processor"), tr("share of all cores"), {{tr("all cores"), QStringLiteral("cpu"), seriesColor(0)}},
                          {.seconds = 900, .text = [](double share) { return percentText(share, 0); }, .threshold = {}, .thresholdText = {}}), 1, 2);
    for (int column = 0; column < 3; ++column)
        plots->setColumnStretch(column, 1);
    all->addLayout(plots, 1);

    auto* scroll = new QScrollArea;
    scroll->setWidget(content);
    scroll->setWidgetResizable(true);
    scroll->setFrameShape(QFrame::NoFrame);
    auto* outer = new QVBoxLayout(this);
    outer->setContentsMargins(0, 0, 0, 0);
    outer->addWidget(scroll);
}

Tile* OverviewPage::plot(const QString& title, const QString& meta, std::vector<TimePlot::Line> lines, TimePlot::Options options)
{
    auto* tile = new Tile(title);
    tile->setMeta(meta);
    tile->setMinimumHeight(190);
    tile->body()->addWidget(new TimePlot(m_bridge, {}, std::move(lines), std::move(options)));
    return tile;
}

void OverviewPage::applyStats(const api::EngineSnapshot& snapshot)
{
    int running = 0;
    double rate = 0, bytes = 0, rejected = 0;
    std::int64_t p99 = -1, lag = -1, freshness = -1;
    std::uint64_t late = 0, dead = 0, quarantined = 0, dropped = 0;
    QString oldest, slowest;
    for (const api::PipelineSnapshot& pipeline : snapshot.pipelines) {
        late += pipeline.rejects.late;
        dead += pipeline.rejects.deadLetter;
        quarantined += pipeline.rejects.quarantined;
        dropped += pipeline.rejects.dropped;
        if (pipeline.state != api::RunState::Running)
            continue;
        ++running;
        rate += pipeline.rowsInPerSecond;
        bytes += pipeline.bytesInPerSecond;
        rejected += pipeline.rejectedPerSecond;
        if (pipeline.lagRows >= 0)
            lag = std::max<std::int64_t>(lag, 0) + pipeline.lagRows;
        if (pipeline.latency.p99Us > p99) {
            p99 = pipeline.latency.p99Us;
            slowest = qstr(pipeline.name);
        }
        for (const api::NodeSnapshot& node : pipeline.nodes)
            if (node.layer == "gold" && node.freshnessUs > freshness) {
                freshness = node.freshnessUs;
                oldest = qstr(node.target);
            }
    }
    m_stats[Ingest]->setValue(running > 0 ? rateQuantity(rate) : Quantity{dash(), {}});
    m_stats[Ingest]->setNote(tr("%1/s in %2 running pipelines").arg(bytesQuantity(std::int64_t(bytes)).text()).arg(running));
    m_stats[Latency]->setValue(durationQuantity(p99));
    m_stats[Latency]->setNote(slowest.isEmpty() ? tr("nothing runs") : tr("slowest: %1").arg(slowest));
    m_stats[Oldest]->setValue(durationQuantity(freshness));
    m_stats[Oldest]->setNote(oldest.isEmpty() ? tr("no gold table is written") : oldest);
    m_stats[Lag]->setValue(lag < 0 ? Quantity{dash(), {}} : Quantity{shortCount(double(lag)), QStringLiteral("rec")});
    m_stats[Lag]->setNote(tr("records not read yet"));
    m_stats[Rejected]->setValue(running > 0 ? rateQuantity(rejected) : Quantity{dash(), {}});
    m_stats[Rejected]->setNote(tr("%1 quarantined · %2 dead letter · %3 late · %4 dropped")
                                   .arg(shortCount(double(quarantined)), shortCount(double(dead)), shortCount(double(late)), shortCount(double(dropped))));
}

void OverviewPage::applyObjectives(const api::EngineSnapshot& snapshot)
{
    const auto met = std::ranges::count_if(snapshot.objectives, [](const api::ObjectiveSnapshot& objective) { return objective.isMet; });
    m_stats[Objectives]->setValue({QString::number(met), tr("of %1").arg(snapshot.objectives.size())},
                                  std::size_t(met) == snapshot.objectives.size() ? Health::Ok : Health::Warning);
    const auto unknown = std::ranges::count_if(snapshot.objectives, [](const api::ObjectiveSnapshot& objective) { return !objective.hasValue; });
    m_stats[Objectives]->setNote(unknown > 0 ? tr("%1 without data").arg(unknown) : tr("rolling windows of their own"));
    while (m_objectives.size() < snapshot.objectives.size()) {
        auto* tile = new ObjectiveTile;
        const int index = int(m_objectives.size());
        m_objectiveGrid->addWidget(tile, index / kObjectiveColumns, index % kObjectiveColumns);
        m_objectives.push_back(tile);
    }
    for (std::size_t i = 0; i < m_objectives.size(); ++i) {
        m_objectives[i]->setVisible(i < snapshot.objectives.size());
        if (i < snapshot.objectives.size())
            m_objectives[i]->setContent(objectiveContent(snapshot.objectives[i]));
    }
}

void OverviewPage::applyEvents(const api::EngineSnapshot& snapshot)
{
    constexpr std::size_t kShown = 30;
    std::vector<RowsModel::Row> rows;
    for (auto event = snapshot.events.rbegin(); event != snapshot.events.rend() && rows.size() < kShown; ++event) {
        const Health health = event->level == api::EventSnapshot::Level::Critical ? Health::Critical
            : event->level == api::EventSnapshot::Level::Warning                  ? Health::Warning
                                                                                  : Health::Ok;
        rows.push_back({QString::number(event->timeUs) + qstr(event->object), {{.text = clockText(event->timeUs)}, {.text = qstr(event->object), .health = health},
                                                                              {.text = qstr(event->text), .health = health}}});
    }
    m_events->apply(std::move(rows));
}

void OverviewPage::apply(const api::EngineSnapshot& snapshot)
{
    applyStats(snapshot);
    applyObjectives(snapshot);
    applyEvents(snapshot);
    const auto running = std::ranges::count(snapshot.pipelines, api::RunState::Running, &api::PipelineSnapshot::state);
    m_pipelines->setMeta(tr("%1 running · %2 stopped").arg(running).arg(std::ptrdiff_t(snapshot.pipelines.size()) - running));
    m_strips->apply(snapshot.pipelines);
}

} // namespace sluice::ui
