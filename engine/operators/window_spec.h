// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/base/time.h"

#include <cstdint>

namespace sluice::operators {

/// How a `window:` cuts time. Windows are [start, end), aligned to the epoch plus an offset.
///
/// Tumbling, hopping and cumulating windows are unions of slices: [start, start + sliceLength()),
/// the greatest length that divides all of their bounds (Li and others, "No pane, no gain", 2005).
/// Sessions have none.
struct WindowSpec
{
    enum class Kind { Tumbling, Hopping, Cumulating, Session };

    Kind kind = Kind::Tumbling;
    std::int64_t size = 0;   // us; tumbling, hopping, cumulating
    std::int64_t slide = 0;  // us; from one window's end to the next; tumbling: size
    std::int64_t offset = 0; // us
    std::int64_t gap = 0;    // us; session

    std::int64_t sliceLength() const;
    /// Whether combining the slices of each window anew would cost much more than going on from
    /// one window to the next, which takes memory.
    bool hasManySlices() const { return kind != Kind::Session && size > 4 * sliceLength(); }
    /// Returns the start of the slice that a time is in.
    std::int64_t sliceOf(std::int64_t time) const;
    /// Returns the end of the first window that a slice belongs to, and of the last.
    std::int64_t firstEnd(std::int64_t slice) const;
    std::int64_t lastEnd(std::int64_t slice) const;
    /// Returns the least end of a window that is at least a time.
    std::int64_t endFrom(std::int64_t time) const;
    /// Returns the start of the window that has an end.
    std::int64_t startOf(std::int64_t end) const;
};

/// A window is complete when the watermark reaches the last millisecond inside it.
inline constexpr std::int64_t kMillisecondUs = 1000;
inline std::int64_t completeAt(std::int64_t end)
{
    return end - kMillisecondUs;
}

} // namespace sluice::operators
