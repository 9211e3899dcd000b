// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/theme/theme.h"

#include <QObject>

namespace sluice::ui {

/// Which theme holds, for the whole application. GUI thread.
class Appearance final : public QObject
{
    Q_OBJECT

public:
    static Appearance& instance();

    const Theme& theme() const { return m_isDark ? Theme::dark() : Theme::light(); }
    bool isDark() const { return m_isDark; }
    /// Sets palette, style sheet and fonts of the application and tells everyone.
    void setDark(bool isDark);

signals:
    void changed();

private:
    Appearance() = default;
    bool m_isDark = true;
};

/// The present theme.
inline const Theme& theme()
{
    return Appearance::instance().theme();
}

} // namespace sluice::ui
