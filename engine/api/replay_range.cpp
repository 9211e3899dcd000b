// SPDX-License-Identifier: Apache-2.0
#include "engine/api/replay_range.h"

#include "engine/api/comparison.h"
#include "engine/base/time.h"

#include <charconv>
#include <optional>

namespace sluice::api {
namespace {

using ByPartition = std::map<std::string, std::int64_t>;

Error wrongBound(const std::string& option, std::string message, std::string hint = {})
{
    return {.code = ErrorCode::ConfigInvalid,
            .message = std::move(message),
            .object = option,
            .hint = std::move(hint),
            .cause = {}};
}

Result<std::int64_t> timeAt(const std::string& option, const std::string& text, std::int64_t nowUs)
{
    Micros span{};
    if (parseDuration(text, span))
        return nowUs - span.count();
    const auto time = timeOf(text);
    if (!time)
        return wrongBound(option, "\"" + text + "\" is no time",
                          "A time, UTC: \"2026-01-31 10:00\"; or a span before now: 7d.");
    return *time;
}

std::optional<std::int64_t> offsetIn(std::string_view text)
{
    std::int64_t out = -1;
    const auto read = std::from_chars(text.data(), text.data() + text.size(), out);
    if (read.ec != std::errc{} || read.ptr != text.data() + text.size() || out < 0)
        return std::nullopt;
    return out;
}

// "0=17,3=400". A partition may be the path of a file, with a comma or "=" in it: an entry ends at
// a comma that has "=NUMBER" before it.
Result<ByPartition> offsetsAt(const std::string& option, const std::string& text)
{
    ByPartition out;
    std::size_t begin = 0;
    for (std::size_t at = 0; at <= text.size() && !text.empty(); ++at) {
        if (at < text.size() && text[at] != ',')
            continue;
        const std::string entry = text.substr(begin, at - begin);
        const std::size_t equals = entry.rfind('=');
        const auto offset = equals == std::string::npos || equals == 0
            ? std::nullopt
            : offsetIn(std::string_view(entry).substr(equals + 1));
        if (!offset && at < text.size())
            continue; // a comma of a name
        if (!offset)
            return wrongBound(option, "\"" + entry + "\" is no PARTITION=OFFSET",
                              "As 0=17,3=400: partitions and offsets as bronze shows them.");
        if (!out.emplace(entry.substr(0, equals), *offset).second)
            return wrongBound(option, "partition " + entry.substr(0, equals) + " is named twice");
        begin = at + 1;
    }
    return out;
}

Error nothingIn(const std::string& what)
{
    return wrongBound("replay", "nothing can be between the bounds of " + what,
                      "The end is not read itself; it has to be behind the begin.");
}

} // namespace

Result<flow::RecordRange> rangeOf(const ReplayBounds& bounds, std::int64_t nowUs)
{
    flow::RecordRange out;
    if (!bounds.fromTime.empty()) {
        SLUICE_TRY(out.sinceUs, timeAt("--from-time", bounds.fromTime, nowUs));
    }
    if (!bounds.untilTime.empty()) {
        SLUICE_TRY(out.untilUs, timeAt("--until-time", bounds.untilTime, nowUs));
    }
    SLUICE_TRY(out.from, offsetsAt("--from-offset", bounds.fromOffset));
    SLUICE_TRY(out.until, offsetsAt("--until-offset", bounds.untilOffset));
    if (out.sinceUs >= out.untilUs)
        return nothingIn("time");
    for (const auto& [partition, until] : out.until)
        if (std::max<std::int64_t>(out.offsetsOf(partition).from, 0) >= until)
            return nothingIn("partition " + partition);
    return out;
}

std::string optionsOf(ReplayOrigin from, const ReplayBounds& bounds)
{
    std::string out = from == ReplayOrigin::Source ? " --from source" : "";
    const auto add = [&](const char* option, const std::string& value) {
        if (!value.empty())
            out += std::string(" ") + option + " "
                + (value.find(' ') == std::string::npos ? value : "'" + value + "'");
    };
    add("--from-time", bounds.fromTime);
    add("--until-time", bounds.untilTime);
    add("--from-offset", bounds.fromOffset);
    add("--until-offset", bounds.untilOffset);
    return out;
}

} // namespace sluice::api
