// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/canvas/zoom_bar.h"

#include "ui/text/units.h"
#include "ui/theme/icons.h"
#include "ui/widgets/painting.h"
#include "ui/widgets/tile.h"

#include <QHBoxLayout>
#include <QPushButton>

namespace sluice::ui {
namespace {

constexpr double kStep = 1.25;

QPushButton* ghost(const QString& text, const QString& tip)
{
    auto* button = new QPushButton(text);
    button->setProperty("kind", QStringLiteral("ghost"));
    button->setFixedWidth(32);
    button->setToolTip(tip);
    button->setAccessibleName(tip);
    return button;
}

} // namespace

ZoomBar::ZoomBar(QWidget* parent)
    : QWidget(parent)
    , m_fit(ghost({}, tr("Show the whole graph (F)")))
    , m_zoom(new TextLabel({}, TextRole::Control, TextLabel::Tone::Text1))
{
    constexpr int kWidest = 52;
    auto* row = new QHBoxLayout(this);
    row->setContentsMargins(1, 0, 1, 0);
    row->setSpacing(0);
    auto* out = ghost(QString(QChar(0x2212)), tr("Zoom out (−)"));
    auto* in = ghost(QStringLiteral("+"), tr("Zoom in (+)"));
    m_zoom->setFixedWidth(kWidest);
    m_zoom->setAlignment(Qt::AlignCenter);
    for (QWidget* part : std::initializer_list<QWidget*>{out, m_zoom, in, m_fit})
        row->addWidget(part);
    connect(out, &QPushButton::clicked, this, [this] { emit zoomed(1 / kStep); });
    connect(in, &QPushButton::clicked, this, [this] { emit zoomed(kStep); });
    connect(m_fit, &QPushButton::clicked, this, &ZoomBar::fitWanted);
    connect(&Appearance::instance(), &Appearance::changed, this, &ZoomBar::tint);
    tint();
    setZoom(1);
    adjustSize();
}

void ZoomBar::setZoom(double zoom)
{
    m_zoom->setText(percentText(zoom, 0));
}

void ZoomBar::tint()
{
    m_fit->setIcon(icon(QStringLiteral("maximize"), theme().text2, 14));
    update();
}

void ZoomBar::paintEvent(QPaintEvent*)
{
    QPainter painter(this);
    paintBox(painter, rect(), theme().surface, theme().border, 4);
}

} // namespace sluice::ui
