// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/pages/pipeline_strip.h"

#include "ui/canvas/graph_view.h"
#include "ui/text/units.h"
#include "ui/widgets/painting.h"

#include <QMouseEvent>

#include <algorithm>
#include <map>

namespace sluice::ui {
namespace {

constexpr int kHead = 26, kRow = 46;
constexpr double kNameWidth = 170, kFigure = 72;
const char* const kFigures[] = {"in", "p99", "lag", "rejects"};

// The way with the most nodes, sources first.
std::vector<std::string> longestWay(const api::PipelineSnapshot& pipeline)
{
    std::map<std::string, int> depth;
    std::map<std::string, std::string> before;
    for (std::size_t round = 0; round < pipeline.nodes.size(); ++round)
        for (const api::EdgeSnapshot& edge : pipeline.edges)
            if (!edge.isReject && depth[edge.to] < depth[edge.from] + 1) {
                depth[edge.to] = depth[edge.from] + 1;
                before[edge.to] = edge.from;
            }
    std::string end;
    for (const api::NodeSnapshot& node : pipeline.nodes)
        if (!node.isImplicit && (end.empty() || depth[node.name] > depth[end]))
            end = node.name;
    std::vector<std::string> way;
    for (; !end.empty(); end = before.contains(end) ? before[end] : std::string())
        way.insert(way.begin(), end);
    return way;
}

// A link between two boxes: its rate above; beneath it how full the fullest queue on the way is.
void paintLink(QPainter& painter, const QRectF& space, double rate, double fillShare)
{
    const double y = space.center().y();
    painter.setPen(QPen(theme().border, 2));
    painter.drawLine(QPointF(space.left(), y), QPointF(space.right(), y));
    constexpr double kLeast = 40, kBar = 38;
    if (space.width() <= kLeast)
        return;
    paintText(painter, QRectF(space.left(), y - 18, space.width(), 15), Qt::AlignCenter,
              rateText(rate), TextRole::SmallStrong, theme().text2);
    const QColor fill = fillShare > 0.85 ? theme().crit
        : fillShare > 0.6                ? theme().warnFill
                                         : theme().okFill;
    paintBar(painter, QRectF(space.center().x() - kBar / 2, y + 6, kBar, 3), fillShare, fill);
    if (fillShare > 0.6)
        paintText(painter, QRectF(space.left(), y + 9, space.width(), 14), Qt::AlignCenter,
                  percentText(fillShare, 0), TextRole::SmallStrong,
                  fillShare > 0.85 ? theme().crit : theme().warn);
}

void paintStep(QPainter& painter, const QRectF& box, const std::string& name, Health health)
{
    const bool isAbnormal = health == Health::Warning || health == Health::Critical;
    const QColor soft = health == Health::Critical ? theme().critSoft : theme().warnSoft;
    paintBox(painter, box, isAbnormal ? soft : theme().raised,
             isAbnormal ? healthColor(theme(), health) : theme().border, 4, isAbnormal ? 1.5 : 1);
    if (isAbnormal)
        paintStatus(painter, QRectF(box.left() + 6, box.center().y() - 5, 11, 11), health);
    paintText(painter, box.adjusted(isAbnormal ? 19 : 5, 0, -5, 0), Qt::AlignCenter, qstr(name),
              TextRole::Control, isAbnormal ? theme().text1 : theme().text2);
}

void paintWay(QPainter& painter, const api::PipelineSnapshot& pipeline, const QRectF& row)
{
    constexpr double kBox = 96, kGap = 58;
    std::vector<std::string> way = longestWay(pipeline);
    while (way.size() > 2
           && double(way.size()) * kBox + double(way.size() - 1) * kGap > row.width())
        way.erase(way.begin() + std::ptrdiff_t(way.size() / 2));
    const double step = way.size() > 1
        ? std::min((row.width() - kBox) / double(way.size() - 1), kBox + 2 * kGap)
        : 0;
    for (std::size_t i = 0; i < way.size(); ++i) {
        const auto node = std::ranges::find(pipeline.nodes, way[i], &api::NodeSnapshot::name);
        if (node == pipeline.nodes.end())
            continue;
        const QRectF box(row.left() + double(i) * step, row.top() + 10, kBox, 26);
        if (i > 0) {
            double fillShare = 0;
            // Side branches too: a full one keeps the same writer waiting.
            for (const api::EdgeSnapshot& edge : pipeline.edges)
                if (edge.to == way[i] || edge.from == way[i - 1])
                    fillShare = std::max(fillShare, edge.fillShare);
            paintLink(painter,
                      QRectF(box.left() - step + kBox, box.top(), step - kBox, box.height()),
                      node->rowsInPerSecond, fillShare);
        }
        paintStep(painter, box, way[i], nodeHealth(*node, pipeline.state));
    }
}

} // namespace

QString stateText(api::RunState state)
{
    switch (state) {
    case api::RunState::Stopped: return QObject::tr("stopped");
    case api::RunState::Starting: return QObject::tr("starting");
    case api::RunState::Running: return QObject::tr("running");
    case api::RunState::Stopping: return QObject::tr("stopping");
    case api::RunState::Finished: return QObject::tr("finished");
    case api::RunState::Failed: break;
    }
    return QObject::tr("failed");
}

Health pipelineHealth(const api::PipelineSnapshot& pipeline)
{
    if (pipeline.state == api::RunState::Failed || !pipeline.isConserved)
        return Health::Critical;
    if (pipeline.state == api::RunState::Stopped || pipeline.state == api::RunState::Finished)
        return Health::Stopped;
    const bool hasTrouble = std::ranges::any_of(pipeline.nodes, [](const api::NodeSnapshot& node) {
        return !node.trouble.empty();
    });
    return hasTrouble ? Health::Warning : Health::Ok;
}

PipelineStrips::PipelineStrips(QWidget* parent)
    : QWidget(parent)
{
    setCursor(Qt::PointingHandCursor);
    setAccessibleName(tr("Pipelines"));
    connect(&Appearance::instance(), &Appearance::changed, this, qOverload<>(&QWidget::update));
}

void PipelineStrips::apply(const std::vector<api::PipelineSnapshot>& pipelines)
{
    m_pipelines = pipelines;
    setFixedHeight(kHead + kRow * int(pipelines.size()));
    update();
}

void PipelineStrips::mousePressEvent(QMouseEvent* event)
{
    const int row = (int(event->position().y()) - kHead) / kRow;
    if (event->position().y() >= kHead && row < int(m_pipelines.size()))
        emit pipelineClicked(qstr(m_pipelines[std::size_t(row)].name));
}

void PipelineStrips::paintEvent(QPaintEvent*)
{
    QPainter painter(this);
    const double figures = width() - 12 - 4 * kFigure;
    for (int i = 0; i < 4; ++i)
        paintText(painter, QRectF(figures + i * kFigure, 2, kFigure - 8, kHead - 4),
                  Qt::AlignRight | Qt::AlignVCenter, QString::fromLatin1(kFigures[i]),
                  TextRole::SmallStrong, theme().text3);
    for (std::size_t row = 0; row < m_pipelines.size(); ++row) {
        const api::PipelineSnapshot& pipeline = m_pipelines[row];
        const double top = kHead + double(row) * kRow;
        painter.setPen(theme().line);
        painter.drawLine(QPointF(1, top), QPointF(width() - 1, top));
        paintStatus(painter, QRectF(12, top + 10, 12, 12), pipelineHealth(pipeline));
        paintText(painter, QRectF(32, top + 5, kNameWidth - 36, 20),
                  Qt::AlignLeft | Qt::AlignVCenter, qstr(pipeline.name), TextRole::BodyStrong,
                  theme().text1);
        paintText(painter, QRectF(32, top + 23, kNameWidth - 36, 16),
                  Qt::AlignLeft | Qt::AlignVCenter,
                  QStringLiteral("v%1 · %2").arg(pipeline.version).arg(stateText(pipeline.state)),
                  TextRole::Small, theme().text3);
        paintWay(painter, pipeline, QRectF(kNameWidth, top, figures - kNameWidth - 20, kRow));
        const QString values[]
            = {rateText(pipeline.rowsInPerSecond), durationQuantity(pipeline.latency.p99Us).text(),
               pipeline.lagRows < 0 ? dash() : shortCount(double(pipeline.lagRows)),
               rateText(pipeline.rejectedPerSecond)};
        for (int i = 0; i < 4; ++i)
            paintText(painter, QRectF(figures + i * kFigure, top, kFigure - 8, kRow),
                      Qt::AlignRight | Qt::AlignVCenter, values[i], TextRole::Control,
                      theme().text1);
    }
}

} // namespace sluice::ui
