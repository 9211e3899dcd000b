// SPDX-License-Identifier: Apache-2.0
#include "engine/operators/window_spec.h"

#include <numeric>

namespace sluice::operators {
namespace {

// The greatest multiple of step plus offset that is at most value.
std::int64_t alignedDown(std::int64_t value, std::int64_t step, std::int64_t offset)
{
    const std::int64_t rest = (value - offset) % step;
    return value - rest - (rest < 0 ? step : 0);
}

} // namespace

std::int64_t WindowSpec::sliceLength() const
{
    return std::gcd(size, slide);
}

std::int64_t WindowSpec::sliceOf(std::int64_t time) const
{
    return alignedDown(time, sliceLength(), offset);
}

std::int64_t WindowSpec::endFrom(std::int64_t time) const
{
    const std::int64_t ends = kind == Kind::Cumulating ? offset : offset + size;
    return alignedDown(time - 1, slide, ends) + slide;
}

std::int64_t WindowSpec::firstEnd(std::int64_t slice) const
{
    return endFrom(slice + sliceLength());
}

std::int64_t WindowSpec::lastEnd(std::int64_t slice) const
{
    return alignedDown(slice, kind == Kind::Cumulating ? size : slide, offset) + size;
}

std::int64_t WindowSpec::startOf(std::int64_t end) const
{
    return kind == Kind::Cumulating ? alignedDown(end - 1, size, offset) : end - size;
}

} // namespace sluice::operators
