// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/shell/welcome_card.h"

#include "ui/theme/icons.h"
#include "ui/widgets/painting.h"
#include "ui/widgets/tile.h"

#include <QPushButton>
#include <QVBoxLayout>

namespace sluice::ui {
namespace {

constexpr int kPad = 20, kIcon = 36, kFactHeight = 18;

} // namespace

WelcomeCard::WelcomeCard(const Content& content, QWidget* parent)
    : QWidget(parent)
    , m_content(content)
{
    setAccessibleName(content.title);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(kPad, kPad, kPad, kPad);
    layout->setSpacing(8);
    layout->addSpacing(kIcon + 4); // painted: icon and title
    auto* text = new TextLabel(content.text, TextRole::Body, TextLabel::Tone::Text2);
    text->setWordWrap(true);
    text->setAlignment(Qt::AlignTop | Qt::AlignLeft);
    layout->addWidget(text);
    for (const QString& fact : content.facts) {
        auto* label = new TextLabel(fact, TextRole::Control, TextLabel::Tone::Text2);
        label->setFixedHeight(kFactHeight);
        label->setIndent(20);
        label->setProperty("fact", true);
        layout->addWidget(label);
    }
    layout->addStretch(1);
    auto* button = new QPushButton(content.action);
    if (content.isRecommended)
        button->setProperty("kind", QStringLiteral("primary"));
    button->setMinimumHeight(36);
    connect(button, &QPushButton::clicked, this, &WelcomeCard::chosen);
    layout->addWidget(button, 0, Qt::AlignLeft);
    connect(&Appearance::instance(), &Appearance::changed, this, qOverload<>(&QWidget::update));
}

void WelcomeCard::paintEvent(QPaintEvent*)
{
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    paintBox(painter, rect(), theme().surface,
             m_content.isRecommended ? theme().accent : theme().line, 6);
    const QRectF box(kPad, kPad, kIcon, kIcon);
    paintBox(painter, box, m_content.isRecommended ? theme().accentSoft : theme().raised,
             m_content.isRecommended ? theme().accentSoft : theme().raised, 4);
    painter.drawPixmap(QRectF(box.center() - QPointF(10, 10), QSizeF(20, 20)).toRect(),
                       iconPixmap(m_content.icon,
                                  m_content.isRecommended ? theme().accent : theme().text2, 20));
    paintText(painter, QRectF(box.right() + 12, box.top(), width() - box.right() - kPad, kIcon),
              Qt::AlignLeft | Qt::AlignVCenter, m_content.title, TextRole::Title, theme().text1);
    for (const QWidget* fact : findChildren<TextLabel*>())
        if (fact->property("fact").toBool())
            paintStatus(painter, QRectF(fact->x(), fact->y(), 12, fact->height()), Health::Ok);
}

} // namespace sluice::ui
