// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/bridge/engine_bridge.h"

#include <QString>

#include <vector>

namespace sluice::ui {

/// Keeps the newest cells of one time series while it is active: asks twice a second, drops older
/// answers. GUI thread.
class SeriesFeed final : public QObject
{
    Q_OBJECT

public:
    /// object and metric as in api::SeriesQuery; the range is the last seconds up to now.
    SeriesFeed(EngineBridge& bridge, QString object, QString metric, int seconds, int columns,
               QObject* parent);

    void setObject(const QString& object);
    void setActive(bool isActive);
    bool isActive() const { return m_timer.isActive(); }
    const std::vector<api::SeriesCell>& cells() const { return m_cells; }
    std::int64_t fromUs() const { return m_fromUs; }
    std::int64_t toUs() const { return m_toUs; }

signals:
    void changed();

private:
    void askNow();

    EngineBridge& m_bridge;
    QString m_object, m_metric;
    int m_seconds, m_columns;
    quint64 m_serial = 0;
    bool m_isWaiting = false;
    std::vector<api::SeriesCell> m_cells;
    std::int64_t m_fromUs = 0, m_toUs = 0;
    QTimer m_timer;
};

} // namespace sluice::ui
