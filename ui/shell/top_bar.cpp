// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/shell/top_bar.h"

#include "ui/shell/environment_chip.h"
#include "ui/text/units.h"
#include "ui/theme/icons.h"
#include "ui/widgets/painting.h"
#include "ui/widgets/tile.h"

#include <QPainterPath>
#include <QPushButton>

namespace sluice::ui {
namespace {

// Wide enough for every rate, so that the words do not move with it.
constexpr int kRateWidth = 150;

} // namespace

TopBar::TopBar(QWidget* parent)
    : QWidget(parent)
    , m_environment(new EnvironmentChip)
    , m_page(new TextLabel({}, TextRole::BodyStrong, TextLabel::Tone::Text1))
    , m_live(new TextLabel({}, TextRole::ControlStrong, TextLabel::Tone::Text1))
    , m_rate(new TextLabel({}, TextRole::Control, TextLabel::Tone::Text2))
    , m_theme(new QPushButton)
{
    setFixedHeight(44);
    auto* row = new QHBoxLayout(this);
    row->setContentsMargins(96, 0, 12, 0);
    row->setSpacing(16);
    row->addWidget(m_environment);
    row->addWidget(m_page);
    row->addStretch(1);
    // The glyph is painted in the space before the words.
    m_live->setContentsMargins(18, 0, 0, 0);
    row->addWidget(m_live);
    m_rate->setMinimumWidth(kRateWidth);
    row->addWidget(m_rate);
    row->addStretch(1);
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
    m_theme->setIcon(
        icon(theme().isDark ? QStringLiteral("sun") : QStringLiteral("moon"), theme().text2, 16));
    update();
}

void TopBar::setPage(const QString& title)
{
    m_page->setText(title);
}

void TopBar::apply(const api::EngineSnapshot& snapshot)
{
    m_environment->setWorkspace(qstr(snapshot.environment), qstr(snapshot.workspaceName));
    m_environment->setToolTip(qstr(snapshot.workspacePath));
    int running = 0, failed = 0;
    double rate = 0;
    for (const api::PipelineSnapshot& pipeline : snapshot.pipelines) {
        failed += pipeline.state == api::RunState::Failed;
        if (pipeline.state != api::RunState::Running)
            continue;
        ++running;
        rate += pipeline.rowsInPerSecond;
    }
    const Health health = failed > 0 ? Health::Critical
        : running > 0                ? Health::Ok
                                     : Health::Stopped;
    m_live->setText(failed > 0        ? tr("%1 running, %2 failed").arg(running).arg(failed)
                        : running > 0 ? tr("Live, %1 running").arg(running)
                                      : tr("Nothing runs"));
    m_rate->setText(running > 0 ? tr("%1 in").arg(rateQuantity(rate).text()) : QString());
    if (health == m_health)
        return;
    m_health = health;
    m_live->setTone(failed > 0 ? TextLabel::Tone::Critical : TextLabel::Tone::Text1);
    update();
}

void TopBar::paintEvent(QPaintEvent*)
{
    QPainter painter(this);
    painter.fillRect(rect(), theme().chrome);
    painter.setPen(theme().line);
    painter.drawLine(0, height() - 1, width(), height() - 1);
    const QRect live = m_live->geometry();
    paintStatus(painter, QRectF(live.left(), live.center().y() - 5, 12, 12), m_health);
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
