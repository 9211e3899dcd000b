// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/pages/pipeline_inspector.h"

#include "ui/pages/pipeline_strip.h"
#include "ui/text/units.h"

#include <QHeaderView>
#include <QPainter>

#include <algorithm>

namespace sluice::ui {
namespace {

constexpr int kPlotSeconds = 300;
constexpr double kWarnFill = 0.6, kFullFill = 0.85;

RowsModel::Row fact(const QString& name, const QString& value, Health health = Health::Ok)
{
    return {name, {{.text = name}, {.text = value, .isRight = true, .health = health}}};
}

QString countOf(std::uint64_t count)
{
    return countText(std::int64_t(count));
}

QString bytesRate(double perSecond)
{
    return bytesQuantity(std::int64_t(perSecond)).text() + QStringLiteral("/s");
}

Health conserved(bool isConserved)
{
    return isConserved ? Health::Ok : Health::Critical;
}

QString share(double value)
{
    return percentText(value, 0);
}

TimePlot* plot(EngineBridge& bridge, const QString& name, const char* metric, std::size_t series,
               std::function<QString(double)> text)
{
    constexpr int kHeight = 150;
    auto* out = new TimePlot(
        bridge, {},
        {{name, QString::fromLatin1(metric),
          [series](const Theme& now) { return now.series[series]; }}},
        {.seconds = kPlotSeconds, .text = std::move(text), .threshold = {}, .thresholdText = {}});
    out->setFixedHeight(kHeight);
    return out;
}

} // namespace

PipelineInspector::PipelineInspector(EngineBridge& bridge, QWidget* parent)
    : QWidget(parent)
    , m_bridge(bridge)
    , m_name(new TextLabel({}, TextRole::BodyStrong, TextLabel::Tone::Text1))
    , m_kind(new TextLabel({}, TextRole::Small, TextLabel::Tone::Text3))
    , m_trouble(new TextLabel({}, TextRole::Control, TextLabel::Tone::Critical))
{
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(1, 0, 0, 8);
    layout->setSpacing(4);
    auto* head = new QVBoxLayout;
    head->setContentsMargins(12, 10, 12, 4);
    head->setSpacing(2);
    for (TextLabel* label : {m_name, m_kind, m_trouble}) {
        label->setWordWrap(true);
        head->addWidget(label);
    }
    m_trouble->setTextInteractionFlags(Qt::TextSelectableByMouse);
    layout->addLayout(head);
    m_facts = new RowsTable({tr("fact"), tr("value")}, {118, 0});
    m_facts->horizontalHeader()->hide();
    m_facts->setSelectionMode(QAbstractItemView::NoSelection);
    m_facts->setFocusPolicy(Qt::NoFocus);
    m_facts->setAccessibleName(tr("Facts"));
    layout->addWidget(m_facts, 1);
    m_rate = plot(bridge, tr("rows in"), "rows_in", 1, rateText);
    m_flow = plot(bridge, tr("rows"), "rows", 1, rateText);
    m_fill = plot(bridge, tr("queue full"), "fill", 0, share);
    m_fill->setThreshold(kFullFill, tr("writers soon wait"));
    for (TimePlot* each : {m_rate, m_flow, m_fill})
        layout->addWidget(each);
    connect(&Appearance::instance(), &Appearance::changed, this, qOverload<>(&QWidget::update));
}

void PipelineInspector::paintEvent(QPaintEvent*)
{
    QPainter painter(this);
    painter.fillRect(rect(), theme().surface);
    painter.setPen(theme().line);
    painter.drawLine(0, 0, 0, height());
}

std::vector<RowsModel::Row>
PipelineInspector::pipelineFacts(const api::PipelineSnapshot& pipeline) const
{
    const std::int64_t now = m_bridge.snapshot()->timeUs;
    std::vector<RowsModel::Row> out;
    out.push_back(fact(tr("State"), stateText(pipeline.state),
                       pipeline.state == api::RunState::Failed ? Health::Critical : Health::Ok));
    out.push_back(fact(tr("Version"), QString::number(pipeline.version)));
    out.push_back(fact(tr("Since"), dateTimeText(pipeline.startedUs)));
    out.push_back(fact(tr("Records in"), countOf(pipeline.rowsIn)));
    out.push_back(fact(tr("Rate"), rateText(pipeline.rowsInPerSecond)));
    out.push_back(fact(tr("Bytes"), bytesRate(pipeline.bytesInPerSecond)));
    out.push_back(fact(tr("Rejected"),
                       tr("%1 · %2").arg(countOf(pipeline.rejects.rejected()),
                                         rateText(pipeline.rejectedPerSecond))));
    out.push_back(
        fact(tr("Lag"),
             pipeline.lagRows < 0 ? dash() : tr("%1 rec").arg(countText(pipeline.lagRows))));
    out.push_back(fact(tr("Latency p50"), durationQuantity(pipeline.latency.p50Us).text()));
    out.push_back(fact(tr("Latency p99"), durationQuantity(pipeline.latency.p99Us).text()));
    out.push_back(fact(tr("Watermark delay"), durationQuantity(pipeline.watermarkDelayUs).text()));
    out.push_back(
        fact(tr("Epoch"),
             tr("%1, each %2")
                 .arg(countText(pipeline.epoch),
                      durationQuantity(std::int64_t(pipeline.epochSeconds * 1e6)).text())));
    out.push_back(fact(tr("Last commit"), agoText(pipeline.lastCommitUs, now)));
    out.push_back(fact(tr("Rows conserved"), pipeline.isConserved ? tr("yes") : tr("no"),
                       conserved(pipeline.isConserved)));
    return out;
}

std::vector<RowsModel::Row> PipelineInspector::nodeFacts(const api::NodeSnapshot& node) const
{
    const std::int64_t now = m_bridge.snapshot()->timeUs;
    std::vector<RowsModel::Row> out;
    out.push_back(fact(tr("Rows in"), countOf(node.rowsIn)));
    out.push_back(fact(tr("Rows out"), countOf(node.rowsOut)));
    out.push_back(fact(tr("Rate in"), rateText(node.rowsInPerSecond)));
    out.push_back(fact(tr("Rate out"), rateText(node.rowsOutPerSecond)));
    out.push_back(fact(tr("Bytes out"), bytesRate(node.bytesOutPerSecond)));
    const auto some = [&](const QString& name, std::uint64_t count, Health health = Health::Ok) {
        if (count > 0)
            out.push_back(fact(name, countOf(count), health));
    };
    some(tr("Filtered"), node.rejects.filtered);
    some(tr("Dropped"), node.rejects.dropped);
    some(tr("Duplicates"), node.rejects.duplicate);
    some(tr("Late"), node.rejects.late);
    some(tr("Dead letters"), node.rejects.deadLetter);
    some(tr("Quarantined"), node.rejects.quarantined);
    some(tr("Errors"), node.errors, Health::Warning);
    out.push_back(fact(tr("Busy"), share(node.busyShare)));
    out.push_back(fact(tr("Blocked"), share(node.blockedShare),
                       node.blockedShare > kFullFill ? Health::Warning : Health::Ok));
    if (node.watermarkUs > 0 && node.watermarkUs < INT64_MAX / 2)
        out.push_back(fact(tr("Watermark"), agoText(node.watermarkUs, now)));
    if (node.lagRows >= 0)
        out.push_back(fact(tr("Lag"), tr("%1 rec").arg(countText(node.lagRows))));
    if (node.lagUs >= 0)
        out.push_back(fact(tr("Lag in time"), durationQuantity(node.lagUs).text()));
    some(tr("Rows held"), std::uint64_t(std::max<std::int64_t>(0, node.heldRows)));
    if (node.stateKeys > 0) {
        out.push_back(fact(tr("State keys"), countText(node.stateKeys)));
        out.push_back(fact(tr("State size"), bytesQuantity(node.stateBytes).text()));
    }
    if (node.role == api::NodeRole::Sink) {
        out.push_back(fact(tr("Committed"), tr("%1 rows").arg(countText(node.committedRows))));
        out.push_back(fact(tr("Freshness"), durationQuantity(node.freshnessUs).text()));
    }
    out.push_back(fact(tr("Rows conserved"), node.isConserved ? tr("yes") : tr("no"),
                       conserved(node.isConserved)));
    return out;
}

void PipelineInspector::show(const Head& head, std::vector<RowsModel::Row> facts,
                             const QString& object, bool isEdge)
{
    m_name->setText(head.name);
    m_kind->setText(head.kind);
    m_kind->setVisible(!head.kind.isEmpty());
    m_trouble->setText(head.trouble);
    m_trouble->setVisible(!head.trouble.isEmpty());
    m_facts->apply(std::move(facts));
    m_rate->setVisible(!isEdge);
    m_flow->setVisible(isEdge);
    m_fill->setVisible(isEdge);
    if (isEdge) {
        m_flow->setObject(object);
        m_fill->setObject(object);
    } else {
        m_rate->setObject(object);
    }
}

void PipelineInspector::showPipeline(const api::PipelineSnapshot& pipeline)
{
    show({qstr(pipeline.name), qstr(pipeline.description), qstr(pipeline.stateReason)},
         pipelineFacts(pipeline), qstr(pipeline.name), false);
}

void PipelineInspector::showNode(const api::PipelineSnapshot& pipeline,
                                 const api::NodeSnapshot& node)
{
    QString kind = qstr(node.typeTitle);
    for (const std::string& more : {node.summary, node.target})
        if (!more.empty() && !kind.contains(qstr(more)))
            kind += (kind.isEmpty() ? QString() : QStringLiteral(" · ")) + qstr(more);
    show({qstr(node.name), kind, qstr(node.trouble)}, nodeFacts(node),
         qstr(pipeline.name + "/" + node.name), false);
}

void PipelineInspector::showEdge(const api::PipelineSnapshot& pipeline,
                                 const api::EdgeSnapshot& edge)
{
    const auto writer = std::ranges::find(pipeline.nodes, edge.from, &api::NodeSnapshot::name);
    const auto reader = std::ranges::find(pipeline.nodes, edge.to, &api::NodeSnapshot::name);
    std::vector<RowsModel::Row> out;
    out.push_back(fact(tr("Rate"), rateText(edge.rowsPerSecond)));
    out.push_back(fact(tr("Bytes"), bytesRate(edge.bytesPerSecond)));
    if (edge.rowsPerSecond > 0 && edge.bytesPerSecond > 0)
        out.push_back(
            fact(tr("A row"),
                 bytesQuantity(std::int64_t(edge.bytesPerSecond / edge.rowsPerSecond)).text()));
    out.push_back(fact(tr("Rows so far"), countOf(edge.rows)));
    out.push_back(fact(tr("Queued"), tr("%1 rows").arg(countText(edge.queuedRows))));
    out.push_back(fact(tr("Queue full"), share(edge.fillShare),
                       edge.fillShare > kFullFill       ? Health::Critical
                           : edge.fillShare > kWarnFill ? Health::Warning
                                                        : Health::Ok));
    if (writer != pipeline.nodes.end())
        out.push_back(fact(tr("Writer blocked"), share(writer->blockedShare),
                           writer->blockedShare > kFullFill ? Health::Warning : Health::Ok));
    if (reader != pipeline.nodes.end())
        out.push_back(fact(tr("Reader busy"), share(reader->busyShare)));
    show({QStringLiteral("%1 → %2").arg(qstr(edge.from), qstr(edge.to)),
          edge.isReject ? tr("Edge of rejected rows") : tr("Edge"),
          {}},
         std::move(out), qstr(pipeline.name + "/" + edge.from + "->" + edge.to), true);
}

} // namespace sluice::ui
