// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/widgets/empty_state.h"

#include "ui/theme/icons.h"
#include "ui/widgets/tile.h"

namespace sluice::ui {

EmptyState::EmptyState(const QString& iconName, const QString& title, const QString& why,
                       const QString& action, QWidget* parent)
    : QWidget(parent)
    , m_title(new TextLabel(title, TextRole::BodyStrong, TextLabel::Tone::Text1))
    , m_why(new TextLabel(why, TextRole::Control, TextLabel::Tone::Text2))
{
    constexpr int kWidest = 360;
    auto* layout = new QVBoxLayout(this);
    layout->setSpacing(8);
    layout->addStretch(1);
    auto* mark = new QLabel;
    const auto tint
        = [mark, iconName] { mark->setPixmap(iconPixmap(iconName, theme().text3, 20)); };
    connect(&Appearance::instance(), &Appearance::changed, mark, tint);
    tint();
    mark->setAlignment(Qt::AlignCenter);
    layout->addWidget(mark);
    for (TextLabel* label : {m_title, m_why}) {
        label->setAlignment(Qt::AlignCenter);
        label->setWordWrap(true);
        label->setFixedWidth(kWidest);
        layout->addWidget(label, 0, Qt::AlignHCenter);
    }
    if (!action.isEmpty()) {
        auto* button = new QPushButton(action);
        button->setProperty("kind", QStringLiteral("primary"));
        connect(button, &QPushButton::clicked, this, &EmptyState::actionTriggered);
        layout->addSpacing(4);
        layout->addWidget(button, 0, Qt::AlignHCenter);
    }
    layout->addStretch(2);
}

void EmptyState::setText(const QString& title, const QString& why)
{
    m_title->setText(title);
    m_why->setText(why);
}

} // namespace sluice::ui
