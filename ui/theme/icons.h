// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QColor>
#include <QIcon>
#include <QPixmap>
#include <QString>

namespace sluice::ui {

/// An icon of resources/icons, tinted; an empty pixmap if there is none of that name.
QPixmap iconPixmap(const QString& name, const QColor& color, int size, qreal devicePixelRatio = 2);
QIcon icon(const QString& name, const QColor& color, int size = 16);
/// The icon of a node type; a generic one for types without their own.
QString nodeIcon(const QString& type);

} // namespace sluice::ui
