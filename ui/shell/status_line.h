// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/api/snapshot.h"

#include <QWidget>

#include <vector>

namespace sluice::ui {

/// The line at the bottom: what the engine does and what it uses of the machine. Only an abnormal
/// figure takes colour.
class StatusLine final : public QWidget
{
    Q_OBJECT

public:
    explicit StatusLine(QWidget* parent = nullptr);
    void apply(const api::EngineSnapshot& snapshot);

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    struct Cell
    {
        QString text;
        bool isAbnormal = false;
    };
    std::vector<Cell> m_left;
    QStringList m_right;
    bool m_isRunning = false;
};

} // namespace sluice::ui
