// SPDX-License-Identifier: Apache-2.0
#include "engine/base/memory_left.h"

#include "engine/base/durable_file.h"

#include <algorithm>
#include <charconv>
#include <string>

namespace sluice {
namespace {

std::optional<std::int64_t> numberIn(std::string_view text)
{
    const std::size_t begin = std::min(text.find_first_of("0123456789"), text.size());
    std::int64_t value = 0;
    const auto [end, error]
        = std::from_chars(text.data() + begin, text.data() + text.size(), value);
    return error == std::errc() ? std::optional(value) : std::nullopt;
}

std::optional<std::int64_t> numberBehind(std::string_view text, std::string_view name)
{
    const std::size_t at = text.find(name);
    if (at == std::string_view::npos)
        return std::nullopt;
    return numberIn(text.substr(at, text.find('\n', at) - at).substr(name.size()));
}

std::string contentOf(const std::string& path)
{
    auto content = readFile(path);
    return content ? std::move(*content) : std::string();
}

} // namespace

std::optional<std::int64_t> memoryFigure(std::string_view meminfo, std::string_view name)
{
    const auto kilobytes = numberBehind(meminfo, name);
    return kilobytes ? std::optional(*kilobytes * 1024) : std::nullopt;
}

std::optional<std::int64_t> groupMemoryLeft(std::string_view most, std::string_view current,
                                            std::string_view stat)
{
    const auto bound = numberIn(most), used = numberIn(current); // "max": no bound
    if (!bound || !used)
        return std::nullopt;
    const std::int64_t cached = numberBehind(stat, "inactive_file").value_or(0);
    return std::max<std::int64_t>(0, *bound - *used + cached);
}

std::int64_t availableMemory()
{
    std::int64_t left
        = memoryFigure(contentOf("/proc/meminfo"), "MemAvailable:").value_or(INT64_MAX);
    // "0::/user.slice/...", the group within the one hierarchy of version 2.
    const std::string groups = contentOf("/proc/self/cgroup");
    if (const std::size_t at = groups.find("0::"); at != std::string::npos) {
        const std::string group
            = "/sys/fs/cgroup" + groups.substr(at + 3, groups.find('\n', at) - at - 3) + "/memory.";
        const auto own = groupMemoryLeft(contentOf(group + "max"), contentOf(group + "current"),
                                         contentOf(group + "stat"));
        left = std::min(left, own.value_or(INT64_MAX));
    }
    return left;
}

} // namespace sluice
