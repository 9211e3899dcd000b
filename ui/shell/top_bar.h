// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/api/snapshot.h"

#include <QWidget>

class QPushButton;

namespace sluice::ui {

class TextLabel;

/// The bar at the top: mark, workspace, page, what is running, theme.
class TopBar final : public QWidget
{
    Q_OBJECT

public:
    explicit TopBar(QWidget* parent = nullptr);
    void setPage(const QString& title);
    void apply(const api::EngineSnapshot& snapshot);

signals:
    void themeToggled();

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    void restyle();
    TextLabel* m_workspace;
    TextLabel* m_page;
    TextLabel* m_live;
    QPushButton* m_theme;
};

} // namespace sluice::ui
