// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/charts/time_plot.h"
#include "ui/pages/page.h"
#include "ui/pages/painted_cells.h"
#include "ui/widgets/empty_state.h"
#include "ui/widgets/rows_table.h"
#include "ui/widgets/tile.h"

#include <QStackedWidget>

namespace sluice::ui {

/// The objectives with their budgets, and throughput, latency and freshness of the chosen one's
/// pipeline against its targets.
class SlaPage final : public Page
{
    Q_OBJECT

public:
    explicit SlaPage(EngineBridge& bridge, QWidget* parent = nullptr);

protected:
    void apply(const api::EngineSnapshot& snapshot) override;
    void resizeEvent(QResizeEvent* event) override;

private:
    enum Plot { Throughput, Latency, Freshness, PlotCount };
    QWidget* makeObjectives();
    void makePlots(QHBoxLayout* row);
    void setHeights();
    void showPlots(const api::EngineSnapshot& snapshot);
    void showFreshness(const api::EngineSnapshot& snapshot, const std::string& pipeline);

    Tile* m_list;
    RowsTable* m_objectives;
    BudgetCells* m_budgets;
    QStackedWidget* m_stack;
    Tile* m_tiles[PlotCount];
    TimePlot* m_plots[PlotCount];
};

} // namespace sluice::ui
