// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QPushButton>
#include <QWidget>

namespace sluice::ui {

/// What a place is, why it is empty, and one thing to do about it.
class EmptyState final : public QWidget
{
    Q_OBJECT

public:
    EmptyState(const QString& iconName, const QString& title, const QString& why,
               const QString& action = {}, QWidget* parent = nullptr);
    void setText(const QString& title, const QString& why);

signals:
    void actionTriggered();

private:
    class TextLabel* m_title;
    class TextLabel* m_why;
};

} // namespace sluice::ui
