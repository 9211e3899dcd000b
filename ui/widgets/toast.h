// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QTimer>
#include <QWidget>

namespace sluice::ui {

/// A sentence at the lower right of its parent; goes after six seconds, errors stay until clicked.
class Toast final : public QWidget
{
    Q_OBJECT

public:
    explicit Toast(QWidget* parent);
    void say(const QString& text, bool isError);

protected:
    void paintEvent(QPaintEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;

private:
    QString m_text;
    bool m_isError = false;
    QTimer m_timer;
};

} // namespace sluice::ui
