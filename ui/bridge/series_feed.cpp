// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/bridge/series_feed.h"

#include <algorithm>

namespace sluice::ui {

SeriesFeed::SeriesFeed(EngineBridge& bridge, QString object, QString metric, int seconds,
                       int columns, QObject* parent)
    : QObject(parent)
    , m_bridge(bridge)
    , m_object(std::move(object))
    , m_metric(std::move(metric))
    , m_seconds(seconds)
    , m_columns(columns)
{
    constexpr int kEveryMs = 500;
    m_timer.setInterval(kEveryMs);
    connect(&m_timer, &QTimer::timeout, this, &SeriesFeed::askNow);
}

void SeriesFeed::setObject(const QString& object)
{
    if (object == m_object)
        return;
    m_object = object;
    m_cells.clear();
    m_isWaiting = false;
    ++m_serial;
    if (m_timer.isActive())
        askNow();
    emit changed();
}

void SeriesFeed::setActive(bool isActive)
{
    if (isActive == m_timer.isActive())
        return;
    if (isActive) {
        m_timer.start();
        askNow();
    } else {
        m_timer.stop();
    }
}

void SeriesFeed::askNow()
{
    if (m_isWaiting)
        return;
    m_isWaiting = true;
    const std::int64_t to = m_bridge.snapshot()->timeUs;
    // A young workspace has little to show: the range grows with it, from a minute on.
    const std::int64_t history = std::int64_t(m_bridge.snapshot()->historySeconds) + 5;
    const std::int64_t seconds
        = std::min<std::int64_t>(m_seconds, std::max<std::int64_t>(60, history));
    const std::int64_t from = to - seconds * 1'000'000;
    const quint64 serial = ++m_serial;
    m_bridge.ask(api::SeriesQuery{.metric = m_metric.toStdString(),
                                  .object = m_object.toStdString(),
                                  .fromUs = from,
                                  .toUs = to,
                                  .columns = m_columns},
                 this, [this, serial, from, to](const api::AnswerBody& body) {
                     if (serial != m_serial)
                         return;
                     m_isWaiting = false;
                     if (const auto* answer = std::get_if<api::SeriesAnswer>(&body)) {
                         m_cells = answer->cells;
                         m_fromUs = from;
                         m_toUs = to;
                         emit changed();
                     }
                 });
}

} // namespace sluice::ui
