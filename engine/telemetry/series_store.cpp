// SPDX-License-Identifier: Apache-2.0
#include "engine/telemetry/series_store.h"

#include <algorithm>

namespace sluice {
namespace {

constexpr std::array<std::pair<std::int64_t, std::size_t>, 3> kTiers{
    {{100'000, 3000}, {1'000'000, 3600}, {10'000'000, 8640}}};
constexpr std::size_t kSecondTier = 1;
constexpr std::size_t kLastTier = 2;

void merge(SeriesPoint& into, const SeriesPoint& value)
{
    if (into.count == 0) {
        const std::int64_t time = into.timeUs;
        into = value;
        into.timeUs = time;
        return;
    }
    into.min = std::min(into.min, value.min);
    into.max = std::max(into.max, value.max);
    into.last = value.last;
    into.sum += value.sum;
    into.count += value.count;
}

} // namespace

void SeriesStore::Tier::add(std::int64_t timeUs, const SeriesPoint& value)
{
    const std::int64_t slot = timeUs / periodUs;
    const std::size_t index = std::size_t(slot) % capacity;
    if (cells.size() < capacity && index >= cells.size()) {
        // Grow in steps; the ring's order by slot needs the whole ring, so the size is a multiple.
        cells.resize(std::min(capacity, std::max(index + 1, cells.size() * 2)));
    }
    SeriesPoint& cell = cells[index];
    if (cell.count == 0 || cell.timeUs != slot * periodUs)
        cell = SeriesPoint{.timeUs = slot * periodUs};
    merge(cell, value);
}

const SeriesPoint* SeriesStore::Tier::at(std::int64_t slot) const
{
    const std::size_t index = std::size_t(slot) % capacity;
    if (index >= cells.size() || cells[index].count == 0 || cells[index].timeUs != slot * periodUs)
        return nullptr;
    return &cells[index];
}

SeriesStore::SeriesId SeriesStore::series(const std::string& name)
{
    const std::lock_guard lock(m_mutex);
    const auto found = m_ids.find(name);
    if (found != m_ids.end())
        return found->second;
    auto made = std::make_unique<Series>();
    made->name = name;
    for (std::size_t i = 0; i < kTiers.size(); ++i) {
        made->tiers[i].periodUs = kTiers[i].first;
        made->tiers[i].capacity = kTiers[i].second;
    }
    m_series.push_back(std::move(made));
    m_ids[name] = m_series.size() - 1;
    return m_series.size() - 1;
}

void SeriesStore::append(SeriesId id, std::int64_t timeUs, double value)
{
    const auto number = float(value);
    const SeriesPoint point{
        .timeUs = timeUs, .min = number, .max = number, .last = number, .sum = number, .count = 1};
    const std::lock_guard lock(m_mutex);
    for (Tier& tier : m_series[id]->tiers)
        tier.add(timeUs, point);
}

void SeriesStore::restore(SeriesId id, const SeriesPoint& point)
{
    const std::lock_guard lock(m_mutex);
    m_series[id]->tiers[kLastTier].add(point.timeUs, point);
}

std::vector<SeriesPoint> SeriesStore::query(const std::string& name, std::int64_t fromUs,
                                            std::int64_t toUs, int columns) const
{
    std::vector<SeriesPoint> out;
    const std::lock_guard lock(m_mutex);
    const auto found = m_ids.find(name);
    if (found == m_ids.end() || toUs <= fromUs || columns <= 0)
        return out;
    const std::int64_t wanted = (toUs - fromUs) / columns;
    // The finest tier that reaches back far enough and is not finer than a column needs.
    std::size_t pick = 0;
    while (pick < kLastTier
           && (kTiers[pick].first * std::int64_t(kTiers[pick].second) < toUs - fromUs
               || kTiers[pick + 1].first <= wanted))
        ++pick;
    const Tier& tier = m_series[found->second]->tiers[pick];
    const std::int64_t period = std::max<std::int64_t>(wanted / tier.periodUs, 1) * tier.periodUs;
    for (std::int64_t slot = fromUs / tier.periodUs; slot * tier.periodUs < toUs; ++slot) {
        const SeriesPoint* cell = tier.at(slot);
        if (!cell)
            continue;
        const std::int64_t begin = cell->timeUs / period * period;
        if (out.empty() || out.back().timeUs != begin)
            out.push_back(SeriesPoint{.timeUs = begin});
        merge(out.back(), *cell);
    }
    return out;
}

bool SeriesStore::last(const std::string& name, double& value) const
{
    const std::lock_guard lock(m_mutex);
    const auto found = m_ids.find(name);
    if (found == m_ids.end())
        return false;
    const SeriesPoint* newest = nullptr;
    for (const SeriesPoint& cell : m_series[found->second]->tiers[0].cells) {
        if (cell.count > 0 && (!newest || cell.timeUs > newest->timeUs))
            newest = &cell;
    }
    if (newest)
        value = double(newest->last);
    return newest != nullptr;
}

std::vector<SeriesStore::Finished> SeriesStore::takeFinished(std::int64_t nowUs)
{
    std::vector<Finished> out;
    const std::lock_guard lock(m_mutex);
    for (const auto& series : m_series) {
        const Tier& tier = series->tiers[kSecondTier];
        const std::int64_t end = nowUs / tier.periodUs;
        std::int64_t slot = series->handedOverUs / tier.periodUs;
        slot = std::max(slot, end - 60);
        for (; slot < end; ++slot) {
            if (const SeriesPoint* cell = tier.at(slot))
                out.push_back({series->name, *cell});
        }
        series->handedOverUs = end * tier.periodUs;
    }
    return out;
}

} // namespace sluice
