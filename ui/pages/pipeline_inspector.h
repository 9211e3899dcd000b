// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/bridge/engine_bridge.h"
#include "ui/charts/time_plot.h"
#include "ui/widgets/grid_table.h"
#include "ui/widgets/rows_table.h"
#include "ui/widgets/tile.h"

#include <QWidget>

namespace sluice::ui {

/// What is known of the chosen node, or of the whole pipeline: facts, and its rate over time.
class PipelineInspector final : public QWidget
{
    Q_OBJECT

public:
    explicit PipelineInspector(EngineBridge& bridge, QWidget* parent = nullptr);
    /// node "" shows the pipeline.
    void apply(const api::PipelineSnapshot& pipeline, const QString& node);

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    std::vector<RowsModel::Row> pipelineFacts(const api::PipelineSnapshot& pipeline) const;
    std::vector<RowsModel::Row> nodeFacts(const api::NodeSnapshot& node) const;

    EngineBridge& m_bridge;
    TextLabel* m_name;
    TextLabel* m_kind;
    TextLabel* m_trouble;
    RowsTable* m_facts;
    TimePlot* m_plot;
};

} // namespace sluice::ui
