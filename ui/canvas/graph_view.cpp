// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/canvas/graph_view.h"

#include "ui/canvas/zoom_bar.h"
#include "ui/text/units.h"

#include <QHelpEvent>
#include <QMouseEvent>
#include <QToolTip>
#include <QWheelEvent>

#include <algorithm>
#include <cmath>

namespace sluice::ui {
namespace {

constexpr double kWidth = GraphView::kNodeWidth, kHeight = 84, kImplicitHeight = 26;
constexpr double kHeadWidth = 172, kHeadHeight = 30, kBlockWidth = 60, kBlockHeight = 20;
constexpr double kColumn = 216, kRow = 124;
constexpr double kLeastZoom = 0.25, kMostZoom = 2.5;
constexpr double kFullFrom = 0.795, kHeadFrom = 0.5; // zoom
constexpr int kCorner = 12;                          // of the zoom bar from the edge

} // namespace

GraphView::GraphView(QWidget* parent)
    : QWidget(parent)
    , m_zoomBar(new ZoomBar(this))
{
    setFocusPolicy(Qt::StrongFocus);
    setMouseTracking(true);
    setMinimumSize(320, 240);
    setAccessibleName(tr("Pipeline graph"));
    connect(&Appearance::instance(), &Appearance::changed, this, qOverload<>(&QWidget::update));
    connect(m_zoomBar, &ZoomBar::zoomed, this, &GraphView::zoomBy);
    connect(m_zoomBar, &ZoomBar::fitWanted, this, &GraphView::fit);
}

GraphView::Detail GraphView::detail() const
{
    return m_zoom >= kFullFrom ? Detail::Full : m_zoom >= kHeadFrom ? Detail::Head : Detail::Block;
}

bool GraphView::isShown(const api::NodeSnapshot& node) const
{
    return !node.isImplicit || node.rowsIn > 0;
}

bool GraphView::isChosen(const api::EdgeSnapshot& edge) const
{
    return m_edgeFrom == qstr(edge.from) && m_edgeTo == qstr(edge.to);
}

// One step a snapshot, so that a stream at rest stands still and nothing moves unseen.
void GraphView::moveChevrons(const api::PipelineSnapshot& pipeline)
{
    constexpr double kPixels = 0.7; // a step and power of ten
    m_moved.resize(pipeline.edges.size());
    for (std::size_t i = 0; i < pipeline.edges.size(); ++i)
        m_moved[i] = std::fmod(
            m_moved[i] + kPixels * std::log10(1 + std::max(0.0, pipeline.edges[i].rowsPerSecond)),
            1e6);
}

void GraphView::apply(const api::PipelineSnapshot& pipeline)
{
    const bool isSame = m_pipeline.name == pipeline.name
        && std::ranges::equal(m_pipeline.nodes, pipeline.nodes, {}, &api::NodeSnapshot::name,
                              &api::NodeSnapshot::name)
        && m_pipeline.canvas == pipeline.canvas;
    moveChevrons(pipeline);
    m_pipeline = pipeline;
    if (!isSame) {
        m_layout = layoutGraph(pipeline, kColumn, kRow);
        m_node.clear();
        m_edgeFrom.clear();
        m_edgeTo.clear();
        m_isFitted = true;
    }
    if (m_isFitted)
        fit();
    update();
}

const api::NodeSnapshot* GraphView::node(const std::string& name) const
{
    const auto found = std::ranges::find(m_pipeline.nodes, name, &api::NodeSnapshot::name);
    return found == m_pipeline.nodes.end() ? nullptr : &*found;
}

QRectF GraphView::viewRect(const std::string& name) const
{
    const auto place = m_layout.nodes.find(name);
    const api::NodeSnapshot* shown = node(name);
    if (place == m_layout.nodes.end() || !shown)
        return {};
    QSizeF size(kWidth * m_zoom, kHeight * m_zoom);
    if (shown->isImplicit)
        size = {std::max(kWidth * m_zoom, kBlockWidth), kImplicitHeight};
    else if (detail() == Detail::Head)
        size = {kHeadWidth * m_zoom, kHeadHeight};
    if (detail() == Detail::Block)
        size = {kBlockWidth, kBlockHeight};
    QRectF out(QPointF(), size);
    out.moveCenter(toView(place->second));
    return out;
}

void GraphView::fit()
{
    constexpr double kMargin = 20, kLeastFit = 0.3;
    QRectF all;
    for (const api::NodeSnapshot& each : m_pipeline.nodes) {
        const auto place = m_layout.nodes.find(each.name);
        if (place == m_layout.nodes.end() || !isShown(each))
            continue;
        QRectF box(0, 0, kWidth, each.isImplicit ? kImplicitHeight : kHeight);
        box.moveCenter(place->second);
        all = all.united(box);
    }
    if (all.isEmpty())
        return;
    // The chips above and the zoom bar beneath keep their corners.
    const double top = 2 * kMargin, bottom = 2 * kMargin;
    m_zoom = std::clamp(std::min((width() - 2 * kMargin) / all.width(),
                                 (height() - top - bottom) / all.height()),
                        kLeastFit, 1.0);
    m_offset = QPointF(width() / 2.0, height() / 2.0) - all.center() * m_zoom;
    m_isFitted = true;
    m_zoomBar->setZoom(m_zoom);
    update();
}

void GraphView::zoomBy(double factor)
{
    zoomAt(QPointF(rect().center()), factor);
}

void GraphView::selectNode(const QString& name)
{
    m_node = name;
    m_edgeFrom.clear();
    m_edgeTo.clear();
    tellChoice();
    emit nodeSelected(name);
}

void GraphView::selectEdge(const QString& from, const QString& to)
{
    m_node.clear();
    m_edgeFrom = from;
    m_edgeTo = to;
    tellChoice();
    emit edgeSelected(from, to);
}

void GraphView::clearSelection()
{
    m_node.clear();
    m_edgeFrom.clear();
    m_edgeTo.clear();
    tellChoice();
    emit selectionCleared();
}

void GraphView::tellChoice()
{
    QString words;
    if (const api::NodeSnapshot* chosen = node(m_node.toStdString()))
        words = nodeWords(*chosen);
    for (const api::EdgeSnapshot& edge : m_pipeline.edges)
        if (isChosen(edge))
            words = edgeWords(edge);
    setAccessibleDescription(words);
    update();
}

QPainterPath GraphView::edgePath(const api::EdgeSnapshot& edge) const
{
    const QRectF from = viewRect(edge.from), to = viewRect(edge.to);
    QPainterPath path;
    if (edge.isReject) {
        const QPointF start(from.right() - 16 * m_zoom, from.bottom());
        const QPointF end(to.center().x(), to.top()), bend(0, (end.y() - start.y()) / 2);
        path.moveTo(start);
        path.cubicTo(start + bend, end - bend, end);
        return path;
    }
    const auto curveTo = [&](const QPointF& end) {
        const QPointF start = path.currentPosition();
        const QPointF bend(std::max(20.0 * m_zoom, (end.x() - start.x()) / 2), 0);
        path.cubicTo(start + bend, end - bend, end);
    };
    path.moveTo(from.right(), from.center().y());
    if (const auto bends = m_layout.bends.find({edge.from, edge.to}); bends != m_layout.bends.end())
        for (const QPointF& bend : bends->second) {
            const QPointF half(kWidth / 2 * m_zoom, 0);
            curveTo(toView(bend) - half);
            path.lineTo(toView(bend) + half);
        }
    curveTo({to.left(), to.center().y()});
    return path;
}

const api::NodeSnapshot* GraphView::nodeAt(const QPointF& view) const
{
    const auto found = std::ranges::find_if(m_pipeline.nodes, [&](const auto& each) {
        return isShown(each) && viewRect(each.name).contains(view);
    });
    return found == m_pipeline.nodes.end() ? nullptr : &*found;
}

const api::EdgeSnapshot* GraphView::edgeAt(const QPointF& view) const
{
    constexpr double kReach = 16;
    QPainterPathStroker stroker;
    stroker.setWidth(kReach);
    const auto found = std::ranges::find_if(m_pipeline.edges, [&](const auto& edge) {
        return (!edge.isReject || edge.rows > 0)
            && stroker.createStroke(edgePath(edge)).contains(view);
    });
    return found == m_pipeline.edges.end() ? nullptr : &*found;
}

QString GraphView::tipAt(const QPointF& view) const
{
    if (const api::NodeSnapshot* under = nodeAt(view))
        return nodeWords(*under);
    const api::EdgeSnapshot* edge = edgeAt(view);
    return edge ? edgeWords(*edge) : QString();
}

const api::NodeSnapshot* GraphView::firstAbnormal() const
{
    const auto found = std::ranges::find_if(m_pipeline.nodes, [this](const auto& each) {
        const Health health = nodeHealth(each, m_pipeline.state);
        return isShown(each) && (health == Health::Warning || health == Health::Critical);
    });
    return found == m_pipeline.nodes.end() ? nullptr : &*found;
}

bool GraphView::event(QEvent* event)
{
    if (event->type() != QEvent::ToolTip)
        return QWidget::event(event);
    const auto* help = static_cast<QHelpEvent*>(event);
    const QString tip = tipAt(QPointF(help->pos()));
    if (tip.isEmpty())
        QToolTip::hideText();
    else
        QToolTip::showText(help->globalPos(), tip, this);
    return true;
}

void GraphView::zoomAt(const QPointF& view, double factor)
{
    const QPointF scene = (view - m_offset) / m_zoom;
    m_zoom = std::clamp(m_zoom * factor, kLeastZoom, kMostZoom);
    m_offset = view - scene * m_zoom;
    m_isFitted = false;
    m_zoomBar->setZoom(m_zoom);
    update();
}

void GraphView::wheelEvent(QWheelEvent* event)
{
    if (event->modifiers().testFlag(Qt::ControlModifier)) {
        zoomAt(event->position(), std::pow(1.0015, event->angleDelta().y()));
    } else {
        constexpr double kPixels = 0.5; // an eighth of a degree
        QPointF way(event->angleDelta());
        if (event->modifiers().testFlag(Qt::ShiftModifier) && way.x() == 0)
            way = way.transposed();
        m_offset += way * kPixels;
        m_isFitted = false;
        update();
    }
    event->accept();
}

void GraphView::mousePressEvent(QMouseEvent* event)
{
    m_dragFrom = event->position();
    m_isDragging = true;
    m_hasMoved = false;
}

void GraphView::mouseMoveEvent(QMouseEvent* event)
{
    if (!m_isDragging)
        return;
    const QPointF moved = event->position() - m_dragFrom;
    if (!m_hasMoved && moved.manhattanLength() < 4)
        return;
    m_hasMoved = true;
    m_isFitted = false;
    m_offset += moved;
    m_dragFrom = event->position();
    update();
}

void GraphView::mouseReleaseEvent(QMouseEvent* event)
{
    m_isDragging = false;
    if (m_hasMoved)
        return;
    const api::NodeSnapshot* abnormal = firstAbnormal();
    if (abnormal && m_troubleChip.contains(event->position()))
        selectNode(qstr(abnormal->name));
    else if (const api::NodeSnapshot* under = nodeAt(event->position()))
        selectNode(qstr(under->name));
    else if (const api::EdgeSnapshot* edge = edgeAt(event->position()))
        selectEdge(qstr(edge->from), qstr(edge->to));
    else
        clearSelection();
}

// Goes to the nearest node in the direction of an arrow key.
void GraphView::walk(int key)
{
    const auto from = m_layout.nodes.find(m_node.toStdString());
    const bool isHorizontal = key == Qt::Key_Left || key == Qt::Key_Right;
    const double sign = key == Qt::Key_Left || key == Qt::Key_Up ? -1 : 1;
    QString best;
    double bestDistance = 1e9;
    for (const api::NodeSnapshot& each : m_pipeline.nodes) {
        if (!isShown(each) || qstr(each.name) == m_node)
            continue;
        if (from == m_layout.nodes.end()) {
            selectNode(qstr(each.name));
            return;
        }
        const QPointF way = m_layout.nodes.at(each.name) - from->second;
        const double along = (isHorizontal ? way.x() : way.y()) * sign;
        const double across = std::abs(isHorizontal ? way.y() : way.x());
        if (along > 10 && along + 2 * across < bestDistance) {
            bestDistance = along + 2 * across;
            best = qstr(each.name);
        }
    }
    if (!best.isEmpty())
        selectNode(best);
}

// From a node to its edges out or in; from an edge to the next one of the same node.
void GraphView::walkEdges(bool isForward)
{
    const std::string from = (!m_node.isEmpty() ? m_node
                                  : isForward   ? m_edgeFrom
                                                : m_edgeTo)
                                 .toStdString();
    std::vector<const api::EdgeSnapshot*> choices;
    std::size_t next = 0;
    for (const api::EdgeSnapshot& edge : m_pipeline.edges) {
        if ((isForward ? edge.from : edge.to) != from || (edge.isReject && edge.rows == 0))
            continue;
        choices.push_back(&edge);
        if (isChosen(edge))
            next = choices.size();
    }
    if (choices.empty())
        return;
    const api::EdgeSnapshot& edge = *choices[next % choices.size()];
    selectEdge(qstr(edge.from), qstr(edge.to));
}

void GraphView::keyPressEvent(QKeyEvent* event)
{
    const bool isShifted = event->modifiers().testFlag(Qt::ShiftModifier);
    switch (event->key()) {
    case Qt::Key_F: fit(); break;
    case Qt::Key_Plus: zoomBy(1.2); break;
    case Qt::Key_Minus: zoomBy(1 / 1.2); break;
    case Qt::Key_Escape: clearSelection(); break;
    case Qt::Key_Left:
    case Qt::Key_Right:
        if (isShifted)
            walkEdges(event->key() == Qt::Key_Right);
        else
            walk(event->key());
        break;
    case Qt::Key_Up:
    case Qt::Key_Down: walk(event->key()); break;
    default: QWidget::keyPressEvent(event);
    }
}

void GraphView::resizeEvent(QResizeEvent*)
{
    m_zoomBar->move(kCorner, height() - m_zoomBar->height() - kCorner);
    if (m_isFitted)
        fit();
}

} // namespace sluice::ui
