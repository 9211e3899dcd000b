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
    std::int64_t p99 = -1, lag = -1;
    std::uint64_t dropped = 0, errors = 0;
    int running = 0;
    bool isConserved = true;
    for (const api::PipelineSnapshot& pipeline : snapshot.pipelines) {
        isConserved = isConserved && pipeline.isConserved;
        dropped += pipeline.rejects.dropped;
        for (const api::NodeSnapshot& node : pipeline.nodes)
            errors += node.errors;
        if (pipeline.state != api::RunState::Running)
            continue;
        ++running;
        rate += pipeline.rowsInPerSecond;
        p99 = std::max(p99, pipeline.latency.p99Us);
        lag = std::max(lag, pipeline.lagRows);
    }
    m_isRunning = running > 0;
    const QString lagText = lag < 0 ? dash() : shortCount(double(lag)) + QChar(0x2009) + tr("rec");
    m_left = {{m_isRunning ? tr("Engine running") : tr("Engine idle")},
              {tr("%1 in").arg(rateQuantity(rate).text())},
              {tr("p99 %1").arg(durationQuantity(p99).text())},
              {tr("lag %1").arg(lagText)},
              {tr("%1 dropped by rules").arg(countText(std::int64_t(dropped)))},
              {errors == 1 ? tr("1 error") : tr("%1 errors").arg(countText(std::int64_t(errors))),
               errors > 0},
              {isConserved ? tr("rows conserved") : tr("rows NOT conserved"), !isConserved}};
    m_right = {tr("CPU %1").arg(percentText(snapshot.cpuShare, 0)),
               bytesQuantity(snapshot.residentBytes).text(),
               clockText(snapshot.timeUs) + QStringLiteral(" UTC")};
    QStringList words;
    for (const Cell& cell : m_left)
        words << cell.text;
    setAccessibleDescription(words.join(QStringLiteral(", ")));
    update();
}

void StatusLine::paintEvent(QPaintEvent*)
{
    QPainter painter(this);
    painter.fillRect(rect(), theme().chrome);
    painter.setPen(theme().line);
    painter.drawLine(0, 0, width(), 0);
    const bool isAbnormal = std::ranges::any_of(m_left, &Cell::isAbnormal);
    paintStatus(painter, QRectF(12, 7, 10, 10),
                isAbnormal        ? Health::Critical
                    : m_isRunning ? Health::Ok
                                  : Health::Stopped);
    double x = 28;
    for (const Cell& cell : m_left) {
        if (&cell != &m_left.front()) {
            painter.setPen(theme().border);
            painter.drawLine(QPointF(x - 12, 5), QPointF(x - 12, 19));
        }
        x += paintText(painter, QRectF(x, 1, 260, 22), Qt::AlignLeft | Qt::AlignVCenter, cell.text,
                       TextRole::Small, cell.isAbnormal ? theme().crit : theme().text2)
            + 24;
    }
    double right = width() - 12;
    for (int i = int(m_right.size()); i-- > 0;) {
        const double used
            = paintText(painter, QRectF(right - 200, 1, 200, 22), Qt::AlignRight | Qt::AlignVCenter,
                        m_right[i], TextRole::Small, theme().text2);
        right -= used + 24;
    }
}

} // namespace sluice::ui
