// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/widgets/stat_tile.h"

#include "ui/widgets/painting.h"

namespace sluice::ui {
namespace {

constexpr int kPad = 12;

// Returns fill and line of a tile of a health.
std::pair<QColor, QColor> boxColors(Health health)
{
    if (health == Health::Warning)
        return {theme().warnSoft, theme().warn};
    if (health == Health::Critical)
        return {theme().critSoft, theme().crit};
    return {theme().surface, theme().line};
}

// Paints a number and its smaller unit on one baseline.
// Returns the width used.
double paintQuantity(QPainter& painter, const QRectF& box, const Quantity& value, Health health)
{
    const bool isAbnormal = health == Health::Warning || health == Health::Critical;
    painter.setFont(fontFor(TextRole::Stat));
    painter.setPen(isAbnormal ? healthColor(theme(), health) : theme().text1);
    const qreal base = box.top() + 22;
    painter.drawText(QPointF(box.left(), base), value.number);
    const qreal width = QFontMetricsF(painter.font()).horizontalAdvance(value.number);
    painter.setFont(fontFor(TextRole::Control));
    painter.setPen(theme().text3);
    painter.drawText(QPointF(box.left() + width + 4, base), value.unit);
    return width + 4 + QFontMetricsF(painter.font()).horizontalAdvance(value.unit);
}

} // namespace

StatTile::StatTile(const QString& name, QWidget* parent)
    : QWidget(parent)
    , m_name(name)
{
    setFixedHeight(84);
    setMinimumWidth(170);
    setAccessibleName(name);
    setAccessibleDescription(m_value.text());
    connect(&Appearance::instance(), &Appearance::changed, this, qOverload<>(&QWidget::update));
}

void StatTile::setValue(const Quantity& value, Health health)
{
    if (m_value == value && m_health == health)
        return;
    m_value = value;
    m_health = health;
    setAccessibleDescription(value.text());
    update();
}

void StatTile::setNote(const QString& note, const QString& details)
{
    const QString tip = details.isEmpty() ? note : details;
    if (tip != toolTip())
        setToolTip(tip);
    if (note == m_note)
        return;
    m_note = note;
    update();
}

void StatTile::setLine(std::vector<double> values)
{
    m_line = std::move(values);
    update();
}

void StatTile::paintEvent(QPaintEvent*)
{
    QPainter painter(this);
    const auto [fill, line] = boxColors(m_health);
    const bool isAbnormal = m_health == Health::Warning || m_health == Health::Critical;
    paintBox(painter, rect(), fill, line, 6, isAbnormal ? 1.5 : 1);
    qreal left = kPad;
    if (isAbnormal) {
        paintStatus(painter, QRectF(left, 10, 12, 12), m_health);
        left += 18;
    }
    paintText(painter, QRectF(left, 8, width() - left - kPad, 16), Qt::AlignLeft | Qt::AlignVCenter,
              m_name, TextRole::Control, theme().text2);
    paintQuantity(painter, QRectF(kPad, 28, width() - 2 * kPad, 28), m_value, m_health);
    const qreal lineWidth = std::min<qreal>(108, width() - 150);
    if (lineWidth > 40)
        paintSparkline(painter, QRectF(width() - kPad - lineWidth, 34, lineWidth, 20), m_line,
                       isAbnormal ? healthColor(theme(), m_health) : theme().text3);
    paintText(painter, QRectF(kPad, 60, width() - 2 * kPad, 16), Qt::AlignLeft | Qt::AlignVCenter,
              m_note, TextRole::Small, theme().text3);
}

ObjectiveTile::ObjectiveTile(QWidget* parent)
    : QWidget(parent)
{
    setFixedHeight(96);
    setMinimumWidth(190);
    connect(&Appearance::instance(), &Appearance::changed, this, qOverload<>(&QWidget::update));
}

void ObjectiveTile::setContent(const Content& content)
{
    if (content == m_content)
        return;
    m_content = content;
    setAccessibleName(content.name);
    setAccessibleDescription(content.value.text() + tr(", target ") + content.target);
    setToolTip(content.name + tr("\ntarget ") + content.target + QLatin1Char('\n') + content.burn);
    update();
}

void ObjectiveTile::paintEvent(QPaintEvent*)
{
    QPainter painter(this);
    const Content& c = m_content;
    const auto [fill, line] = boxColors(c.health);
    const bool isAbnormal = c.health == Health::Warning || c.health == Health::Critical;
    paintBox(painter, rect(), fill, line, 6, isAbnormal ? 1.5 : 1);
    paintStatus(painter, QRectF(kPad - 1, 10, 11, 11), c.health);
    paintText(painter, QRectF(kPad + 16, 7, width() - 2 * kPad - 16, 17),
              Qt::AlignLeft | Qt::AlignVCenter, c.name, TextRole::Control,
              isAbnormal ? theme().text1 : theme().text2);
    const double used = paintQuantity(painter, QRectF(kPad, 24, 110, 26), c.value, c.health);
    const QRectF rest(kPad + used + 8, 30, width() - 2 * kPad - used - 8, 18);
    const QString target = tr("target %1").arg(c.target);
    const bool hasRoom
        = QFontMetricsF(fontFor(TextRole::Small)).horizontalAdvance(target) <= rest.width();
    paintText(painter, rest, Qt::AlignRight | Qt::AlignVCenter, hasRoom ? target : c.target,
              TextRole::Small, theme().text2);
    const QColor bar = c.health == Health::Critical ? theme().crit
        : c.health == Health::Warning               ? theme().warnFill
                                                    : theme().okFill;
    paintBar(painter, QRectF(kPad, 57, width() - 2 * kPad - 44, 6), c.budgetLeft, bar);
    paintText(painter, QRectF(width() - kPad - 44, 51, 44, 18), Qt::AlignRight | Qt::AlignVCenter,
              c.health == Health::Unknown ? dash()
                  : c.budgetLeft < 0      ? tr("spent")
                                          : percentText(c.budgetLeft, 0),
              TextRole::Small, theme().text2);
    paintText(painter, QRectF(kPad, 72, width() - 2 * kPad, 17), Qt::AlignLeft | Qt::AlignVCenter,
              c.burn, TextRole::Small, theme().text3);
}

} // namespace sluice::ui
