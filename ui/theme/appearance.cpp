// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/theme/appearance.h"

#include "ui/theme/style_sheet.h"

#include <QApplication>
#include <QStyleFactory>

namespace sluice::ui {

Appearance& Appearance::instance()
{
    static Appearance appearance;
    return appearance;
}

void Appearance::setDark(bool isDark)
{
    m_isDark = isDark;
    QApplication::setStyle(QStyleFactory::create(QStringLiteral("Fusion")));
    QApplication::setFont(fontFor(TextRole::Body));
    QApplication::setPalette(paletteOf(theme()));
    qApp->setStyleSheet(styleSheetOf(theme()));
    emit changed();
}

} // namespace sluice::ui
