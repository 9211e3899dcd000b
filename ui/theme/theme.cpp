// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/theme/theme.h"

#include <QFontDatabase>

namespace sluice::ui {
namespace {

QColor rgb(unsigned value)
{
    return QColor::fromRgb(value);
}

void loadFonts()
{
    static const bool once = [] {
        for (const char* name : {"InterTabular-Regular.otf", "InterTabular-Medium.otf",
                                 "InterTabular-SemiBold.otf", "SluiceMono-Regular.ttf"})
            QFontDatabase::addApplicationFont(QStringLiteral(":/fonts/") + QLatin1String(name));
        return true;
    }();
    Q_UNUSED(once)
}

} // namespace

const Theme& Theme::dark()
{
    static const Theme theme{.isDark = true,
                             .ground = rgb(0x0F1215),
                             .chrome = rgb(0x14181C),
                             .surface = rgb(0x1A1F24),
                             .raised = rgb(0x222930),
                             .overlay = rgb(0x29313A),
                             .sunken = rgb(0x101418),
                             .line = rgb(0x262D34),
                             .border = rgb(0x36404A),
                             .borderStrong = rgb(0x6B7783),
                             .text1 = rgb(0xE6EAED),
                             .text2 = rgb(0xB3BCC5),
                             .text3 = rgb(0x949EA8),
                             .disabled = rgb(0x5F6973),
                             .accent = rgb(0x74ACF7),
                             .accentFill = rgb(0x2C69C4),
                             .onAccent = rgb(0xFFFFFF),
                             .accentSoft = rgb(0x1C314D),
                             .ok = rgb(0x98A3AE),
                             .okFill = rgb(0x6B7783),
                             .warn = rgb(0xF2B33D),
                             .warnFill = rgb(0xF2B33D),
                             .warnSoft = rgb(0x352A14),
                             .crit = rgb(0xFF7B6E),
                             .critSoft = rgb(0x3B1E1D),
                             .critFill = rgb(0xC8372C),
                             .stopped = rgb(0xC9D0D6),
                             .unknown = rgb(0xC4A8F7),
                             .envProd = rgb(0xF08AB0),
                             .envProdSoft = rgb(0x3A1F2B),
                             .series
                             = {rgb(0x98A3AE), rgb(0x56B4E9), rgb(0x17B38A), rgb(0xD68DB7),
                                rgb(0x4A7BE0), rgb(0xE69F00), rgb(0xEB7436), rgb(0xF0E442)}};
    return theme;
}

const Theme& Theme::light()
{
    static const Theme theme{.isDark = false,
                             .ground = rgb(0xE9ECEF),
                             .chrome = rgb(0xF4F6F7),
                             .surface = rgb(0xFFFFFF),
                             .raised = rgb(0xEFF2F4),
                             .overlay = rgb(0xFFFFFF),
                             .sunken = rgb(0xF7F8F9),
                             .line = rgb(0xE1E5E9),
                             .border = rgb(0xC9D0D6),
                             .borderStrong = rgb(0x7E8993),
                             .text1 = rgb(0x171C21),
                             .text2 = rgb(0x434D57),
                             .text3 = rgb(0x5A6570),
                             .disabled = rgb(0x98A2AB),
                             .accent = rgb(0x1A5DBE),
                             .accentFill = rgb(0x1F63C6),
                             .onAccent = rgb(0xFFFFFF),
                             .accentSoft = rgb(0xDDE9FA),
                             .ok = rgb(0x5D6872),
                             .okFill = rgb(0x7B8590),
                             .warn = rgb(0x8A5700),
                             .warnFill = rgb(0xB57200),
                             .warnSoft = rgb(0xFDF0D5),
                             .crit = rgb(0xB5261B),
                             .critSoft = rgb(0xFBE3E0),
                             .critFill = rgb(0xB5261B),
                             .stopped = rgb(0x3B454F),
                             .unknown = rgb(0x6741BE),
                             .envProd = rgb(0xA81E58),
                             .envProdSoft = rgb(0xFAE3EC),
                             .series
                             = {rgb(0x5D6872), rgb(0x0072B2), rgb(0x00805E), rgb(0xA84F80),
                                rgb(0x3D96CE), rgb(0xA66F00), rgb(0xC25000), rgb(0x7A7400)}};
    return theme;
}

QFont fontFor(TextRole role)
{
    loadFonts();
    const bool isMono = role == TextRole::Mono || role == TextRole::MonoSmall;
    QFont font(isMono ? QStringLiteral("Sluice Mono") : QStringLiteral("Inter Tabular"));
    font.setStyleHint(isMono ? QFont::Monospace : QFont::SansSerif);
    int pixels = 13;
    QFont::Weight weight = QFont::Normal;
    switch (role) {
    case TextRole::Display:
        pixels = 26;
        weight = QFont::DemiBold;
        break;
    case TextRole::Stat:
        pixels = 24;
        weight = QFont::DemiBold;
        break;
    case TextRole::Title:
        pixels = 16;
        weight = QFont::DemiBold;
        break;
    case TextRole::Body: break;
    case TextRole::BodyStrong: weight = QFont::DemiBold; break;
    case TextRole::Control: pixels = 12; break;
    case TextRole::ControlStrong:
        pixels = 12;
        weight = QFont::DemiBold;
        break;
    case TextRole::Small: pixels = 11; break;
    case TextRole::SmallStrong:
        pixels = 11;
        weight = QFont::Medium;
        break;
    case TextRole::Mono: pixels = 12; break;
    case TextRole::MonoSmall: pixels = 11; break;
    }
    font.setPixelSize(pixels);
    font.setWeight(weight);
    return font;
}

QColor healthColor(const Theme& theme, Health health)
{
    switch (health) {
    case Health::Ok: return theme.ok;
    case Health::Warning: return theme.warn;
    case Health::Critical: return theme.crit;
    case Health::Stopped: return theme.stopped;
    case Health::Unknown: break;
    }
    return theme.unknown;
}

QColor layerColor(const Theme& theme, const QString& layer)
{
    if (layer == QLatin1String("bronze"))
        return theme.series[1];
    if (layer == QLatin1String("silver"))
        return theme.series[2];
    return layer == QLatin1String("gold") ? theme.series[3] : theme.series[0];
}

} // namespace sluice::ui
