// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QStringList>
#include <QWidget>

namespace sluice::ui {

/// A way to begin: icon and title, a sentence, facts with a mark each, one button. The recommended
/// one has an accent border and the primary button.
class WelcomeCard final : public QWidget
{
    Q_OBJECT

public:
    struct Content
    {
        QString icon, title, text;
        QStringList facts;
        QString action;
        bool isRecommended = false;
    };
    explicit WelcomeCard(const Content& content, QWidget* parent = nullptr);

signals:
    void chosen();

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    const Content m_content;
};

} // namespace sluice::ui
