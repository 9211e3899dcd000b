// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/bridge/series_feed.h"
#include "ui/theme/appearance.h"

#include <QWidget>

#include <functional>
#include <optional>
#include <vector>

namespace sluice::ui {

/// Lines over time, one or several series of a feed each; follows the newest values. A gap in the
/// data is a gap in the line; each cell's least and greatest values make a faint band. The name and
/// newest value stand at the end of each line, and a click there hides the line or shows it again;
/// the crosshair tells all values under the pointer.
class TimePlot final : public QWidget
{
    Q_OBJECT

public:
    struct Line
    {
        QString name, metric;
        std::function<QColor(const Theme&)> color;
        Qt::PenStyle style = Qt::SolidLine;
    };
    struct Options
    {
        int seconds = 900;
        bool hasLanes = false;               // a lane a series, each with its own axis
        bool isDuration = false;             // values are microseconds, told as times
        std::function<QString(double)> text; // of others: a value with its unit
        std::optional<double> threshold;
        QString thresholdText;
    };

    TimePlot(EngineBridge& bridge, const QString& object, std::vector<Line> lines, Options options,
             QWidget* parent = nullptr);

    void setObject(const QString& object);
    void setThreshold(std::optional<double> value, const QString& text);
    /// Hides a line or shows it; the axis fits what is shown. The last one that is shown stays.
    void toggleLine(std::size_t index);
    bool isHidden(std::size_t index) const { return m_isHidden[index]; }
    /// Where the label of a line was painted; empty if it has none. For tests.
    QRectF labelRect(std::size_t index) const;
    /// The plot area inside of axes and labels; for tests.
    QRectF plotArea() const;
    QSize sizeHint() const override { return {360, 190}; }
    QSize minimumSizeHint() const override { return {240, 130}; }

protected:
    void paintEvent(QPaintEvent* event) override;
    void showEvent(QShowEvent* event) override;
    void hideEvent(QHideEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void leaveEvent(QEvent* event) override;

private:
    struct Scale
    {
        QRectF area;
        std::vector<double> ticks;
        double y(double value) const
        {
            return area.bottom() - value / ticks.back() * area.height();
        }
    };
    struct Label
    {
        std::size_t index;
        double y;
        QString value;
        QColor color;
        QRectF box; // set when it is painted
    };
    double x(std::int64_t us, const QRectF& area) const;
    double mostOf(std::size_t first, std::size_t last) const;
    std::vector<double> ticksTo(double most, int count) const;
    QString textOf(double value) const;
    std::optional<std::size_t> labelAt(const QPointF& point) const;
    void addLabel(std::size_t index, const Scale& scale);
    void paintLanes(QPainter& painter, const QRectF& area);
    void paintTogether(QPainter& painter, const QRectF& area);
    void paintThreshold(QPainter& painter, const Scale& scale) const;
    void paintAxis(QPainter& painter, const Scale& scale) const;
    void paintLine(QPainter& painter, std::size_t index, const Scale& scale) const;
    void paintTimes(QPainter& painter, const QRectF& area) const;
    void paintLabels(QPainter& painter, const QRectF& area);
    void paintCrosshair(QPainter& painter, const QRectF& area) const;
    std::int64_t fromUs() const { return m_feeds.front()->fromUs(); }
    std::int64_t toUs() const { return m_feeds.front()->toUs(); }
    bool isEmpty() const;

    std::vector<Line> m_lines;
    Options m_options;
    std::vector<SeriesFeed*> m_feeds;
    std::vector<bool> m_isHidden;
    std::vector<Label> m_labels;
    double m_pointer = -1;
};

} // namespace sluice::ui
