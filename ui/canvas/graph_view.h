// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/api/snapshot.h"
#include "ui/canvas/graph_layout.h"
#include "ui/theme/appearance.h"

#include <QPainterPath>
#include <QWidget>

#include <map>
#include <string>

class QHelpEvent;

namespace sluice::ui {

class ZoomBar;

/// The graph of a pipeline with live rates, queue fill and state; read only. Ctrl and the wheel
/// zoom at the pointer, the wheel and dragging move, F fits. Arrow keys walk from node to node,
/// with Shift to the edges of the chosen one; Escape chooses nothing. Text keeps its size: zoomed
/// out, nodes show less instead.
class GraphView final : public QWidget
{
    Q_OBJECT

public:
    static constexpr double kNodeWidth = 148;

    explicit GraphView(QWidget* parent = nullptr);

    void apply(const api::PipelineSnapshot& pipeline);
    /// Fits the whole graph into the view.
    void fit();
    void zoomBy(double factor);
    double zoom() const { return m_zoom; }
    QString selectedNode() const { return m_node; }
    QString selectedFrom() const { return m_edgeFrom; } // of the chosen edge
    QString selectedTo() const { return m_edgeTo; }
    void selectNode(const QString& name);
    void selectEdge(const QString& from, const QString& to);
    void clearSelection();
    /// Where a node stands in the widget.
    QRectF nodeRect(const QString& name) const { return viewRect(name.toStdString()); }
    /// What the pointer would be told at a point.
    QString tipAt(const QPointF& view) const;
    QSize sizeHint() const override { return {800, 420}; }

signals:
    void nodeSelected(const QString& node);
    void edgeSelected(const QString& from, const QString& to);
    void selectionCleared();

protected:
    bool event(QEvent* event) override;
    void paintEvent(QPaintEvent* event) override;
    void wheelEvent(QWheelEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void mouseReleaseEvent(QMouseEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;

private:
    // How much of a node is shown.
    enum class Detail { Block, Head, Full };
    Detail detail() const;

    QPointF toView(const QPointF& scene) const { return scene * m_zoom + m_offset; }
    const api::NodeSnapshot* node(const std::string& name) const;
    QRectF viewRect(const std::string& name) const;
    QPainterPath edgePath(const api::EdgeSnapshot& edge) const;
    const api::NodeSnapshot* nodeAt(const QPointF& view) const;
    const api::EdgeSnapshot* edgeAt(const QPointF& view) const;
    bool isShown(const api::NodeSnapshot& node) const;
    bool isChosen(const api::EdgeSnapshot& edge) const;
    void moveChevrons(const api::PipelineSnapshot& pipeline);
    void tellChoice();
    void zoomAt(const QPointF& view, double factor);
    void walk(int key);
    void walkEdges(bool isForward);
    const api::NodeSnapshot* firstAbnormal() const;

    void paintDots(QPainter& painter) const;
    void paintEdge(QPainter& painter, const api::EdgeSnapshot& edge, double moved) const;
    void paintEdgeText(QPainter& painter, const api::EdgeSnapshot& edge,
                       std::vector<QRectF>& taken) const;
    void paintNode(QPainter& painter, const api::NodeSnapshot& node) const;
    void paintBody(QPainter& painter, const api::NodeSnapshot& node, const QRectF& box) const;
    void paintImplicit(QPainter& painter, const api::NodeSnapshot& node, const QRectF& box) const;
    void paintChips(QPainter& painter);

    api::PipelineSnapshot m_pipeline;
    GraphLayout m_layout;
    std::vector<double> m_moved; // how far the chevrons of each edge have come, in pixels
    double m_zoom = 1;
    QPointF m_offset, m_dragFrom;
    bool m_isDragging = false, m_hasMoved = false, m_isFitted = true;
    QString m_node, m_edgeFrom, m_edgeTo;
    QRectF m_troubleChip;
    ZoomBar* m_zoomBar;
};

/// How a node is, from its snapshot and that of its pipeline.
Health nodeHealth(const api::NodeSnapshot& node, api::RunState state);

/// What a node and an edge are and do, in words: tool tips, and what a screen reader is told.
QString nodeWords(const api::NodeSnapshot& node);
QString edgeWords(const api::EdgeSnapshot& edge);

} // namespace sluice::ui
