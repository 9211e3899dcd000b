// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/shell/activity_rail.h"

#include "ui/theme/icons.h"
#include "ui/widgets/painting.h"

#include <QMouseEvent>

namespace sluice::ui {
namespace {

constexpr int kWidth = 80, kItem = 52, kTop = 4;

} // namespace

ActivityRail::ActivityRail(QWidget* parent)
    : QWidget(parent)
{
    setFixedWidth(kWidth);
    setMouseTracking(true);
    setAccessibleName(tr("Pages"));
    connect(&Appearance::instance(), &Appearance::changed, this, qOverload<>(&QWidget::update));
}

void ActivityRail::setCurrent(int index)
{
    m_current = index;
    update();
}

int ActivityRail::indexAt(double y) const
{
    const int index = int((y - kTop) / kItem);
    return y < kTop || index >= int(pageList().size()) ? -1 : index;
}

void ActivityRail::mousePressEvent(QMouseEvent* event)
{
    if (const int index = indexAt(event->position().y()); index >= 0)
        emit chosen(index);
}

void ActivityRail::mouseMoveEvent(QMouseEvent* event)
{
    m_hovered = indexAt(event->position().y());
    setToolTip(m_hovered < 0 ? QString()
                             : QStringLiteral("%1  Ctrl+%2")
                                   .arg(pageList()[std::size_t(m_hovered)].title)
                                   .arg(m_hovered + 1));
    update();
}

void ActivityRail::leaveEvent(QEvent*)
{
    m_hovered = -1;
    update();
}

void ActivityRail::paintEvent(QPaintEvent*)
{
    QPainter painter(this);
    painter.fillRect(rect(), theme().chrome);
    painter.setPen(theme().line);
    painter.drawLine(width() - 1, 0, width() - 1, height());
    for (int i = 0; i < int(pageList().size()); ++i) {
        const PageEntry& page = pageList()[std::size_t(i)];
        const QRectF box(0, kTop + i * kItem, kWidth - 1, kItem);
        if (i == m_hovered)
            painter.fillRect(box, theme().raised);
        const bool isCurrent = i == m_current;
        if (isCurrent)
            painter.fillRect(QRectF(0, box.top() + 6, 3, kItem - 12), theme().accent);
        const QColor color = isCurrent ? theme().text1 : theme().text2;
        painter.drawPixmap(QPointF(box.center().x() - 10, box.top() + 8),
                           iconPixmap(page.icon, color, 20));
        paintText(painter, QRectF(0, box.top() + 30, kWidth - 1, 16), Qt::AlignCenter, page.title,
                  isCurrent ? TextRole::SmallStrong : TextRole::Small, color);
    }
}

} // namespace sluice::ui
