// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <chrono>
#include <compare>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>

namespace sluice {

/// When something happened in the world, as its record says: microseconds since 1970-01-01 UTC.
/// A type of its own, so that it is never mixed with the wall clock.
struct EventTime
{
    std::int64_t us = 0;

    static constexpr EventTime min() { return {std::numeric_limits<std::int64_t>::min()}; }
    static constexpr EventTime max() { return {std::numeric_limits<std::int64_t>::max()}; }
    auto operator<=>(const EventTime&) const = default;
};

/// A point of the wall clock: microseconds since 1970-01-01 UTC.
struct WallTime
{
    std::int64_t us = 0;
    auto operator<=>(const WallTime&) const = default;
};

/// A point of the steady clock, in nanoseconds; only differences mean something.
struct SteadyTime
{
    std::int64_t ns = 0;
    auto operator<=>(const SteadyTime&) const = default;
};

using Micros = std::chrono::microseconds;

/// The one door to time. Any thread may call.
class Clock
{
public:
    virtual ~Clock() = default;
    virtual WallTime wallNow() const = 0;
    virtual SteadyTime steadyNow() const = 0;
};

/// Returns the clock of the machine; lives for the whole process.
const Clock& systemClock();

/// A clock that stands still until it is moved; for tests and simulation.
class ManualClock final : public Clock
{
public:
    explicit ManualClock(WallTime start)
        : m_wallUs(start.us)
    {
    }
    WallTime wallNow() const override { return {m_wallUs.load()}; }
    SteadyTime steadyNow() const override { return {m_steadyNs.load()}; }
    void advance(std::chrono::nanoseconds by)
    {
        m_steadyNs += by.count();
        m_wallUs += by.count() / 1000;
    }

private:
    std::atomic<std::int64_t> m_wallUs;
    std::atomic<std::int64_t> m_steadyNs{0};
};

/// Returns "2026-11-24T13:05:00.123Z" (microseconds only when not whole milliseconds).
std::string timestampText(std::int64_t us);

/// Returns a duration as "250ms", "5s", "10m", "2h", "7d": the largest unit that divides it.
std::string durationText(Micros duration);

/// Reads "250ms", "5s", "1.5h", "10m", "7d", "30us". Returns false on anything else.
bool parseDuration(std::string_view text, Micros& out);

} // namespace sluice
