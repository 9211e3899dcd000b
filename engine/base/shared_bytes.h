// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <memory>
#include <string_view>

namespace sluice {

/// Bytes in memory that whoever gets them may keep, and change, without copying: it is released
/// with the last that shares it.
struct SharedBytes
{
    std::shared_ptr<char[]> data;
    std::size_t size = 0;

    std::string_view view() const { return {data.get(), size}; }
};

} // namespace sluice
