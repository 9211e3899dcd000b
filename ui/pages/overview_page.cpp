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
constexpr int kObjectiveColumns = 4, kPlotColumns = 3;
// Two rows of plots fit beneath three pipelines in a window of 1600 x 1000.
constexpr int kPlotHeight = 184;
constexpr int kLineSeconds = 300; // how far the small lines of the figures reach

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

// The gold table of a running pipeline whose newest commit is the oldest; null if none is written.
const api::NodeSnapshot* oldestGold(const api::EngineSnapshot& snapshot)
{
    const api::NodeSnapshot* out = nullptr;
    for (const api::PipelineSnapshot& pipeline : snapshot.pipelines) {
        if (pipeline.state != api::RunState::Running)
            continue;
        for (const api::NodeSnapshot& node : pipeline.nodes)
            if (node.layer == "gold" && node.freshnessUs > (out ? out->freshnessUs : -1))
                out = &node;
    }
    return out;
}

Quantity objectiveValue(const api::ObjectiveSnapshot& objective, double value)
{
    if (objective.unit == "s")
        return durationQuantity(std::int64_t(value * 1e6));
    if (objective.unit == "rec/s")
        return rateQuantity(value);
    return {QString::number(std::floor(value * 100) / 100, 'f', value == 100 ? 0 : 2),
            QStringLiteral("%")};
}

} // namespace

ObjectiveTile::Content objectiveContent(const api::ObjectiveSnapshot& objective)
{
    ObjectiveTile::Content out;
    out.name = qstr(objective.name);
    out.target = (objective.isUpperBound ? QStringLiteral("≤ ") : QStringLiteral("≥ "))
        + objectiveValue(objective, objective.threshold).text();
    if (objective.indicator == "availability")
        out.target = QStringLiteral("≥ ") + percentText(objective.targetShare, 2);
    out.budgetLeft = objective.budgetLeftShare;
    if (!objective.hasValue) {
        out.burn = QObject::tr("no data, which is never good");
        return out;
    }
    out.value = objectiveValue(objective, objective.value);
    out.burn = QStringLiteral("burn 1 h %1  6 h %2")
                   .arg(burnText(objective.burn1h), burnText(objective.burn6h));
    const bool breaks = objective.isUpperBound ? objective.value > objective.threshold
                                               : objective.value < objective.threshold;
    out.health = objective.budgetLeftShare < 0 ? Health::Critical
        : breaks || objective.burn1h > 1       ? Health::Warning
                                               : Health::Ok;
    return out;
}

OverviewPage::OverviewPage(EngineBridge& bridge, QWidget* parent)
    : Page(bridge, parent)
{
    auto* content = new QWidget;
    auto* all = new QVBoxLayout(content);
    all->setContentsMargins(kGap, kGap, kGap, kGap);
    all->setSpacing(kGap);
    all->addLayout(makeStats());
    all->addLayout(makeMiddle());
    m_pipelines = new Tile(tr("Pipelines"));
    m_strips = new PipelineStrips;
    m_pipelines->body()->addWidget(m_strips);
    connect(m_strips, &PipelineStrips::pipelineClicked, this, &OverviewPage::pipelineClicked);
    all->addWidget(m_pipelines);
    all->addLayout(makePlots(), 1);

    auto* scroll = new QScrollArea;
    scroll->setWidget(content);
    scroll->setWidgetResizable(true);
    scroll->setFrameShape(QFrame::NoFrame);
    auto* outer = new QVBoxLayout(this);
    outer->setContentsMargins(0, 0, 0, 0);
    outer->addWidget(scroll);
    // Also while another page is shown, so that the lines have no holes.
    connect(&bridge, &EngineBridge::snapshotChanged, this,
            [this](const api::EngineSnapshotPtr& snapshot) { sample(*snapshot); });
}

QLayout* OverviewPage::makeStats()
{
    auto* stats = new QHBoxLayout;
    stats->setSpacing(kGap);
    const char* const names[] = {"Objectives met",    "Ingest", "Completion latency p99",
                                 "Oldest gold table", "Lag",    "Rejected, not lost"};
    const char* const metrics[] = {"", "rows_in", "latency_p99", "", "lag_rows", ""};
    for (int i = 0; i < StatCount; ++i) {
        m_stats[i] = new StatTile(tr(names[i]));
        stats->addWidget(m_stats[i], 1);
        m_feeds[i] = nullptr;
        if (*metrics[i] == '\0')
            continue;
        m_feeds[i]
            = new SeriesFeed(m_bridge, {}, QString::fromLatin1(metrics[i]), kLineSeconds, 60, this);
        connect(m_feeds[i], &SeriesFeed::changed, this,
                [this, i] { m_stats[i]->setLine(lineOf(*m_feeds[i])); });
    }
    return stats;
}

QLayout* OverviewPage::makeMiddle()
{
    auto* middle = new QHBoxLayout;
    middle->setSpacing(kGap);
    m_objectiveGrid = new QGridLayout;
    m_objectiveGrid->setSpacing(8);
    for (int column = 0; column < kObjectiveColumns; ++column)
        m_objectiveGrid->setColumnStretch(column, 1);
    middle->addLayout(m_objectiveGrid, 7);
    middle->setAlignment(m_objectiveGrid, Qt::AlignTop);
    m_middle = middle;
    auto* happened = new Tile(tr("What happened"));
    m_events = new RowsTable({tr("time"), tr("object"), tr("event")}, {84, 140, 0});
    m_events->horizontalHeader()->hide();
    happened->body()->addWidget(m_events);
    happened->setMinimumWidth(320);
    happened->setMinimumHeight(200);
    middle->addWidget(happened, 3);
    return middle;
}

QLayout* OverviewPage::makePlots()
{
    const auto options = [](bool hasLanes, std::function<QString(double)> text) {
        return TimePlot::Options{.seconds = 900,
                                 .hasLanes = hasLanes,
                                 .text = std::move(text),
                                 .threshold = {},
                                 .thresholdText = {}};
    };
    const TimePlot::Options durations{
        .seconds = 900, .isDuration = true, .text = {}, .threshold = {}, .thresholdText = {}};
    const auto text1 = [](const Theme& now) { return now.text1; };
    Tile* const tiles[]
        = {plot(tr("Throughput by layer"), tr("rows written per second"),
                {{tr("bronze"), QStringLiteral("rows_bronze"), seriesColor(1)},
                 {tr("silver"), QStringLiteral("rows_silver"), seriesColor(2)},
                 {tr("gold"), QStringLiteral("rows_gold"), seriesColor(3)}},
                options(true, rateText)),
           plot(tr("Completion latency"), tr("arrival to commit in every sink, p50 p95 p99"),
                {{tr("p99"), QStringLiteral("latency_p99"), text1},
                 {tr("p95"), QStringLiteral("latency_p95"), text1, Qt::DashLine},
                 {tr("p50"), QStringLiteral("latency_p50"), text1, Qt::DotLine}},
                durations),
           plot(tr("Rejected by reason"), tr("records per second, kept aside with their bytes"),
                {{tr("quarantined"), QStringLiteral("rejected_quarantined"), seriesColor(4)},
                 {tr("dead letter"), QStringLiteral("rejected_dead_letter"), seriesColor(6)},
                 {tr("late"), QStringLiteral("rejected_late"), seriesColor(5)},
                 {tr("dropped"), QStringLiteral("rejected_dropped"), seriesColor(0)}},
                options(false, rateText)),
           plot(tr("Lag"), tr("records not read yet, worst pipeline"),
                {{tr("records"), QStringLiteral("lag_rows"), seriesColor(1)}},
                options(false, shortCount)),
           plot(tr("Watermark delay"), tr("how far event time is behind the clock"),
                {{tr("delay"), QStringLiteral("watermark_delay_us"), seriesColor(2)}}, durations),
           plot(tr("Processor"), tr("share of all cores"),
                {{tr("all cores"), QStringLiteral("cpu"), seriesColor(0)}},
                options(false, [](double share) { return percentText(share, 0); }))};
    auto* plots = new QGridLayout;
    plots->setSpacing(kGap);
    int at = 0;
    for (Tile* tile : tiles) {
        plots->addWidget(tile, at / kPlotColumns, at % kPlotColumns);
        plots->setColumnStretch(at % kPlotColumns, 1);
        ++at;
    }
    return plots;
}

void OverviewPage::showEvent(QShowEvent* event)
{
    for (SeriesFeed* feed : m_feeds)
        if (feed)
            feed->setActive(true);
    Page::showEvent(event);
}

void OverviewPage::hideEvent(QHideEvent* event)
{
    for (SeriesFeed* feed : m_feeds)
        if (feed)
            feed->setActive(false);
    Page::hideEvent(event);
}

// Once a second; what is not known is a gap.
void OverviewPage::sample(const api::EngineSnapshot& snapshot)
{
    constexpr std::int64_t kEveryUs = 1'000'000;
    if (snapshot.timeUs - m_sampledUs < kEveryUs && snapshot.timeUs >= m_sampledUs)
        return;
    m_sampledUs = snapshot.timeUs;
    double rejected = std::nan("");
    for (const api::PipelineSnapshot& pipeline : snapshot.pipelines)
        if (pipeline.state == api::RunState::Running)
            rejected = (std::isnan(rejected) ? 0 : rejected) + pipeline.rejectedPerSecond;
    const api::NodeSnapshot* oldest = oldestGold(snapshot);
    const std::pair<Stat, double> values[]
        = {{Oldest, oldest ? double(oldest->freshnessUs) : std::nan("")}, {Rejected, rejected}};
    for (const auto& [stat, value] : values) {
        std::vector<double>& line = m_samples[stat];
        line.push_back(value);
        if (line.size() > kLineSeconds)
            line.erase(line.begin());
        m_stats[stat]->setLine(line);
    }
}

Tile* OverviewPage::plot(const QString& title, const QString& meta,
                         std::vector<TimePlot::Line> lines, TimePlot::Options options)
{
    auto* tile = new Tile(title);
    tile->setMeta(meta);
    tile->setMinimumHeight(kPlotHeight);
    tile->body()->addWidget(new TimePlot(m_bridge, {}, std::move(lines), std::move(options)));
    return tile;
}

void OverviewPage::applyStats(const api::EngineSnapshot& snapshot)
{
    int running = 0;
    double rate = 0, bytes = 0;
    std::int64_t p99 = -1, lag = -1;
    QString slowest, behind;
    for (const api::PipelineSnapshot& pipeline : snapshot.pipelines) {
        if (pipeline.state != api::RunState::Running)
            continue;
        ++running;
        rate += pipeline.rowsInPerSecond;
        bytes += pipeline.bytesInPerSecond;
        if (pipeline.lagRows > lag) {
            lag = pipeline.lagRows;
            behind = qstr(pipeline.name);
        }
        if (pipeline.latency.p99Us > p99) {
            p99 = pipeline.latency.p99Us;
            slowest = qstr(pipeline.name);
        }
    }
    m_stats[Ingest]->setValue(running > 0 ? rateQuantity(rate) : Quantity{dash(), {}});
    m_stats[Ingest]->setNote(
        tr("%1/s, %2 pipelines run").arg(bytesQuantity(std::int64_t(bytes)).text()).arg(running));
    m_stats[Latency]->setValue(durationQuantity(p99));
    m_stats[Latency]->setNote(slowest.isEmpty() ? tr("nothing committed yet")
                                                : tr("slowest: %1").arg(slowest));
    const api::NodeSnapshot* oldest = oldestGold(snapshot);
    m_stats[Oldest]->setValue(durationQuantity(oldest ? oldest->freshnessUs : -1));
    m_stats[Oldest]->setNote(oldest ? qstr(oldest->target) : tr("no gold table is written"));
    m_stats[Lag]->setValue(lag < 0 ? Quantity{dash(), {}}
                                   : Quantity{shortCount(double(lag)), QStringLiteral("rec")});
    m_stats[Lag]->setNote(lag < 0        ? tr("no source tells its lag")
                              : lag == 0 ? tr("everything is read")
                                         : tr("not read yet, most in %1").arg(behind));
    applyRejected(snapshot);
}

void OverviewPage::applyRejected(const api::EngineSnapshot& snapshot)
{
    bool isRunning = false;
    double rate = 0;
    api::RejectCounts sum;
    for (const api::PipelineSnapshot& pipeline : snapshot.pipelines) {
        sum.late += pipeline.rejects.late;
        sum.deadLetter += pipeline.rejects.deadLetter;
        sum.quarantined += pipeline.rejects.quarantined;
        sum.dropped += pipeline.rejects.dropped;
        if (pipeline.state == api::RunState::Running) {
            isRunning = true;
            rate += pipeline.rejectedPerSecond;
        }
    }
    m_stats[Rejected]->setValue(isRunning ? rateQuantity(rate) : Quantity{dash(), {}});
    const std::pair<std::uint64_t, QString> reasons[] = {{sum.quarantined, tr("quarantined")},
                                                         {sum.deadLetter, tr("dead letter")},
                                                         {sum.late, tr("late")},
                                                         {sum.dropped, tr("dropped")}};
    QStringList all;
    for (const auto& [count, name] : reasons)
        all << countText(std::int64_t(count)) + QLatin1Char(' ') + name;
    const auto& most
        = *std::ranges::max_element(reasons, {}, [](const auto& reason) { return reason.first; });
    m_stats[Rejected]->setNote(
        sum.rejected() == 0
            ? tr("none since the start")
            : tr("%1, mostly %2").arg(shortCount(double(sum.rejected())), most.second),
        tr("since the start: %1").arg(all.join(QStringLiteral(" · "))));
}

void OverviewPage::applyObjectives(const api::EngineSnapshot& snapshot)
{
    const std::vector<api::ObjectiveSnapshot>& objectives = snapshot.objectives;
    const auto met = std::size_t(std::ranges::count_if(objectives, &api::ObjectiveSnapshot::isMet));
    const auto known
        = std::size_t(std::ranges::count_if(objectives, &api::ObjectiveSnapshot::hasValue));
    m_stats[Objectives]->setValue(objectives.empty() ? Quantity{dash(), {}}
                                                     : Quantity{QString::number(met),
                                                                tr("of %1").arg(objectives.size())},
                                  met == objectives.size() ? Health::Ok : Health::Warning);
    m_stats[Objectives]->setNote(objectives.empty() ? tr("no document has one")
                                     : known < objectives.size()
                                     ? tr("%1 without data").arg(objectives.size() - known)
                                     : tr("rolling windows of their own"));
    // Without objectives what happened has the whole width.
    m_middle->setStretch(0, objectives.empty() ? 0 : 7);
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
    for (auto event = snapshot.events.rbegin();
         event != snapshot.events.rend() && rows.size() < kShown; ++event) {
        const Health health = event->level == api::EventSnapshot::Level::Critical ? Health::Critical
            : event->level == api::EventSnapshot::Level::Warning                  ? Health::Warning
                                                                                  : Health::Ok;
        rows.push_back({QString::number(event->timeUs) + qstr(event->object),
                        {{.text = clockText(event->timeUs)},
                         {.text = qstr(event->object), .health = health, .hasGlyph = true},
                         {.text = qstr(event->text), .health = health}}});
    }
    m_events->apply(std::move(rows));
}

void OverviewPage::apply(const api::EngineSnapshot& snapshot)
{
    applyStats(snapshot);
    applyObjectives(snapshot);
    applyEvents(snapshot);
    const auto running = std::ranges::count(snapshot.pipelines, api::RunState::Running,
                                            &api::PipelineSnapshot::state);
    const auto failed = std::ranges::count(snapshot.pipelines, api::RunState::Failed,
                                           &api::PipelineSnapshot::state);
    const QString meta = tr("%1 running · %2 stopped")
                             .arg(running)
                             .arg(std::ptrdiff_t(snapshot.pipelines.size()) - running - failed);
    m_pipelines->setMeta(failed == 0 ? meta : meta + tr(" · %1 failed").arg(failed));
    m_strips->apply(snapshot.pipelines);
}

} // namespace sluice::ui
