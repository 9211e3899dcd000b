// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/charts/time_plot.h"

#include "ui/charts/axis_scale.h"
#include "ui/text/units.h"
#include "ui/widgets/painting.h"

#include <QMouseEvent>
#include <QPainterPath>
#include <QRegularExpression>

#include <algorithm>
#include <cmath>

namespace sluice::ui {
namespace {

constexpr double kLeft = 52, kRight = 78, kTop = 14, kBottom = 22, kLaneGap = 18;
constexpr int kColumns = 300;

} // namespace

TimePlot::TimePlot(EngineBridge& bridge, const QString& object, std::vector<Line> lines,
                   Options options, QWidget* parent)
    : QWidget(parent)
    , m_lines(std::move(lines))
    , m_options(std::move(options))
{
    setMouseTracking(true);
    m_isHidden.assign(m_lines.size(), false);
    for (const Line& line : m_lines) {
        m_feeds.push_back(
            new SeriesFeed(bridge, object, line.metric, m_options.seconds, kColumns, this));
        connect(m_feeds.back(), &SeriesFeed::changed, this, qOverload<>(&QWidget::update));
    }
    connect(&Appearance::instance(), &Appearance::changed, this, qOverload<>(&QWidget::update));
    setAccessibleName(m_lines.front().name);
}

void TimePlot::setObject(const QString& object)
{
    for (SeriesFeed* feed : m_feeds)
        feed->setObject(object);
}

void TimePlot::setThreshold(std::optional<double> value, const QString& text)
{
    m_options.threshold = value;
    m_options.thresholdText = text;
    update();
}

void TimePlot::showEvent(QShowEvent* event)
{
    for (SeriesFeed* feed : m_feeds)
        feed->setActive(true);
    QWidget::showEvent(event);
}

void TimePlot::hideEvent(QHideEvent* event)
{
    for (SeriesFeed* feed : m_feeds)
        feed->setActive(false);
    QWidget::hideEvent(event);
}

void TimePlot::mouseMoveEvent(QMouseEvent* event)
{
    m_pointer = event->position().x();
    const std::optional<std::size_t> label = labelAt(event->position());
    setCursor(label ? Qt::PointingHandCursor : Qt::ArrowCursor);
    setToolTip(!label                 ? QString()
                   : isHidden(*label) ? tr("Show %1").arg(m_lines[*label].name)
                                      : tr("Hide %1").arg(m_lines[*label].name));
    update();
}

void TimePlot::mousePressEvent(QMouseEvent* event)
{
    if (const std::optional<std::size_t> label = labelAt(event->position()))
        toggleLine(*label);
    else
        QWidget::mousePressEvent(event);
}

void TimePlot::toggleLine(std::size_t index)
{
    if (!m_isHidden[index] && std::ranges::count(m_isHidden, false) == 1)
        return;
    m_isHidden[index] = !m_isHidden[index];
    update();
}

QRectF TimePlot::labelRect(std::size_t index) const
{
    const auto label = std::ranges::find(m_labels, index, &Label::index);
    return label == m_labels.end() ? QRectF() : label->box;
}

// With one line there is nothing to choose.
std::optional<std::size_t> TimePlot::labelAt(const QPointF& point) const
{
    for (const Label& label : m_labels)
        if (m_lines.size() > 1 && label.box.contains(point))
            return label.index;
    return std::nullopt;
}

void TimePlot::leaveEvent(QEvent*)
{
    m_pointer = -1;
    update();
}

QRectF TimePlot::plotArea() const
{
    return QRectF(rect()).adjusted(kLeft, kTop, -kRight, -kBottom);
}

double TimePlot::x(std::int64_t us, const QRectF& area) const
{
    return area.left()
        + double(us - fromUs()) / double(std::max<std::int64_t>(1, toUs() - fromUs()))
        * area.width();
}

bool TimePlot::isEmpty() const
{
    return std::ranges::all_of(m_feeds,
                               [](const SeriesFeed* feed) { return feed->cells().empty(); });
}

double TimePlot::mostOf(std::size_t first, std::size_t last) const
{
    double most = 0;
    for (std::size_t i = first; i < last; ++i)
        if (!m_isHidden[i])
            for (const api::SeriesCell& cell : m_feeds[i]->cells())
                most = std::max(most, cell.max);
    return most;
}

std::vector<double> TimePlot::ticksTo(double most, int count) const
{
    return m_options.isDuration ? durationTicks(most, count) : roundTicks(most, count);
}

QString TimePlot::textOf(double value) const
{
    if (m_options.isDuration)
        return durationQuantity(std::int64_t(value)).text();
    return m_options.text ? m_options.text(value) : shortCount(value);
}

void TimePlot::paintAxis(QPainter& painter, const Scale& scale) const
{
    for (const double tick : scale.ticks) {
        const double y = std::round(scale.y(tick)) + 0.5;
        painter.setRenderHint(QPainter::Antialiasing, false);
        painter.setPen(tick == 0 ? theme().border : theme().line);
        painter.drawLine(QPointF(scale.area.left(), y), QPointF(scale.area.right(), y));
        // Ticks are round; decimals that say nothing would not fit beside the axis.
        static const QRegularExpression emptyDecimals(QStringLiteral("\\.0+(?=\\D|$)"));
        QString text = textOf(tick);
        paintText(painter, QRectF(0, y - 8, kLeft - 6, 16), Qt::AlignRight | Qt::AlignVCenter,
                  text.remove(emptyDecimals), TextRole::Small, theme().text3);
    }
}

void TimePlot::paintLine(QPainter& painter, std::size_t index, const Scale& scale) const
{
    const std::vector<api::SeriesCell>& cells = m_feeds[index]->cells();
    if (cells.empty())
        return;
    const QColor color = m_lines[index].color(theme());
    // A hole of more than three periods is a gap.
    const std::int64_t period = std::max<std::int64_t>((toUs() - fromUs()) / kColumns, 1'000'000);
    QPainterPath line, band;
    std::vector<QPointF> lower;
    const auto closeBand = [&] {
        for (auto at = lower.rbegin(); at != lower.rend(); ++at)
            band.lineTo(*at);
        if (!lower.empty())
            band.closeSubpath();
        lower.clear();
    };
    std::int64_t last = INT64_MIN / 2;
    for (const api::SeriesCell& cell : cells) {
        const double at = x(cell.timeUs, scale.area);
        const bool isNew = cell.timeUs - last > 3 * period;
        if (isNew)
            closeBand();
        const QPointF top(at, scale.y(cell.max));
        isNew ? line.moveTo(at, scale.y(cell.last)) : line.lineTo(at, scale.y(cell.last));
        isNew ? band.moveTo(top) : band.lineTo(top);
        lower.emplace_back(at, m_options.hasLanes ? scale.area.bottom() : scale.y(cell.min));
        last = cell.timeUs;
    }
    closeBand();
    painter.save();
    painter.setClipRect(scale.area.adjusted(-1, -2, 1, 2));
    painter.setRenderHint(QPainter::Antialiasing);
    QColor faint = color;
    faint.setAlphaF(m_options.hasLanes ? 0.12f : 0.16f);
    painter.fillPath(band, faint);
    painter.setPen(QPen(color, 1.5, m_lines[index].style));
    painter.setBrush(Qt::NoBrush);
    painter.drawPath(line);
    painter.restore();
}

void TimePlot::paintTimes(QPainter& painter, const QRectF& area) const
{
    constexpr double kSpacing = 90;
    for (const std::int64_t tick : timeTicks(fromUs(), toUs(), area.width(), kSpacing)) {
        const double at = x(tick, area);
        painter.setPen(theme().border);
        painter.drawLine(QPointF(at, area.bottom()), QPointF(at, area.bottom() + 4));
        const double left = std::clamp(at - 40, area.left(), area.right() - 80);
        const bool isShort = toUs() - fromUs() > 600'000'000;
        paintText(painter, QRectF(left, area.bottom() + 5, 80, 16), Qt::AlignCenter,
                  isShort ? clockText(tick).left(5) : clockText(tick), TextRole::Small,
                  theme().text3);
    }
}

void TimePlot::addLabel(std::size_t index, const Scale& scale)
{
    constexpr std::int64_t kFreshUs = 15'000'000;
    if (m_isHidden[index]) {
        m_labels.push_back({index, scale.area.bottom(), tr("hidden"), theme().text3, {}});
        return;
    }
    const std::vector<api::SeriesCell>& cells = m_feeds[index]->cells();
    if (cells.empty() || toUs() - cells.back().timeUs >= kFreshUs)
        return;
    const double value = cells.back().last;
    m_labels.push_back({index, scale.y(value), textOf(value), m_lines[index].color(theme()), {}});
}

void TimePlot::paintLabels(QPainter& painter, const QRectF& area)
{
    constexpr double kHeight = 26;
    std::vector<Label>& labels = m_labels;
    std::ranges::stable_sort(labels, {}, &Label::y);
    // Pushed apart downwards, then back up from the bottom.
    for (std::size_t i = 1; i < labels.size(); ++i)
        labels[i].y = std::max(labels[i].y, labels[i - 1].y + kHeight);
    double limit = area.bottom() - kHeight / 2 + 6;
    for (std::size_t i = labels.size(); i-- > 0;) {
        labels[i].y = std::min(labels[i].y, limit);
        limit = labels[i].y - kHeight;
    }
    for (Label& label : labels) {
        label.box = QRectF(area.right() + 7, label.y - 14, kRight - 8, kHeight);
        const bool isShown = !m_isHidden[label.index];
        paintText(painter, QRectF(area.right() + 7, label.y - 14, kRight - 8, 14),
                  Qt::AlignLeft | Qt::AlignVCenter, label.value,
                  isShown ? TextRole::ControlStrong : TextRole::Small,
                  isShown ? theme().text1 : theme().text3);
        paintText(painter, QRectF(area.right() + 7, label.y - 1, kRight - 8, 14),
                  Qt::AlignLeft | Qt::AlignVCenter, m_lines[label.index].name,
                  TextRole::SmallStrong, label.color);
    }
}

void TimePlot::paintCrosshair(QPainter& painter, const QRectF& area) const
{
    if (m_pointer < area.left() || m_pointer > area.right())
        return;
    const std::int64_t time = fromUs()
        + std::int64_t((m_pointer - area.left()) / area.width() * double(toUs() - fromUs()));
    QColor line = theme().text1;
    line.setAlphaF(0.75f);
    painter.setPen(line);
    painter.drawLine(QPointF(m_pointer, area.top()), QPointF(m_pointer, area.bottom()));
    constexpr double kWidth = 170, kRow = 16;
    const auto shown = std::ranges::count(m_isHidden, false);
    const double height = kRow * double(shown + 1) + 12;
    // At the right of the line if there is room within the widget, else at its left, never cut.
    const double left = m_pointer + 8 + kWidth <= width()
        ? m_pointer + 8
        : std::clamp(m_pointer - 8 - kWidth, 0.0, std::max(0.0, width() - kWidth));
    paintBox(painter, QRectF(left, area.top(), kWidth, height), theme().overlay, theme().border, 4);
    paintText(painter, QRectF(left + 8, area.top() + 5, kWidth - 16, kRow),
              Qt::AlignLeft | Qt::AlignVCenter, clockText(time) + QStringLiteral(" UTC"),
              TextRole::SmallStrong, theme().text2);
    double top = area.top() + 5;
    for (std::size_t i = 0; i < m_lines.size(); ++i) {
        if (m_isHidden[i])
            continue;
        top += kRow;
        const auto& cells = m_feeds[i]->cells();
        const auto next = std::ranges::upper_bound(cells, time, {}, &api::SeriesCell::timeUs);
        const QRectF row(left + 8, top, kWidth - 16, kRow);
        paintText(painter, row, Qt::AlignLeft | Qt::AlignVCenter, m_lines[i].name, TextRole::Small,
                  m_lines[i].color(theme()));
        const bool isKnown = next != cells.begin()
            && time - std::prev(next)->timeUs
                < 10'000'000 + std::int64_t(m_options.seconds) * 10'000;
        paintText(painter, row, Qt::AlignRight | Qt::AlignVCenter,
                  isKnown ? textOf(std::prev(next)->last) : dash(), TextRole::SmallStrong,
                  theme().text1);
    }
}

void TimePlot::paintLanes(QPainter& painter, const QRectF& area)
{
    const auto lanes = double(std::ranges::count(m_isHidden, false));
    const double height = (area.height() - kLaneGap * (lanes - 1)) / lanes;
    double top = area.top();
    for (std::size_t i = 0; i < m_lines.size(); ++i) {
        if (m_isHidden[i]) {
            addLabel(i, {area, {0, 1}});
            continue;
        }
        Scale scale{QRectF(area.left(), top, area.width(), height), {}};
        scale.ticks = {0, ticksTo(mostOf(i, i + 1), 1).back()};
        paintAxis(painter, scale);
        paintLine(painter, i, scale);
        addLabel(i, scale);
        top += height + kLaneGap;
    }
}

void TimePlot::paintTogether(QPainter& painter, const QRectF& area)
{
    Scale scale{area, {}};
    scale.ticks = ticksTo(std::max(mostOf(0, m_lines.size()), m_options.threshold.value_or(0)), 4);
    paintAxis(painter, scale);
    for (std::size_t i = m_lines.size(); i-- > 0;)
        if (!m_isHidden[i])
            paintLine(painter, i, scale);
    for (std::size_t i = 0; i < m_lines.size(); ++i)
        addLabel(i, scale);
    if (m_options.threshold)
        paintThreshold(painter, scale);
}

void TimePlot::paintThreshold(QPainter& painter, const Scale& scale) const
{
    const QRectF& area = scale.area;
    const double y = std::round(scale.y(*m_options.threshold)) + 0.5;
    painter.setPen(QPen(theme().warnFill, 1, Qt::DashLine));
    painter.drawLine(QPointF(area.left(), y), QPointF(area.right(), y));
    const double words = y - 17 < area.top() - 4 ? y + 1 : y - 17;
    paintText(painter, QRectF(area.left() + 4, words, area.width(), 16),
              Qt::AlignLeft | Qt::AlignVCenter, m_options.thresholdText, TextRole::Small,
              theme().warn);
}

void TimePlot::paintEvent(QPaintEvent*)
{
    QPainter painter(this);
    const QRectF area = plotArea();
    m_labels.clear();
    if (isEmpty()) {
        paintText(painter, area, Qt::AlignCenter, tr("no values in this time"), TextRole::Control,
                  theme().text3);
        return;
    }
    if (m_options.hasLanes)
        paintLanes(painter, area);
    else
        paintTogether(painter, area);
    paintTimes(painter, area);
    paintLabels(painter, area);
    paintCrosshair(painter, area);
}

} // namespace sluice::ui
