// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/shell/top_bar.h"

#include "ui/text/units.h"
#include "ui/theme/icons.h"
#include "ui/widgets/painting.h"
#include "ui/widgets/tile.h"

#include <QPainterPath>
#include <QPushButton>

#include <algorithm>

namespace sluice::ui {

TopBar::TopBar(QWidget* parent)
    : QWidget(parent)
    , m_workspace(new TextLabel({}, TextRole::Control, TextLabel::Tone::Text2))
    , m_page(new TextLabel({}, TextRole::BodyStrong, TextLabel::Tone::Text1))
    , m_live(new TextLabel({}, TextRole::Control, TextLabel::Tone::Text2))
    , m_theme(new QPushButton)
{
    setFixedHeight(44);
    auto* row = new QHBoxLayout(this);
    row->setContentsMargins(96, 0, 12, 0);
    row->setSpacing(16);
    row->addWidget(m_page);
    row->addWidget(m_workspace);
    row->addStretch(1);
    row->addWidget(m_live);
    m_theme->setProperty("kind", QStringLiteral("ghost"));
    m_theme->setToolTip(tr("Light or dark (Ctrl+T)"));
    m_theme->setAccessibleName(tr("Light or dark"));
    row->addWidget(m_theme);
    connect(m_theme, &QPushButton::clicked, this, &TopBar::themeToggled);
    connect(&Appearance::instance(), &Appearance::changed, this, &TopBar::restyle);
    restyle();
}

void TopBar::restyle()
{
    m_theme->setIcon(icon(theme().isDark ? QStringLiteral("sun") : QStringLiteral("moon"), theme().text2, 16));
    update();
}

void TopBar::setPage(const QString& title)
{
    m_page->setText(title);
}

void TopBar::apply(const api::EngineSnapshot& snapshot)
{
    m_workspace->setText(qstr(snapshot.workspaceName));
    m_workspace->setToolTip(qstr(snapshot.workspacePath));
    const auto running = std::ranges::count(snapshot.pipelines, api::RunState::Running, &api::PipelineSnapshot::state);
    m_live->setText(running == 0 ? tr("nothing runs") : tr("%1 running").arg(running));
}

void TopBar::paintEvent(QPaintEvent*)
{
    QPainter painter(this);
    painter.fillRect(rect(), theme().chrome);
    painter.setPen(theme().line);
    painter.drawLine(0, height() - 1, width(), height() - 1);
    // The mark: a gate between two posts, with water under it.
    painter.setRenderHint(QPainter::Antialiasing);
    painter.translate(8, 0);
    painter.setPen(QPen(theme().text1, 2, Qt::SolidLine, Qt::RoundCap));
    painter.drawLine(QPointF(24, 12), QPointF(24, 32));
    painter.drawLine(QPointF(40, 12), QPointF(40, 32));
    painter.drawLine(QPointF(28, 16), QPointF(36, 16));
    painter.setPen(QPen(theme().accent, 2, Qt::SolidLine, Qt::RoundCap));
    for (const double y : {23.0, 28.0}) {
        QPainterPath wave(QPointF(28, y));
        wave.quadTo(QPointF(30, y - 3), QPointF(32, y));
        wave.quadTo(QPointF(34, y + 3), QPointF(36, y));
        painter.drawPath(wave);
    }
}

} // namespace sluice::ui
