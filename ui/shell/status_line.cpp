// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/shell/status_line.h"

#include "ui/text/units.h"
#include "ui/widgets/painting.h"

#include <algorithm>

namespace sluice::ui {

StatusLine::StatusLine(QWidget* parent)
    : QWidget(parent)
{
    setFixedHeight(24);
    connect(&Appearance::instance(), &Appearance::changed, this, qOverload<>(&QWidget::update));
}

void StatusLine::apply(const api::EngineSnapshot& snapshot)
{
    double rate = 0;
    std::int64_t p99 = -1;
    std::uint64_t dropped = 0;
    int running = 0;
    m_isConserved = true;
    for (const api::PipelineSnapshot& pipeline : snapshot.pipelines) {
        m_isConserved = m_isConserved && pipeline.isConserved;
        dropped += pipeline.rejects.dropped;
        if (pipeline.state != api::RunState::Running)
            continue;
        ++running;
        rate += pipeline.rowsInPerSecond;
        p99 = std::max(p99, pipeline.latency.p99Us);
    }
    m_isRunning = running > 0;
    m_left = {m_isRunning ? tr("Engine running") : tr("Engine idle"), tr("%1 rec in").arg(rateText(rate)), tr("%1 dropped by rules").arg(countText(std::int64_t(dropped))),
              tr("p99 %1").arg(durationQuantity(p99).text()), m_isConserved ? tr("rows conserved") : tr("rows NOT conserved")};
    m_right = {tr("CPU %1").arg(percentText(snapshot.cpuShare, 0)), bytesQuantity(snapshot.residentBytes).text(), clockText(snapshot.timeUs) + QStringLiteral(" UTC")};
    setAccessibleDescription(m_left.join(QStringLiteral(", ")));
    update();
}

void StatusLine::paintEvent(QPaintEvent*)
{
    QPainter painter(this);
    painter.fillRect(rect(), theme().chrome);
    painter.setPen(theme().line);
    painter.drawLine(0, 0, width(), 0);
    paintStatus(painter, QRectF(12, 7, 10, 10), !m_isConserved ? Health::Critical : m_isRunning ? Health::Ok : Health::Stopped);
    double x = 28;
    for (int i = 0; i < m_left.size(); ++i) {
        if (i > 0) {
            painter.setPen(theme().border);
            painter.drawLine(QPointF(x - 12, 5), QPointF(x - 12, 19));
        }
        const bool isAlarm = !m_isConserved && i + 1 == m_left.size();
        x += paintText(painter, QRectF(x, 1, 260, 22), Qt::AlignLeft | Qt::AlignVCenter, m_left[i], TextRole::Small, isAlarm ? theme().crit : theme().text2) + 24;
    }
    double right = width() - 12;
    for (int i = int(m_right.size()); i-- > 0;) {
        const double used = paintText(painter, QRectF(right - 200, 1, 200, 22), Qt::AlignRight | Qt::AlignVCenter, m_right[i], TextRole::Small, theme().text2);
        right -= used + 24;
    }
}

} // namespace sluice::ui
