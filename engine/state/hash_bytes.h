// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/base/int128.h"

#include <cstdint>
#include <cstring>
#include <string_view>

namespace sluice::state {

/// The multiply-and-fold of wyhash (public domain, by Wang Yi), in the pieces of which hashes of
/// keys are made without laying the keys' bytes. Saved states hold such hashes: they stay as they
/// are.
struct FoldedHash
{
    static constexpr std::uint64_t kMix0 = 0xa0761d6478bd642full, kMix1 = 0xe7037ed1a0b428dbull;

    static std::uint64_t fold(std::uint64_t a, std::uint64_t b)
    {
        const UInt128 product = UInt128(a) * b;
        return std::uint64_t(product) ^ std::uint64_t(product >> 64);
    }
    static std::uint64_t word(const char* from)
    {
        std::uint64_t out = 0;
        std::memcpy(&out, from, sizeof out);
        return out;
    }
    /// Up to 7 bytes as a word, by loads of fixed sizes, because a copy of a size that is not known
    /// is a call.
    static std::uint64_t shortWord(const char* at, std::size_t size)
    {
        if (size >= 4) {
            std::uint32_t low = 0, high = 0;
            std::memcpy(&low, at, sizeof low);
            std::memcpy(&high, at + size - 4, sizeof high);
            return low | std::uint64_t(high) << ((size - 4) * 8);
        }
        if (size == 0)
            return 0;
        const auto byte = [at](std::size_t i) { return std::uint64_t(std::uint8_t(at[i])); };
        return byte(0) | byte(size / 2) << (size / 2 * 8) | byte(size - 1) << ((size - 1) * 8);
    }

    static std::uint64_t begin(std::uint64_t seed) { return seed ^ kMix0; }
    /// Sixteen bytes, as long as more follow.
    static std::uint64_t step(std::uint64_t seed, std::uint64_t a, std::uint64_t b)
    {
        return fold(a ^ kMix1, b ^ seed);
    }
    /// The last bytes, of `size` in all.
    static std::uint64_t end(std::uint64_t seed, std::uint64_t a, std::uint64_t b, std::size_t size)
    {
        return fold(kMix1 ^ size, fold(a ^ kMix1, b ^ seed));
    }
};

/// A 64-bit hash of bytes.
inline std::uint64_t hashBytes(std::string_view bytes, std::uint64_t seed = 0)
{
    const char* at = bytes.data();
    std::size_t left = bytes.size();
    seed = FoldedHash::begin(seed);
    for (; left > 16; left -= 16, at += 16)
        seed = FoldedHash::step(seed, FoldedHash::word(at), FoldedHash::word(at + 8));
    const bool isLong = left >= 8;
    return FoldedHash::end(seed, isLong ? FoldedHash::word(at) : FoldedHash::shortWord(at, left),
                           isLong ? FoldedHash::word(at + left - 8) : 0, bytes.size());
}

} // namespace sluice::state
