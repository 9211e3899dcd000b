// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/canvas/graph_view.h"

#include "ui/canvas/graph_layout.h"
#include "ui/text/units.h"
#include "ui/theme/icons.h"
#include "ui/widgets/painting.h"

#include <QMouseEvent>
#include <QWheelEvent>

#include <algorithm>
#include <cmath>

namespace sluice::ui {
namespace {

constexpr double kWidth = 148, kHeight = 84, kImplicitHeight = 30;
constexpr double kColumn = 250, kRow = 124;

double edgeWidth(double rate)
{
    return rate < 10'000 ? 2 : rate < 100'000 ? 3 : 4;
}

QString factOf(const api::NodeSnapshot& node)
{
    switch (node.role) {
    case api::NodeRole::Source: return node.lagRows >= 0 ? QStringLiteral("lag ") + shortCount(double(node.lagRows)) : QString();
    case api::NodeRole::Sink: return node.freshnessUs >= 0 ? QStringLiteral("fresh ") + durationQuantity(node.freshnessUs).text() : QString();
    default: break;
    }
    if (node.stateKeys > 0)
        return shortCount(double(node.stateKeys)) + QStringLiteral(" keys");
    if (node.rejects.rejected() > 0)
        return shortCount(double(node.rejects.rejected())) + QStringLiteral(" rejected");
    return QStringLiteral("busy ") + percentText(node.busyShare, 0);
}

} // namespace

Health nodeHealth(const api::NodeSnapshot& node, api::RunState state)
{
    if (!node.isConserved)
        return Health::Critical;
    if (!node.trouble.empty())
        return Health::Warning;
    if (state == api::RunState::Failed)
        return Health::Unknown;
    if (state != api::RunState::Running && state != api::RunState::Starting && state != api::RunState::Stopping)
        return Health::Stopped;
    return node.blockedShare > 0.85 ? Health::Warning : Health::Ok;
}

GraphView::GraphView(QWidget* parent)
    : QWidget(parent)
{
    setFocusPolicy(Qt::StrongFocus);
    setMouseTracking(true);
    setMinimumSize(320, 240);
    setAccessibleName(tr("Pipeline graph"));
    connect(&Appearance::instance(), &Appearance::changed, this, qOverload<>(&QWidget::update));
}

bool GraphView::isShown(const api::NodeSnapshot& node) const
{
    return !node.isImplicit || node.rowsIn > 0;
}

void GraphView::apply(const api::PipelineSnapshot& pipeline)
{
    bool isSame = m_pipeline.name == pipeline.name && m_pipeline.nodes.size() == pipeline.nodes.size();
    for (std::size_t i = 0; isSame && i < pipeline.nodes.size(); ++i)
        isSame = m_pipeline.nodes[i].name == pipeline.nodes[i].name;
    m_pipeline = pipeline;
    if (!isSame) {
        m_places = layoutGraph(pipeline, kColumn, kRow);
        m_node.clear();
        m_edgeFrom.clear();
        m_isFitted = true;
    }
    if (m_isFitted)
        fit();
    update();
}

QRectF GraphView::sceneRect(const std::string& node) const
{
    const auto place = m_places.find(node);
    if (place == m_places.end())
        return {};
    const auto found = std::ranges::find(m_pipeline.nodes, node, &api::NodeSnapshot::name);
    const double height = found != m_pipeline.nodes.end() && found->isImplicit ? kImplicitHeight : kHeight;
    return {place->second.x() - kWidth / 2, place->second.y() - height / 2, kWidth, height};
}

QRectF GraphView::nodeRect(const QString& name) const
{
    const QRectF scene = sceneRect(name.toStdString());
    return {toView(scene.topLeft()), scene.size() * m_zoom};
}

void GraphView::fit()
{
    QRectF all;
    for (const api::NodeSnapshot& node : m_pipeline.nodes)
        if (isShown(node))
            all = all.united(sceneRect(node.name));
    if (all.isEmpty())
        return;
    constexpr double kMargin = 28, kMostZoom = 1.1;
    m_zoom = std::clamp(std::min((width() - 2 * kMargin) / all.width(), (height() - 2 * kMargin) / all.height()), 0.3, kMostZoom);
    m_offset = QPointF(width() / 2.0, height() / 2.0) - all.center() * m_zoom;
    m_isFitted = true;
    update();
}

void GraphView::selectNode(const QString& name)
{
    m_node = name;
    m_edgeFrom.clear();
    update();
    emit nodeSelected(name);
}

QPainterPath GraphView::edgePath(const api::EdgeSnapshot& edge) const
{
    const QRectF from = sceneRect(edge.from), to = sceneRect(edge.to);
    QPainterPath path;
    if (edge.isReject) {
        const QPointF start(from.right() - 16, from.bottom()), end(to.center().x(), to.top());
        path.moveTo(start);
        path.cubicTo(start + QPointF(0, 40), end - QPointF(0, 40), end);
        return path;
    }
    const QPointF start(from.right(), from.center().y()), end(to.left(), to.center().y());
    const double bend = std::max(30.0, (end.x() - start.x()) / 2);
    path.moveTo(start);
    path.cubicTo(start + QPointF(bend, 0), end - QPointF(bend, 0), end);
    return path;
}

void GraphView::paintEdge(QPainter& painter, const api::EdgeSnapshot& edge) const
{
    const QPainterPath path = edgePath(edge);
    const bool isSelected = m_edgeFrom == qstr(edge.from) && m_edgeTo == qstr(edge.to);
    if (isSelected) {
        QColor halo = theme().accent;
        halo.setAlphaF(0.28f);
        painter.strokePath(path, QPen(halo, 14));
    }
    QColor color = theme().text3;
    color.setAlphaF(edge.isReject ? 0.35f : 0.5f);
    QPen pen(color, edge.isReject ? 1.2 : edgeWidth(edge.rowsPerSecond));
    if (edge.isReject)
        pen.setStyle(Qt::DashLine);
    if (edge.fillShare > 0.85)
        pen = QPen(theme().crit, 6);
    else if (edge.fillShare > 0.6)
        pen = QPen(theme().warnFill, 3, Qt::DashLine);
    painter.strokePath(path, pen);
    if (edge.fillShare > 0.85)
        painter.strokePath(path, QPen(theme().ground, 2));
    if (edge.isReject)
        return;
    // Chevrons move with the rate, so that a stream at rest stands still.
    painter.setPen(QPen(theme().text3, 1.5));
    const double speed = edge.rowsPerSecond > 0 ? std::log10(1 + edge.rowsPerSecond) : 0;
    const double phase = std::fmod(double(edge.rows > 0 ? m_pipeline.lastCommitUs : 0) * 1e-6 * speed * 0.2, 0.5);
    for (const double share : {0.22 + phase * 0.2, 0.72 + phase * 0.2}) {
        const QPointF at = path.pointAtPercent(share);
        painter.save();
        painter.translate(at);
        painter.rotate(-path.angleAtPercent(share));
        painter.drawPolyline(QPolygonF({QPointF(-3, -5), QPointF(2, 0), QPointF(-3, 5)}));
        painter.restore();
    }
}

// Labels are painted in view coordinates, so that zooming keeps them readable.
void GraphView::paintEdgeText(QPainter& painter, const api::EdgeSnapshot& edge) const
{
    if (edge.isReject || m_zoom < 0.5)
        return;
    const QPointF middle = toView(edgePath(edge).pointAtPercent(0.5));
    const QString text = rateText(edge.rowsPerSecond);
    const double width = QFontMetricsF(fontFor(TextRole::SmallStrong)).horizontalAdvance(text) + 8;
    QColor patch = theme().ground;
    patch.setAlphaF(0.92f);
    const QRectF box(middle.x() - width / 2, middle.y() - 21, width, 15);
    painter.fillRect(box, patch);
    paintText(painter, box, Qt::AlignCenter, text, TextRole::SmallStrong, theme().text2);
    if (edge.fillShare >= 0.05) {
        const QRectF bar(middle.x() - 22, middle.y() + 9, 44, 4);
        paintBar(painter, bar, edge.fillShare, edge.fillShare > 0.85 ? theme().crit : edge.fillShare > 0.6 ? theme().warnFill : theme().okFill);
        if (edge.fillShare > 0.6)
            paintText(painter, QRectF(bar.left(), bar.bottom() + 1, 44, 14), Qt::AlignCenter, percentText(edge.fillShare, 0), TextRole::SmallStrong,
                      edge.fillShare > 0.85 ? theme().crit : theme().warn);
    }
}

void GraphView::paintImplicit(QPainter& painter, const api::NodeSnapshot& node, const QRectF& box) const
{
    paintBox(painter, box, theme().surface, theme().border, 4);
    const QString name = qstr(node.target.substr(0, node.target.find('.'))).replace(QLatin1Char('_'), QLatin1Char(' '));
    paintText(painter, box.adjusted(8, 0, -8, 0), Qt::AlignLeft | Qt::AlignVCenter, name, TextRole::Small, theme().text2);
    paintText(painter, box.adjusted(8, 0, -8, 0), Qt::AlignRight | Qt::AlignVCenter, shortCount(double(node.rowsIn)), TextRole::SmallStrong, theme().text1);
}

void GraphView::paintNode(QPainter& painter, const api::NodeSnapshot& node) const
{
    const QRectF box = sceneRect(node.name);
    const bool isSelected = m_node == qstr(node.name);
    if (isSelected) {
        painter.setPen(QPen(theme().accent, 2));
        painter.setBrush(Qt::NoBrush);
        painter.drawRoundedRect(box.adjusted(-4, -4, 4, 4), 9, 9);
    }
    if (node.isImplicit) {
        paintImplicit(painter, node, box);
        return;
    }
    const Health health = nodeHealth(node, m_pipeline.state);
    const bool isAbnormal = health == Health::Warning || health == Health::Critical;
    paintBox(painter, box, theme().surface, isAbnormal ? healthColor(theme(), health) : theme().border, 6, isAbnormal ? 1.5 : 1);
    painter.setPen(theme().line);
    painter.drawLine(QPointF(box.left() + 1, box.top() + 30), QPointF(box.right() - 1, box.top() + 30));
    const QColor iconColor = node.layer.empty() ? theme().text2 : layerColor(theme(), qstr(node.layer));
    painter.drawPixmap(QPointF(box.left() + 9, box.top() + 8), iconPixmap(nodeIcon(qstr(node.type)), iconColor, 14));
    paintText(painter, QRectF(box.left() + 29, box.top() + 6, kWidth - 52, 18), Qt::AlignLeft | Qt::AlignVCenter, qstr(node.name), TextRole::ControlStrong, theme().text1);
    paintStatus(painter, QRectF(box.right() - 21, box.top() + 9, 12, 12), health);
    const QString line = node.role == api::NodeRole::Sink ? qstr(node.target) : qstr(node.summary);
    paintText(painter, QRectF(box.left() + 10, box.top() + 34, kWidth - 20, 16), Qt::AlignLeft | Qt::AlignVCenter, line, TextRole::Small, theme().text3);
    const double rate = node.role == api::NodeRole::Source ? node.rowsOutPerSecond : node.rowsInPerSecond;
    paintText(painter, QRectF(box.left() + 10, box.top() + 50, 70, 16), Qt::AlignLeft | Qt::AlignVCenter, rateText(rate), TextRole::SmallStrong, theme().text1);
    paintText(painter, QRectF(box.left() + 60, box.top() + 50, kWidth - 70, 16), Qt::AlignRight | Qt::AlignVCenter, factOf(node), TextRole::Small, theme().text2);
    paintBar(painter, QRectF(box.left() + 10, box.bottom() - 12, kWidth - 20, 4), node.busyShare, theme().okFill);
}

void GraphView::paintEvent(QPaintEvent*)
{
    QPainter painter(this);
    painter.fillRect(rect(), theme().ground);
    constexpr double kDots = 20;
    painter.setPen(theme().line);
    for (double x = std::fmod(m_offset.x(), kDots); x < width(); x += kDots)
        for (double y = std::fmod(m_offset.y(), kDots); y < height(); y += kDots)
            painter.drawPoint(QPointF(x, y));
    painter.save();
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setRenderHint(QPainter::SmoothPixmapTransform);
    painter.translate(m_offset);
    painter.scale(m_zoom, m_zoom);
    for (const api::EdgeSnapshot& edge : m_pipeline.edges)
        if (!edge.isReject || edge.rows > 0)
            paintEdge(painter, edge);
    for (const api::NodeSnapshot& node : m_pipeline.nodes)
        if (isShown(node))
            paintNode(painter, node);
    painter.restore();
    painter.setRenderHint(QPainter::Antialiasing);
    for (const api::EdgeSnapshot& edge : m_pipeline.edges)
        paintEdgeText(painter, edge);
    if (hasFocus()) {
        painter.setPen(QPen(theme().accent, 1));
        painter.setBrush(Qt::NoBrush);
        painter.drawRect(rect().adjusted(0, 0, -1, -1));
    }
}

void GraphView::zoomAt(const QPointF& view, double factor)
{
    const QPointF scene = toScene(view);
    m_zoom = std::clamp(m_zoom * factor, 0.25, 2.5);
    m_offset = view - scene * m_zoom;
    m_isFitted = false;
    update();
}

void GraphView::wheelEvent(QWheelEvent* event)
{
    zoomAt(event->position(), std::pow(1.0015, event->angleDelta().y()));
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
    const QPointF scene = toScene(event->position());
    for (const api::NodeSnapshot& node : m_pipeline.nodes) {
        if (isShown(node) && sceneRect(node.name).contains(scene)) {
            selectNode(qstr(node.name));
            return;
        }
    }
    for (const api::EdgeSnapshot& edge : m_pipeline.edges) {
        QPainterPathStroker stroker;
        stroker.setWidth(16);
        if (stroker.createStroke(edgePath(edge)).contains(scene)) {
            m_node.clear();
            m_edgeFrom = qstr(edge.from);
            m_edgeTo = qstr(edge.to);
            update();
            emit edgeSelected(m_edgeFrom, m_edgeTo);
            return;
        }
    }
    m_node.clear();
    m_edgeFrom.clear();
    update();
    emit selectionCleared();
}

// Goes to the nearest node in the direction of an arrow key.
void GraphView::walk(int key)
{
    const auto from = m_places.find(m_node.toStdString());
    QString best;
    double bestDistance = 1e9;
    for (const api::NodeSnapshot& node : m_pipeline.nodes) {
        if (!isShown(node) || qstr(node.name) == m_node)
            continue;
        if (from == m_places.end()) {
            selectNode(qstr(node.name));
            return;
        }
        const QPointF way = m_places.at(node.name) - from->second;
        const bool isHorizontal = key == Qt::Key_Left || key == Qt::Key_Right;
        const double along = (isHorizontal ? way.x() : way.y()) * (key == Qt::Key_Left || key == Qt::Key_Up ? -1 : 1);
        const double across = std::abs(isHorizontal ? way.y() : way.x());
        if (along > 10 && along + 2 * across < bestDistance) {
            bestDistance = along + 2 * across;
            best = qstr(node.name);
        }
    }
    if (!best.isEmpty())
        selectNode(best);
}

void GraphView::keyPressEvent(QKeyEvent* event)
{
    switch (event->key()) {
    case Qt::Key_F: fit(); break;
    case Qt::Key_Plus: zoomAt(QPointF(rect().center()), 1.2); break;
    case Qt::Key_Minus: zoomAt(QPointF(rect().center()), 1 / 1.2); break;
    case Qt::Key_Left:
    case Qt::Key_Right:
    case Qt::Key_Up:
    case Qt::Key_Down: walk(event->key()); break;
    default: QWidget::keyPressEvent(event);
    }
}

void GraphView::resizeEvent(QResizeEvent*)
{
    if (m_isFitted)
        fit();
}

} // namespace sluice::ui
