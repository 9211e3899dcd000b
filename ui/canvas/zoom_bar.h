// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>

class QPushButton;

namespace sluice::ui {

/// Zoom out, the present zoom, zoom in, fit: in the lower left corner of a canvas.
class ZoomBar final : public QWidget
{
    Q_OBJECT

public:
    explicit ZoomBar(QWidget* parent);
    void setZoom(double zoom);

signals:
    void zoomed(double factor);
    void fitWanted();

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    void tint();
    QPushButton* m_fit;
    class TextLabel* m_zoom;
};

} // namespace sluice::ui
