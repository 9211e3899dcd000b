// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/api/snapshot.h"
#include "ui/theme/theme.h"

#include <QWidget>

#include <vector>

namespace sluice::ui {

/// One row a pipeline: name and state, its longest way from a source to a sink as linked boxes with
/// the rates between, and its figures. Clicking a row tells which.
class PipelineStrips final : public QWidget
{
    Q_OBJECT

public:
    explicit PipelineStrips(QWidget* parent = nullptr);
    void apply(const std::vector<api::PipelineSnapshot>& pipelines);

signals:
    void pipelineClicked(const QString& name);

protected:
    void paintEvent(QPaintEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;

private:
    std::vector<api::PipelineSnapshot> m_pipelines;
};

/// What a pipeline's state is called, and how it is.
QString stateText(api::RunState state);
Health pipelineHealth(const api::PipelineSnapshot& pipeline);

} // namespace sluice::ui
