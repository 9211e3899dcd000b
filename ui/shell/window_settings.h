// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QSettings>

namespace sluice::ui {

/// What the console remembers of its window for the user: window/geometry, window/dark and
/// window/page. Named here, because Qt's own name for it needs an organisation, which would also
/// move the folder of the workspace.
inline QSettings windowSettings()
{
    return QSettings(QSettings::NativeFormat, QSettings::UserScope, QStringLiteral("sluice"),
                     QStringLiteral("console"));
}

} // namespace sluice::ui
