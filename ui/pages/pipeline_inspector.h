// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/bridge/engine_bridge.h"
#include "ui/charts/time_plot.h"
#include "ui/widgets/grid_table.h"
#include "ui/widgets/rows_table.h"
#include "ui/widgets/tile.h"

#include <QWidget>

namespace sluice::ui {

/// What is known of the chosen node or edge, or of the whole pipeline: facts, and its rate over
/// time, for an edge also how full its queue is.
class PipelineInspector final : public QWidget
{
    Q_OBJECT

public:
    explicit PipelineInspector(EngineBridge& bridge, QWidget* parent = nullptr);

    void showPipeline(const api::PipelineSnapshot& pipeline);
    void showNode(const api::PipelineSnapshot& pipeline, const api::NodeSnapshot& node);
    void showEdge(const api::PipelineSnapshot& pipeline, const api::EdgeSnapshot& edge);
    const RowsTable& facts() const { return *m_facts; }

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    struct Head
    {
        QString name, kind, trouble;
    };
    void show(const Head& head, std::vector<RowsModel::Row> facts, const QString& object,
              bool isEdge);
    std::vector<RowsModel::Row> pipelineFacts(const api::PipelineSnapshot& pipeline) const;
    std::vector<RowsModel::Row> nodeFacts(const api::NodeSnapshot& node) const;

    EngineBridge& m_bridge;
    TextLabel* m_name;
    TextLabel* m_kind;
    TextLabel* m_trouble;
    RowsTable* m_facts;
    TimePlot* m_rate; // of a node or pipeline
    TimePlot* m_flow; // of an edge
    TimePlot* m_fill;
};

} // namespace sluice::ui
