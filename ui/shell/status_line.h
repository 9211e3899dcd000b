// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/api/snapshot.h"

#include <QWidget>

namespace sluice::ui {

/// The line at the bottom: what the engine does and what it uses of the machine.
class StatusLine final : public QWidget
{
    Q_OBJECT

public:
    explicit StatusLine(QWidget* parent = nullptr);
    void apply(const api::EngineSnapshot& snapshot);

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    QStringList m_left, m_right;
    bool m_isRunning = false, m_isConserved = true;
};

} // namespace sluice::ui
