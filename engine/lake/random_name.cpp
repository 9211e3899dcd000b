// SPDX-License-Identifier: Apache-2.0
#include "engine/lake/random_name.h"

#include <array>
#include <cstdint>
#include <cstdio>
#include <random>

namespace sluice::lake {

std::string randomUuid()
{
    // The device, not a seeded generator: two processes must not draw the same name.
    thread_local std::random_device device;
    std::array<std::uint32_t, 4> word{};
    for (std::uint32_t& part : word)
        part = device();
    std::array<char, 40> text{};
    std::snprintf(text.data(), text.size(), "%08x-%04x-4%03x-%04x-%04x%08x", word[0], word[1] >> 16,
                  word[1] & 0xfff, 0x8000 | (word[2] >> 18), word[2] & 0xffff, word[3]);
    return text.data();
}

} // namespace sluice::lake
