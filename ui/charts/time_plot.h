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
/// newest value stand at the end of each line; the crosshair tells all values under the pointer.
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
        bool hasLanes = false; // a lane a series, each with its own axis
        std::function<QString(double)> text; // a value with its unit
        std::optional<double> threshold;
        QString thresholdText;
    };

    TimePlot(EngineBridge& bridge, const QString& object, std::vector<Line> lines, Options options, QWidget* parent = nullptr);

    void setObject(const QString& object);
    void setThreshold(std::optional<double> value, const QString& text);
    /// The plot area inside of axes and labels; for tests.
    QRectF plotArea() const;
    QSize sizeHint() const override { return {360, 190}; }
    QSize minimumSizeHint() const override { return {240, 130}; }

protected:
    void paintEvent(QPaintEvent* event) override;
    void showEvent(QShowEvent* event) override;
    void hideEvent(QHideEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void leaveEvent(QEvent* event) override;

private:
    struct Scale
    {
        QRectF area;
        std::vector<double> ticks;
        double y(double value) const { return area.bottom() - value / ticks.back() * area.height(); }
    };
    struct Label
    {
        double y;
        QString value, name;
        QColor color;
    };
    double x(std::int64_t us, const QRectF& area) const;
    double mostOf(std::size_t first, std::size_t last) const;
    void paintAxis(QPainter& painter, const Scale& scale) const;
    void paintLine(QPainter& painter, std::size_t index, const Scale& scale) const;
    void paintTimes(QPainter& painter, const QRectF& area) const;
    void paintLabels(QPainter& painter, std::vector<Label> labels, const QRectF& area) const;
    void paintCrosshair(QPainter& painter, const QRectF& area) const;
    std::int64_t fromUs() const { return m_feeds.front()->fromUs(); }
    std::int64_t toUs() const { return m_feeds.front()->toUs(); }
    bool isEmpty() const;

    std::vector<Line> m_lines;
    Options m_options;
    std::vector<SeriesFeed*> m_feeds;
    double m_pointer = -1;
};

} // namespace sluice::ui
