// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/widgets/painting.h"

#include <QFontMetricsF>
#include <QPainterPath>

#include <algorithm>
#include <cmath>

namespace sluice::ui {

void paintStatus(QPainter& painter, const QRectF& box, Health health)
{
    painter.save();
    painter.setRenderHint(QPainter::Antialiasing);
    const QPointF centre = box.center();
    const qreal unit = box.width() / 12;
    const QColor color = healthColor(theme(), health);
    painter.setPen(Qt::NoPen);
    painter.setBrush(color);
    switch (health) {
    case Health::Ok: painter.drawEllipse(centre, 3.5 * unit, 3.5 * unit); break;
    case Health::Warning:
        painter.drawPolygon(
            QPolygonF({centre + QPointF(0, -4.6 * unit), centre + QPointF(5 * unit, 4.6 * unit),
                       centre + QPointF(-5 * unit, 4.6 * unit)}));
        break;
    case Health::Critical:
        painter.drawPolygon(
            QPolygonF({centre + QPointF(0, -5.4 * unit), centre + QPointF(5.4 * unit, 0),
                       centre + QPointF(0, 5.4 * unit), centre + QPointF(-5.4 * unit, 0)}));
        break;
    case Health::Stopped:
        painter.drawRect(QRectF(centre.x() - 4 * unit, centre.y() - 4 * unit, 8 * unit, 8 * unit));
        break;
    case Health::Unknown: {
        painter.setBrush(Qt::NoBrush);
        painter.setPen(QPen(color, 1.2));
        painter.drawEllipse(centre, 4.8 * unit, 4.8 * unit);
        QFont font = fontFor(TextRole::SmallStrong);
        font.setPixelSize(std::max(7, int(8 * unit)));
        painter.setFont(font);
        painter.drawText(box, Qt::AlignCenter, QStringLiteral("?"));
        break;
    }
    }
    painter.restore();
}

void paintBox(QPainter& painter, const QRectF& box, const QColor& fill, const QColor& line,
              qreal radius, qreal width)
{
    painter.save();
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(QPen(line, width));
    painter.setBrush(fill);
    const qreal inset = width / 2;
    painter.drawRoundedRect(box.adjusted(inset, inset, -inset, -inset), radius, radius);
    painter.restore();
}

qreal paintText(QPainter& painter, const QRectF& box, Qt::Alignment alignment, const QString& text,
                TextRole role, const QColor& color, Qt::TextElideMode elide)
{
    painter.setFont(fontFor(role));
    painter.setPen(color);
    const QFontMetricsF metrics(painter.font());
    const QString shown = metrics.elidedText(text, elide, box.width() + 0.5);
    painter.drawText(box, int(alignment) | int(Qt::TextSingleLine), shown);
    return metrics.horizontalAdvance(shown);
}

void paintSparkline(QPainter& painter, const QRectF& box, const std::vector<double>& values,
                    const QColor& color)
{
    double least = std::nan(""), most = std::nan("");
    for (const double value : values) {
        if (std::isnan(value))
            continue;
        least = std::isnan(least) ? value : std::min(least, value);
        most = std::isnan(most) ? value : std::max(most, value);
    }
    if (std::isnan(least) || values.size() < 2)
        return;
    // A nearly flat line stays in the middle instead of showing its noise.
    const double middle = (least + most) / 2;
    const double span = std::max({most - least, std::abs(middle) * 0.2, 1e-9});
    painter.save();
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(QPen(color, 1.25));
    painter.setBrush(Qt::NoBrush);
    QPainterPath path;
    bool isDown = false;
    QPointF last;
    for (std::size_t i = 0; i < values.size(); ++i) {
        if (std::isnan(values[i])) {
            isDown = false;
            continue;
        }
        const QPointF at(box.left() + box.width() * double(i) / double(values.size() - 1),
                         box.center().y() - (values[i] - middle) / span * box.height());
        if (isDown)
            path.lineTo(at);
        else
            path.moveTo(at);
        isDown = true;
        last = at;
    }
    painter.drawPath(path);
    painter.setPen(Qt::NoPen);
    painter.setBrush(color);
    painter.drawEllipse(last, 2, 2);
    painter.restore();
}

void paintBar(QPainter& painter, const QRectF& box, double share, const QColor& fill)
{
    painter.save();
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(Qt::NoPen);
    painter.setBrush(theme().line);
    painter.drawRoundedRect(box, 1, 1);
    painter.setBrush(fill);
    painter.drawRoundedRect(QRectF(box.left(), box.top(), box.width() * std::clamp(share, 0.0, 1.0),
                                   box.height()),
                            1, 1);
    painter.restore();
}

} // namespace sluice::ui
