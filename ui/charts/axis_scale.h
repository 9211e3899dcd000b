// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <vector>

namespace sluice::ui {

/// Round values for gridlines: multiples of 1, 2 or 5 x 10^n, at most count + 1, from 0 to the
/// first that is not below most.
std::vector<double> roundTicks(double most, int count);

/// The same for durations in microseconds: from a second on multiples of what clocks and calendars
/// count in (15 s, 5 min, 2 h, 1 d), so that each has a short name.
std::vector<double> durationTicks(double mostUs, int count);

/// Points of time for labels, at whole seconds, minutes or hours, at least spacing pixels apart.
std::vector<std::int64_t> timeTicks(std::int64_t fromUs, std::int64_t toUs, double pixels,
                                    double spacing);

} // namespace sluice::ui
