// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace sluice {

/// A cell of a time series: the values of one period.
struct SeriesPoint
{
    std::int64_t timeUs = 0; // begin of the period
    float min = 0, max = 0, last = 0;
    float sum = 0;
    std::uint32_t count = 0;
};

/// Time series in memory, each in three tiers: 100 ms for 5 minutes, 1 s for 1 hour, 10 s for 24
/// hours, so that a question about any range touches about as many cells as it has columns. A tier
/// grows with use to at most 110, 130 and 310 kB. One thread appends, any thread asks.
class SeriesStore
{
public:
    using SeriesId = std::size_t;

    /// Returns the id of a name ("orders/rows_in"), making the series if it is new.
    SeriesId series(const std::string& name);
    void append(SeriesId id, std::int64_t timeUs, double value);
    /// Puts back a cell that was kept elsewhere (history of an earlier run), into the 10 s tier.
    void restore(SeriesId id, const SeriesPoint& point);

    /// Returns at most columns + 1 cells in [fromUs, toUs), ascending; a period without a value is
    /// left out. Unknown names have no cells.
    std::vector<SeriesPoint> query(const std::string& name, std::int64_t fromUs, std::int64_t toUs,
                                   int columns) const;
    /// Returns the last value; false if there is none.
    bool last(const std::string& name, double& value) const;

    /// Returns the 1 s cells that ended since the last call, for the history on disk.
    struct Finished
    {
        std::string name;
        SeriesPoint point;
    };
    std::vector<Finished> takeFinished(std::int64_t nowUs);

private:
    struct Tier
    {
        std::int64_t periodUs = 0;
        std::size_t capacity = 0;
        std::vector<SeriesPoint> cells; // a ring once it has grown to capacity

        void add(std::int64_t timeUs, const SeriesPoint& value);
        const SeriesPoint* at(std::int64_t slot) const;
    };
    struct Series
    {
        std::string name;
        std::array<Tier, 3> tiers;
        std::int64_t handedOverUs = 0;
    };

    mutable std::mutex m_mutex;
    std::map<std::string, SeriesId> m_ids;
    std::vector<std::unique_ptr<Series>> m_series;
};

} // namespace sluice
