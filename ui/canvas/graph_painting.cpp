// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/canvas/graph_view.h"
#include "ui/text/units.h"
#include "ui/theme/icons.h"
#include "ui/widgets/painting.h"

#include <algorithm>
#include <cmath>

namespace sluice::ui {
namespace {

constexpr double kWarnFill = 0.6, kFullFill = 0.85; // of a queue

double edgeWidth(double rate)
{
    return rate < 10'000 ? 2 : rate < 100'000 ? 3 : 4;
}

bool isAbnormal(Health health)
{
    return health == Health::Warning || health == Health::Critical;
}

// What kind of node it is, and how it is set up.
QString lineOf(const api::NodeSnapshot& node)
{
    if (node.role == api::NodeRole::Sink)
        return qstr(node.target.empty() ? node.typeTitle : node.target);
    const QString title = qstr(node.typeTitle), summary = qstr(node.summary);
    if (title.isEmpty() || summary.startsWith(title.section(QLatin1Char(' '), 0, 0)))
        return summary.isEmpty() ? title : summary;
    return summary.isEmpty() ? title : title + QStringLiteral(" · ") + summary;
}

QString factOf(const api::NodeSnapshot& node)
{
    if (node.role == api::NodeRole::Source)
        return node.lagRows >= 0 ? QObject::tr("lag %1").arg(shortCount(double(node.lagRows)))
                                 : QString();
    if (node.role == api::NodeRole::Sink)
        return node.freshnessUs >= 0
            ? QObject::tr("%1 old").arg(durationQuantity(node.freshnessUs).text())
            : QString();
    if (node.blockedShare > kFullFill)
        return QObject::tr("blocked %1").arg(percentText(node.blockedShare, 0));
    if (node.stateKeys > 0)
        return QObject::tr("%1 keys").arg(shortCount(double(node.stateKeys)));
    if (node.rejects.rejected() > 0)
        return QObject::tr("%1 out").arg(shortCount(double(node.rejects.rejected())));
    return QObject::tr("busy %1").arg(percentText(node.busyShare, 0));
}

} // namespace

void GraphView::paintDots(QPainter& painter) const
{
    constexpr double kDots = 20;
    painter.setPen(theme().line);
    for (double x = std::fmod(m_offset.x(), kDots); x < width(); x += kDots)
        for (double y = std::fmod(m_offset.y(), kDots); y < height(); y += kDots)
            painter.drawPoint(QPointF(x, y));
}

void GraphView::paintEdge(QPainter& painter, const api::EdgeSnapshot& edge, double moved) const
{
    const QPainterPath path = edgePath(edge);
    if (isChosen(edge)) {
        QColor halo = theme().accent;
        halo.setAlphaF(0.28f);
        painter.strokePath(path, QPen(halo, 14));
    }
    QColor color = theme().text3;
    color.setAlphaF(0.5f);
    QPen pen(color, edge.isReject ? 1.2 : edgeWidth(edge.rowsPerSecond));
    if (edge.isReject)
        pen.setStyle(Qt::DashLine);
    if (edge.fillShare > kFullFill)
        pen = QPen(theme().crit, 6);
    else if (edge.fillShare > kWarnFill)
        pen = QPen(theme().warnFill, 3, Qt::DashLine);
    painter.strokePath(path, pen);
    if (edge.fillShare > kFullFill)
        painter.strokePath(path, QPen(theme().ground, 2));
    if (edge.isReject)
        return;
    // Chevrons go along as rows do; they keep clear of the ends.
    constexpr double kApart = 36, kClear = 7;
    painter.setPen(QPen(theme().text3, 1.5));
    painter.setBrush(Qt::NoBrush);
    for (double at = std::fmod(moved, kApart); at < path.length() - kClear; at += kApart) {
        if (at < kClear)
            continue;
        const double share = path.percentAtLength(at);
        painter.save();
        painter.translate(path.pointAtPercent(share));
        painter.rotate(-path.angleAtPercent(share));
        painter.drawPolyline(QPolygonF({QPointF(-3, -5), QPointF(2, 0), QPointF(-3, 5)}));
        painter.restore();
    }
}

void GraphView::paintEdgeText(QPainter& painter, const api::EdgeSnapshot& edge,
                              std::vector<QRectF>& taken) const
{
    if (edge.isReject || detail() == Detail::Block)
        return;
    const QPainterPath path = edgePath(edge);
    const QPointF middle = path.pointAtPercent(0.5);
    const QString text = rateText(edge.rowsPerSecond);
    const double width = QFontMetricsF(fontFor(TextRole::SmallStrong)).horizontalAdvance(text) + 6;
    // A level edge carries its rate above the heads beside it, a slanted one on itself.
    const bool isLevel = std::abs(path.pointAtPercent(0).y() - path.pointAtPercent(1).y()) < 8;
    const double lift = !isLevel ? 8 : detail() == Detail::Full ? 22 : 32;
    QColor patch = theme().ground;
    patch.setAlphaF(0.92f);
    QRectF box(middle.x() - width / 2, middle.y() - lift, width, 15);
    // Edges that leave one node are close at first: what would cover another rate goes up.
    for (int tries = 0; tries < 3; ++tries)
        for (const QRectF& other : taken)
            if (other.intersects(box))
                box.moveBottom(other.top() - 1);
    taken.push_back(box);
    painter.fillRect(box, patch);
    paintText(painter, box, Qt::AlignCenter, text, TextRole::SmallStrong, theme().text2);
    constexpr double kShownFrom = 0.05, kBar = 44;
    if (edge.fillShare < kShownFrom || detail() != Detail::Full)
        return;
    const bool isFull = edge.fillShare > kFullFill, isFilling = edge.fillShare > kWarnFill;
    const QRectF bar(middle.x() - kBar / 2, middle.y() + 9, kBar, 4);
    paintBar(painter, bar, edge.fillShare,
             isFull          ? theme().crit
                 : isFilling ? theme().warnFill
                             : theme().okFill);
    painter.setPen(QPen(theme().ground, 1));
    for (const double tick : {kWarnFill, kFullFill})
        painter.drawLine(QPointF(bar.left() + kBar * tick, bar.top()),
                         QPointF(bar.left() + kBar * tick, bar.bottom()));
    if (isFilling)
        paintText(painter, QRectF(bar.left() - 8, bar.bottom() + 1, kBar + 16, 15), Qt::AlignCenter,
                  tr("%1 full").arg(percentText(edge.fillShare, 0)), TextRole::SmallStrong,
                  isFull ? theme().crit : theme().warn);
}

void GraphView::paintImplicit(QPainter& painter, const api::NodeSnapshot& node,
                              const QRectF& box) const
{
    paintBox(painter, box, theme().surface, theme().border, 4);
    if (detail() == Detail::Block)
        return;
    const QString name = qstr(node.target.substr(0, node.target.find('.')))
                             .replace(QLatin1Char('_'), QLatin1Char(' '));
    const QRectF inner = box.adjusted(8, 0, -8, 0);
    const double used
        = paintText(painter, inner, Qt::AlignRight | Qt::AlignVCenter,
                    shortCount(double(node.rowsIn)), TextRole::SmallStrong, theme().text1);
    paintText(painter, inner.adjusted(0, 0, -used - 6, 0), Qt::AlignLeft | Qt::AlignVCenter, name,
              TextRole::Small, theme().text2);
}

// Beneath the head: what it is, how fast, what is worth knowing, how busy.
void GraphView::paintBody(QPainter& painter, const api::NodeSnapshot& node, const QRectF& box) const
{
    const double left = box.left() + 10, width = box.width() - 20;
    const double line = (box.bottom() - 10 - box.top()) / 2;
    paintText(painter, QRectF(left, box.top(), width, line), Qt::AlignLeft | Qt::AlignVCenter,
              lineOf(node), TextRole::Small, theme().text3);
    const double rate
        = node.role == api::NodeRole::Source ? node.rowsOutPerSecond : node.rowsInPerSecond;
    const QRectF second(left, box.top() + line, width, line);
    const double used = paintText(painter, second, Qt::AlignLeft | Qt::AlignVCenter, rateText(rate),
                                  TextRole::SmallStrong, theme().text1);
    const bool isBlocked = node.blockedShare > kFullFill;
    paintText(painter, second.adjusted(used + 6, 0, 0, 0), Qt::AlignRight | Qt::AlignVCenter,
              factOf(node), isBlocked ? TextRole::SmallStrong : TextRole::Small,
              isBlocked ? theme().warn : theme().text2);
    paintBar(painter, QRectF(left, box.bottom() - 9, width, 4), node.busyShare, theme().okFill);
}

void GraphView::paintNode(QPainter& painter, const api::NodeSnapshot& node) const
{
    const QRectF box = viewRect(node.name);
    if (m_node == qstr(node.name)) {
        painter.setPen(QPen(theme().accent, 2));
        painter.setBrush(Qt::NoBrush);
        painter.drawRoundedRect(box.adjusted(-4, -4, 4, 4), 9, 9);
    }
    if (node.isImplicit) {
        paintImplicit(painter, node, box);
        return;
    }
    const Health health = nodeHealth(node, m_pipeline.state);
    paintBox(painter, box, theme().surface,
             isAbnormal(health) ? healthColor(theme(), health) : theme().border, 6,
             isAbnormal(health) ? 1.5 : 1);
    if (detail() == Detail::Block) {
        paintStatus(painter, QRectF(box.center().x() - 6, box.center().y() - 6, 12, 12), health);
        return;
    }
    const bool isFull = detail() == Detail::Full;
    const double head = isFull ? std::clamp(box.height() * 0.36, 24.0, 34.0) : box.height();
    const QRectF top(box.left(), box.top(), box.width(), head);
    const QColor tint = node.layer.empty() ? theme().text2 : layerColor(theme(), qstr(node.layer));
    painter.drawPixmap(QPointF(top.left() + 8, top.center().y() - 7),
                       iconPixmap(nodeIcon(qstr(node.type)), tint, 14));
    paintStatus(painter, QRectF(top.right() - 19, top.center().y() - 6, 12, 12), health);
    paintText(painter, top.adjusted(27, 0, -23, 0), Qt::AlignLeft | Qt::AlignVCenter,
              qstr(node.name), isFull ? TextRole::ControlStrong : TextRole::SmallStrong,
              theme().text1);
    if (!isFull)
        return;
    painter.setPen(theme().line);
    painter.drawLine(QPointF(box.left() + 1, top.bottom()), QPointF(box.right() - 1, top.bottom()));
    paintBody(painter, node,
              QRectF(box.left(), top.bottom() + 1, box.width(), box.height() - head - 1));
}

// What the whole graph has to say, in the upper left corner.
void GraphView::paintChips(QPainter& painter)
{
    constexpr double kHeight = 26, kLeft = 12;
    double left = kLeft;
    const auto chip = [&](const QString& text, Health health) {
        const double words = QFontMetricsF(fontFor(TextRole::Small)).horizontalAdvance(text);
        const QRectF box(left, kLeft, words + 36, kHeight);
        paintBox(painter, box,
                 health == Health::Critical      ? theme().critSoft
                     : health == Health::Warning ? theme().warnSoft
                                                 : theme().surface,
                 isAbnormal(health) ? healthColor(theme(), health) : theme().border, 4);
        paintStatus(painter, QRectF(box.left() + 9, box.center().y() - 5.5, 11, 11), health);
        paintText(painter, box.adjusted(27, 0, 0, 0), Qt::AlignLeft | Qt::AlignVCenter, text,
                  TextRole::Small,
                  isAbnormal(health) ? healthColor(theme(), health) : theme().text1);
        left = box.right() + 8;
        return box;
    };
    m_troubleChip = {};
    if (firstAbnormal()) {
        Health worst = Health::Warning;
        int count = 0;
        for (const api::NodeSnapshot& each : m_pipeline.nodes) {
            const Health health = nodeHealth(each, m_pipeline.state);
            count += isShown(each) && isAbnormal(health);
            if (health == Health::Critical)
                worst = health;
        }
        m_troubleChip
            = chip(count == 1 ? tr("1 node in trouble") : tr("%1 nodes in trouble").arg(count),
                   worst);
    }
    if (!m_pipeline.nodes.empty())
        chip(m_pipeline.isConserved ? tr("Row conservation holds") : tr("Rows are not conserved"),
             m_pipeline.isConserved ? Health::Ok : Health::Critical);
}

void GraphView::paintEvent(QPaintEvent*)
{
    QPainter painter(this);
    painter.fillRect(rect(), theme().ground);
    paintDots(painter);
    if (m_pipeline.nodes.empty())
        paintText(painter, rect(), Qt::AlignCenter, tr("The graph appears when the pipeline runs."),
                  TextRole::Control, theme().text2);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setRenderHint(QPainter::SmoothPixmapTransform);
    for (std::size_t i = 0; i < m_pipeline.edges.size(); ++i)
        if (const api::EdgeSnapshot& edge = m_pipeline.edges[i]; !edge.isReject || edge.rows > 0)
            paintEdge(painter, edge, m_moved[i]);
    for (const api::NodeSnapshot& each : m_pipeline.nodes)
        if (isShown(each))
            paintNode(painter, each);
    std::vector<QRectF> taken;
    for (const api::EdgeSnapshot& edge : m_pipeline.edges)
        paintEdgeText(painter, edge, taken);
    paintChips(painter);
    if (hasFocus()) {
        painter.setPen(QPen(theme().accent, 1));
        painter.setBrush(Qt::NoBrush);
        painter.drawRect(rect().adjusted(0, 0, -1, -1));
    }
}

} // namespace sluice::ui
