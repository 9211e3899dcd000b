// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/pages/page.h"

#include <QWidget>

namespace sluice::ui {

/// The column of pages at the left; one is the current.
class ActivityRail final : public QWidget
{
    Q_OBJECT

public:
    explicit ActivityRail(QWidget* parent = nullptr);
    void setCurrent(int index);

signals:
    void chosen(int index);

protected:
    void paintEvent(QPaintEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void leaveEvent(QEvent* event) override;

private:
    int indexAt(double y) const;
    int m_current = -1, m_hovered = -1;
};

} // namespace sluice::ui
