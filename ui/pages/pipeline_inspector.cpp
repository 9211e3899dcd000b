// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/pages/pipeline_inspector.h"

#include "ui/pages/pipeline_strip.h"
#include "ui/text/units.h"

#include <QHeaderView>
#include <QPainter>

#include <algorithm>

namespace sluice::ui {
namespace {

constexpr int kWidth = 304;

RowsModel::Row fact(const QString& name, const QString& value, Health health = Health::Ok)
{
    return {name, {{.text = name}, {.text = value, .isRight = true, .health = health}}};
}

QString countOf(std::uint64_t count)
{
    return countText(std::int64_t(count));
}

} // namespace

PipelineInspector::PipelineInspector(EngineBridge& bridge, QWidget* parent)
    : QWidget(parent)
    , m_bridge(bridge)
    , m_name(new TextLabel({}, TextRole::BodyStrong, TextLabel::Tone::Text1))
    , m_kind(new TextLabel({}, TextRole::Small, TextLabel::Tone::Text3))
    , m_trouble(new TextLabel({}, TextRole::Control, TextLabel::Tone::Critical))
{
    setFixedWidth(kWidth);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(4);
    auto* head = new QVBoxLayout;
    head->setContentsMargins(12, 10, 12, 4);
    head->setSpacing(2);
    m_kind->setWordWrap(true);
    m_trouble->setWordWrap(true);
    m_trouble->setTextInteractionFlags(Qt::TextSelectableByMouse);
    head->addWidget(m_name);
    head->addWidget(m_kind);
    head->addWidget(m_trouble);
    layout->addLayout(head);
    m_facts = new RowsTable({tr("fact"), tr("value")}, {118, 0});
    m_facts->horizontalHeader()->hide();
    m_facts->setSelectionMode(QAbstractItemView::NoSelection);
    m_facts->setFocusPolicy(Qt::NoFocus);
    layout->addWidget(m_facts, 1);
    m_plot = new TimePlot(bridge, {}, {{tr("rows in"), QStringLiteral("rows_in"), [](const Theme& now) { return now.series[1]; }}},
                          {.seconds = 300, .text = rateText, .threshold = {}, .thresholdText = {}});
    m_plot->setFixedHeight(150);
    layout->addWidget(m_plot);
}

void PipelineInspector::paintEvent(QPaintEvent*)
{
    QPainter painter(this);
    painter.fillRect(rect(), theme().surface);
}

std::vector<RowsModel::Row> PipelineInspector::pipelineFacts(const api::PipelineSnapshot& pipeline) const
{
    const std::int64_t now = m_bridge.snapshot()->timeUs;
    std::vector<RowsModel::Row> out;
    out.push_back(fact(tr("State"), stateText(pipeline.state), pipeline.state == api::RunState::Failed ? Health::Critical : Health::Ok));
    out.push_back(fact(tr("Version"), QString::number(pipeline.version)));
    out.push_back(fact(tr("Since"), dateTimeText(pipeline.startedUs)));
    out.push_back(fact(tr("Records in"), countOf(pipeline.rowsIn)));
    out.push_back(fact(tr("Rate"), rateText(pipeline.rowsInPerSecond)));
    out.push_back(fact(tr("Lag"), pipeline.lagRows < 0 ? dash() : countText(pipeline.lagRows)));
    out.push_back(fact(tr("Latency p50"), durationQuantity(pipeline.latency.p50Us).text()));
    out.push_back(fact(tr("Latency p99"), durationQuantity(pipeline.latency.p99Us).text()));
    out.push_back(fact(tr("Watermark delay"), durationQuantity(pipeline.watermarkDelayUs).text()));
    out.push_back(fact(tr("Epoch"), QStringLiteral("%1 · %2 s").arg(countText(pipeline.epoch)).arg(pipeline.epochSeconds)));
    out.push_back(fact(tr("Last commit"), agoText(pipeline.lastCommitUs, now)));
    out.push_back(fact(tr("Rows conserved"), pipeline.isConserved ? tr("yes") : tr("no"), pipeline.isConserved ? Health::Ok : Health::Critical));
    return out;
}

std::vector<RowsModel::Row> PipelineInspector::nodeFacts(const api::NodeSnapshot& node) const
{
    std::vector<RowsModel::Row> out;
    out.push_back(fact(tr("Rows in"), countOf(node.rowsIn)));
    out.push_back(fact(tr("Rows out"), countOf(node.rowsOut)));
    out.push_back(fact(tr("Rate in"), rateText(node.rowsInPerSecond)));
    out.push_back(fact(tr("Rate out"), rateText(node.rowsOutPerSecond)));
    const auto reject = [&](const QString& name, std::uint64_t count) {
        if (count > 0)
            out.push_back(fact(name, countOf(count)));
    };
    reject(tr("Filtered"), node.rejects.filtered);
    reject(tr("Dropped"), node.rejects.dropped);
    reject(tr("Duplicates"), node.rejects.duplicate);
    reject(tr("Late"), node.rejects.late);
    reject(tr("Dead letters"), node.rejects.deadLetter);
    reject(tr("Quarantined"), node.rejects.quarantined);
    out.push_back(fact(tr("Busy"), percentText(node.busyShare, 0)));
    out.push_back(fact(tr("Blocked"), percentText(node.blockedShare, 0), node.blockedShare > 0.85 ? Health::Warning : Health::Ok));
    if (node.watermarkUs != INT64_MIN && node.watermarkUs < INT64_MAX / 2)
        out.push_back(fact(tr("Watermark"), dateTimeText(node.watermarkUs)));
    if (node.lagRows >= 0)
        out.push_back(fact(tr("Lag"), countText(node.lagRows)));
    if (node.stateKeys > 0) {
        out.push_back(fact(tr("State keys"), countText(node.stateKeys)));
        out.push_back(fact(tr("State size"), bytesQuantity(node.stateBytes).text()));
    }
    if (node.role == api::NodeRole::Sink) {
        out.push_back(fact(tr("Committed"), countText(node.committedRows)));
        out.push_back(fact(tr("Freshness"), durationQuantity(node.freshnessUs).text()));
    }
    out.push_back(fact(tr("Rows conserved"), node.isConserved ? tr("yes") : tr("no"), node.isConserved ? Health::Ok : Health::Critical));
    return out;
}

void PipelineInspector::apply(const api::PipelineSnapshot& pipeline, const QString& node)
{
    const auto found = std::ranges::find(pipeline.nodes, node.toStdString(), &api::NodeSnapshot::name);
    if (found == pipeline.nodes.end()) {
        m_name->setText(qstr(pipeline.name));
        m_kind->setText(qstr(pipeline.description));
        m_trouble->setText(qstr(pipeline.stateReason));
        m_facts->apply(pipelineFacts(pipeline));
        m_plot->setObject(qstr(pipeline.name));
    } else {
        m_name->setText(node);
        m_kind->setText(qstr(found->typeTitle) + (found->target.empty() ? QString() : QStringLiteral(" · ") + qstr(found->target)));
        m_trouble->setText(qstr(found->trouble));
        m_facts->apply(nodeFacts(*found));
        m_plot->setObject(qstr(pipeline.name + "/" + found->name));
    }
    m_trouble->setVisible(!m_trouble->text().isEmpty());
}

} // namespace sluice::ui
