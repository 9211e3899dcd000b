// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/widgets/tile.h"

#include "ui/widgets/painting.h"

namespace sluice::ui {

TextLabel::TextLabel(const QString& text, TextRole role, Tone tone, QWidget* parent)
    : QLabel(text, parent)
    , m_tone(tone)
{
    setFont(fontFor(role));
    connect(&Appearance::instance(), &Appearance::changed, this, &TextLabel::restyle);
    restyle();
}

void TextLabel::setTone(Tone tone)
{
    m_tone = tone;
    restyle();
}

void TextLabel::restyle()
{
    const Theme& now = theme();
    const QColor colors[] = {now.text1, now.text2, now.text3, now.accent, now.warn, now.crit};
    QPalette changed = palette();
    changed.setColor(QPalette::WindowText, colors[int(m_tone)]);
    setPalette(changed);
}

Tile::Tile(const QString& title, QWidget* parent)
    : QWidget(parent)
    , m_title(new TextLabel(title, TextRole::ControlStrong, TextLabel::Tone::Text1))
    , m_meta(new TextLabel({}, TextRole::Small, TextLabel::Tone::Text3))
    , m_head(new QHBoxLayout)
    , m_body(new QVBoxLayout)
{
    constexpr int kHead = 32;
    m_head->setContentsMargins(12, 0, 8, 0);
    m_head->setSpacing(8);
    m_head->addWidget(m_title);
    m_head->addWidget(m_meta, 1);
    auto* head = new QWidget;
    head->setFixedHeight(kHead);
    head->setLayout(m_head);
    m_body->setContentsMargins(0, 0, 0, 0);
    m_body->setSpacing(0);
    auto* all = new QVBoxLayout(this);
    all->setContentsMargins(1, 1, 1, 6); // content stays clear of the rounded corners
    all->setSpacing(0);
    all->addWidget(head);
    all->addLayout(m_body, 1);
    setAccessibleName(title);
    connect(&Appearance::instance(), &Appearance::changed, this, qOverload<>(&QWidget::update));
}

void Tile::addAction(QWidget* action)
{
    m_head->addWidget(action);
}

void Tile::paintEvent(QPaintEvent*)
{
    QPainter painter(this);
    paintBox(painter, rect(), theme().surface, theme().line, 6);
}

} // namespace sluice::ui
