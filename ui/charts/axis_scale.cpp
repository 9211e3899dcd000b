// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/charts/axis_scale.h"

#include <cmath>

namespace sluice::ui {

namespace {

// Multiples of a step from 0 to the first that is not below most.
std::vector<double> multiples(double step, double most)
{
    std::vector<double> out{0};
    while (out.back() < most * 0.999)
        out.push_back(double(out.size()) * step);
    return out;
}

} // namespace

std::vector<double> roundTicks(double most, int count)
{
    if (!(most > 0))
        return {0, 1};
    const double raw = most / count;
    const double magnitude = std::pow(10, std::floor(std::log10(raw)));
    double step = magnitude * 10;
    for (const double factor : {1.0, 2.0, 5.0}) {
        if (factor * magnitude >= raw * 0.999) {
            step = factor * magnitude;
            break;
        }
    }
    return multiples(step, most);
}

std::vector<double> durationTicks(double mostUs, int count)
{
    constexpr double kSecond = 1e6, kDay = 86'400 * kSecond;
    const double raw = mostUs / count * 0.999;
    if (raw <= kSecond)
        return roundTicks(mostUs, count);
    for (const double seconds : {2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10'800,
                                 21'600, 43'200, 86'400})
        if (seconds * kSecond >= raw)
            return multiples(seconds * kSecond, mostUs);
    std::vector<double> out = roundTicks(mostUs / kDay, count);
    for (double& days : out)
        days *= kDay;
    return out;
}

std::vector<std::int64_t> timeTicks(std::int64_t fromUs, std::int64_t toUs, double pixels,
                                    double spacing)
{
    constexpr std::int64_t kSecond = 1'000'000;
    static constexpr std::int64_t kSteps[]
        = {1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 21'600, 43'200, 86'400};
    std::vector<std::int64_t> out;
    if (toUs <= fromUs || pixels <= 0)
        return out;
    std::int64_t step = kSteps[16] * kSecond;
    for (const std::int64_t seconds : kSteps) {
        if (double(seconds * kSecond) / double(toUs - fromUs) * pixels >= spacing) {
            step = seconds * kSecond;
            break;
        }
    }
    for (std::int64_t at = (fromUs + step - 1) / step * step; at <= toUs; at += step)
        out.push_back(at);
    return out;
}

} // namespace sluice::ui
