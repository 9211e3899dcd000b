// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/api/snapshot.h"
#include "ui/theme/theme.h"

#include <QWidget>

class QPushButton;

namespace sluice::ui {

class EnvironmentChip;
class TextLabel;

/// The bar at the top: mark, environment and workspace, page, whether data flow and how fast,
/// theme.
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
    EnvironmentChip* m_environment;
    TextLabel* m_page;
    TextLabel* m_live;
    TextLabel* m_rate;
    Health m_health = Health::Stopped;
    QPushButton* m_theme;
};

} // namespace sluice::ui
