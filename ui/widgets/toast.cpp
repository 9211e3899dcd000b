// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/widgets/toast.h"

#include "ui/widgets/painting.h"

#include <QFontMetrics>

namespace sluice::ui {
namespace {

constexpr int kWidth = 360;
constexpr int kStaysMs = 6000;

} // namespace

Toast::Toast(QWidget* parent)
    : QWidget(parent)
{
    hide();
    m_timer.setSingleShot(true);
    connect(&m_timer, &QTimer::timeout, this, &QWidget::hide);
}

void Toast::say(const QString& text, bool isError)
{
    m_text = text;
    m_isError = isError;
    const QRect wanted = QFontMetrics(fontFor(TextRole::Control))
                             .boundingRect(QRect(0, 0, kWidth - 52, 400), Qt::TextWordWrap, text);
    setGeometry(parentWidget()->width() - kWidth - 16,
                parentWidget()->height() - wanted.height() - 24 - 40, kWidth, wanted.height() + 24);
    raise();
    show();
    update();
    if (isError)
        m_timer.stop();
    else
        m_timer.start(kStaysMs);
}

void Toast::mousePressEvent(QMouseEvent*)
{
    hide();
}

void Toast::paintEvent(QPaintEvent*)
{
    QPainter painter(this);
    paintBox(painter, rect(), theme().overlay, m_isError ? theme().crit : theme().border, 6);
    paintStatus(painter, QRectF(14, 14, 14, 14), m_isError ? Health::Critical : Health::Ok);
    painter.setFont(fontFor(TextRole::Control));
    painter.setPen(theme().text1);
    painter.drawText(QRect(40, 12, width() - 52, height() - 24), Qt::TextWordWrap, m_text);
}

} // namespace sluice::ui
