// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/charts/time_plot.h"
#include "ui/pages/page.h"
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

private:
    void showPlots(const api::EngineSnapshot& snapshot);

    RowsTable* m_objectives;
    QStackedWidget* m_stack;
    Tile* m_tiles[3];
    TimePlot* m_plots[3];
    QString m_shown;
};

} // namespace sluice::ui
