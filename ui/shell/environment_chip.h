// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>

namespace sluice::ui {

/// Says which environment the workspace belongs to, and its name. Production has a hue of its own.
class EnvironmentChip final : public QWidget
{
    Q_OBJECT

public:
    explicit EnvironmentChip(QWidget* parent = nullptr);
    /// environment as in api::EngineSnapshot: "" is this computer.
    void setWorkspace(const QString& environment, const QString& name);
    QSize sizeHint() const override;

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    QString m_environment, m_label, m_name;
};

} // namespace sluice::ui
