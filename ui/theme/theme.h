// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QColor>
#include <QFont>

#include <array>

namespace sluice::ui {

/// All colours and fonts of the console; nothing else in the tree names one. Immutable.
struct Theme
{
    bool isDark = true;
    QColor ground, chrome, surface, raised, overlay, sunken;
    QColor line, border, borderStrong;
    QColor text1, text2, text3, disabled;
    QColor accent, accentFill, onAccent, accentSoft;
    QColor ok, okFill, warn, warnFill, warnSoft, crit, critSoft, critFill, stopped, unknown;
    QColor envProd, envProdSoft;  // a hue of its own, so that production is never read as an alarm
    std::array<QColor, 8> series; // [0] = other, 1.. in the order of use

    static const Theme& dark();
    static const Theme& light();
};

/// The sizes of text, in logical pixels.
enum class TextRole {
    Display,
    Stat,
    Title,
    Body,
    BodyStrong,
    Control,
    ControlStrong,
    Small,
    SmallStrong,
    Mono,
    MonoSmall
};
QFont fontFor(TextRole role);

/// How something is; painted as a glyph of its own shape, so that colour is never the only sign.
enum class Health { Ok, Warning, Critical, Stopped, Unknown };
QColor healthColor(const Theme& theme, Health health);

/// Bronze, silver and gold have their own series colours everywhere.
QColor layerColor(const Theme& theme, const QString& layer);

} // namespace sluice::ui
