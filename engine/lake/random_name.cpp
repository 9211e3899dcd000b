// SPDX-License-Identifier: Apache-2.0
#include "engine/lake/random_name.h"

#include "engine/base/randomness.h"

#include <array>
#include <cstdint>
#include <cstdio>

namespace sluice::lake {

std::string randomUuid()
{
    const std::uint64_t high = randomBits();
    const std::uint64_t low = randomBits();
    const std::array<std::uint32_t, 4> word{std::uint32_t(high >> 32), std::uint32_t(high),
                                            std::uint32_t(low >> 32), std::uint32_t(low)};
    std::array<char, 40> text{};
    std::snprintf(text.data(), text.size(), "%08x-%04x-4%03x-%04x-%04x%08x", word[0], word[1] >> 16,
                  word[1] & 0xfff, 0x8000 | (word[2] >> 18), word[2] & 0xffff, word[3]);
    return text.data();
}

} // namespace sluice::lake
