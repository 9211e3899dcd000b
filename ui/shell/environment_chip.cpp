// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/shell/environment_chip.h"

#include "ui/widgets/painting.h"

#include <QFontMetricsF>

#include <cmath>

namespace sluice::ui {
namespace {

constexpr int kHeight = 26, kPad = 10, kGap = 8, kWidest = 320;

} // namespace

EnvironmentChip::EnvironmentChip(QWidget* parent)
    : QWidget(parent)
    , m_label(tr("This computer"))
{
    setFixedHeight(kHeight);
    setSizePolicy(QSizePolicy::Fixed, QSizePolicy::Fixed);
    connect(&Appearance::instance(), &Appearance::changed, this, qOverload<>(&QWidget::update));
}

void EnvironmentChip::setWorkspace(const QString& environment, const QString& name)
{
    if (environment == m_environment && name == m_name)
        return;
    m_environment = environment;
    m_label = environment.isEmpty() ? tr("This computer") : environment.toUpper();
    m_name = name;
    setAccessibleName(m_label + QLatin1Char(' ') + name);
    updateGeometry();
    update();
}

QSize EnvironmentChip::sizeHint() const
{
    const double label = QFontMetricsF(fontFor(TextRole::ControlStrong)).horizontalAdvance(m_label);
    const double name = QFontMetricsF(fontFor(TextRole::Control)).horizontalAdvance(m_name);
    const double width = 2 * kPad + label + (m_name.isEmpty() ? 0 : kGap + name) + 1;
    return {std::min(kWidest, int(std::ceil(width))), kHeight};
}

void EnvironmentChip::paintEvent(QPaintEvent*)
{
    QPainter painter(this);
    const bool isProduction = m_environment == QLatin1String("prod");
    const bool isTest = m_environment == QLatin1String("test");
    const QColor line = isProduction ? theme().envProd : isTest ? theme().unknown : theme().border;
    const QColor text = isProduction || isTest ? line : theme().text2;
    paintBox(painter, rect(), isProduction ? theme().envProdSoft : theme().chrome, line, 4);
    const QRectF inner = QRectF(rect()).adjusted(kPad, 0, -kPad, 0);
    const double used = paintText(painter, inner, Qt::AlignLeft | Qt::AlignVCenter, m_label,
                                  TextRole::ControlStrong, text);
    paintText(painter, inner.adjusted(used + kGap, 0, 0, 0), Qt::AlignLeft | Qt::AlignVCenter,
              m_name, TextRole::Control, text, Qt::ElideMiddle);
}

} // namespace sluice::ui
