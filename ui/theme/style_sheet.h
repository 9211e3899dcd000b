// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/theme/theme.h"

#include <QPalette>
#include <QString>

namespace sluice::ui {

/// The one style sheet of the application, and its palette, from a theme's tokens.
QString styleSheetOf(const Theme& theme);
QPalette paletteOf(const Theme& theme);

} // namespace sluice::ui
