// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/theme/appearance.h"

#include <QPainter>
#include <QString>

#include <vector>

namespace sluice::ui {

/// Paints the status glyph (circle, triangle, diamond, square, ring) centred in a box.
void paintStatus(QPainter& painter, const QRectF& box, Health health);

/// Paints a rounded box with a 1 px line.
void paintBox(QPainter& painter, const QRectF& box, const QColor& fill, const QColor& line,
              qreal radius, qreal width = 1);

/// Paints one line of text, elided to the box; returns the width used.
qreal paintText(QPainter& painter, const QRectF& box, Qt::Alignment alignment, const QString& text,
                TextRole role, const QColor& color, Qt::TextElideMode elide = Qt::ElideRight);

/// A small line without axes; NaN is a gap.
void paintSparkline(QPainter& painter, const QRectF& box, const std::vector<double>& values,
                    const QColor& color);

/// A horizontal bar of a share.
void paintBar(QPainter& painter, const QRectF& box, double share, const QColor& fill);

} // namespace sluice::ui
