// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/api/snapshot.h"
#include "ui/theme/appearance.h"

#include <QPainterPath>
#include <QWidget>

#include <map>
#include <string>

namespace sluice::ui {

/// The graph of a pipeline with live rates, queue fill and state; read only. Wheel zooms at the
/// pointer, dragging moves, F fits, arrow keys walk from node to node.
class GraphView final : public QWidget
{
    Q_OBJECT

public:
    explicit GraphView(QWidget* parent = nullptr);

    void apply(const api::PipelineSnapshot& pipeline);
    /// Fits the whole graph into the view.
    void fit();
    QString selectedNode() const { return m_node; }
    void selectNode(const QString& name);
    /// Where a node stands in the widget; for tests.
    QRectF nodeRect(const QString& name) const;
    QSize sizeHint() const override { return {800, 420}; }

signals:
    void nodeSelected(const QString& node);
    void edgeSelected(const QString& from, const QString& to);
    void selectionCleared();

protected:
    void paintEvent(QPaintEvent* event) override;
    void wheelEvent(QWheelEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void mouseReleaseEvent(QMouseEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;

private:
    QPointF toView(const QPointF& scene) const { return scene * m_zoom + m_offset; }
    QPointF toScene(const QPointF& view) const { return (view - m_offset) / m_zoom; }
    QRectF sceneRect(const std::string& node) const;
    QPainterPath edgePath(const api::EdgeSnapshot& edge) const;
    void paintEdge(QPainter& painter, const api::EdgeSnapshot& edge) const;
    void paintEdgeText(QPainter& painter, const api::EdgeSnapshot& edge) const;
    void paintNode(QPainter& painter, const api::NodeSnapshot& node) const;
    void paintImplicit(QPainter& painter, const api::NodeSnapshot& node, const QRectF& box) const;
    bool isShown(const api::NodeSnapshot& node) const;
    void zoomAt(const QPointF& view, double factor);
    void walk(int key);

    api::PipelineSnapshot m_pipeline;
    std::map<std::string, QPointF> m_places;
    double m_zoom = 1;
    QPointF m_offset, m_dragFrom;
    bool m_isDragging = false, m_hasMoved = false, m_isFitted = true;
    QString m_node, m_edgeFrom, m_edgeTo;
};

/// How a node is, from its snapshot and that of its pipeline.
Health nodeHealth(const api::NodeSnapshot& node, api::RunState state);

} // namespace sluice::ui
