// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/charts/time_plot.h"
#include "ui/pages/page.h"
#include "ui/pages/pipeline_strip.h"
#include "ui/widgets/rows_table.h"
#include "ui/widgets/stat_tile.h"
#include "ui/widgets/tile.h"

#include <QGridLayout>

namespace sluice::ui {

/// How everything is at one look: six figures, objectives, what happened, pipelines, and six plots
/// of the last quarter of an hour.
class OverviewPage final : public Page
{
    Q_OBJECT

public:
    explicit OverviewPage(EngineBridge& bridge, QWidget* parent = nullptr);

signals:
    void pipelineClicked(const QString& name);

protected:
    void apply(const api::EngineSnapshot& snapshot) override;
    void showEvent(QShowEvent* event) override;
    void hideEvent(QHideEvent* event) override;

private:
    enum Stat { Objectives, Ingest, Latency, Oldest, Lag, Rejected, StatCount };
    QLayout* makeStats();
    QLayout* makeMiddle();
    QLayout* makePlots();
    void sample(const api::EngineSnapshot& snapshot);
    void applyStats(const api::EngineSnapshot& snapshot);
    void applyRejected(const api::EngineSnapshot& snapshot);
    void applyObjectives(const api::EngineSnapshot& snapshot);
    void applyEvents(const api::EngineSnapshot& snapshot);
    Tile* plot(const QString& title, const QString& meta, std::vector<TimePlot::Line> lines,
               TimePlot::Options options);

    StatTile* m_stats[StatCount];
    SeriesFeed* m_feeds[StatCount];
    std::vector<double> m_samples[StatCount]; // of the figures that the engine keeps no series of
    std::int64_t m_sampledUs = 0;
    QHBoxLayout* m_middle;
    QGridLayout* m_objectiveGrid;
    std::vector<ObjectiveTile*> m_objectives;
    RowsTable* m_events;
    Tile* m_pipelines;
    PipelineStrips* m_strips;
};

/// What an objective's tile shows.
ObjectiveTile::Content objectiveContent(const api::ObjectiveSnapshot& objective);

} // namespace sluice::ui
