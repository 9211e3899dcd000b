// SPDX-License-Identifier: Apache-2.0
#include "engine/lake/text_bounds.h"

#include "engine/base/int128.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <string_view>

#include <immintrin.h>

namespace sluice::lake {
namespace {

constexpr std::size_t kWord = 8;
constexpr std::size_t kWords = 4;

// Eight bytes of a value from `at` as a number that orders as they do, padded with zeros: where
// numbers are equal it is left to the bytes. readable: how many may be read from the value's start.
inline std::uint64_t wordOf(std::string_view value, std::size_t at, std::size_t readable)
{
    if (at >= value.size())
        return 0;
    const std::size_t left = value.size() - at;
    std::uint64_t word = 0;
    if (readable >= at + kWord)
        std::memcpy(&word, value.data() + at, kWord);
    else
        std::memcpy(&word, value.data() + at, std::min(left, kWord));
    word = __builtin_bswap64(word);
    return left >= kWord ? word : word & (~std::uint64_t(0) << (64 - left * 8));
}
static_assert(std::endian::native == std::endian::little);

struct Bound
{
    Bound(std::string_view text, std::size_t readable)
        : value(text)
    {
        for (std::size_t i = 0; i < kWords; ++i)
            words[i] = wordOf(text, i * kWord, readable);
    }
    std::string_view value;
    std::array<std::uint64_t, kWords> words{};
};

enum class Place { Inside, Below, Above, Unknown };

// Where a value lies to the bounds, as far as their words tell; what equals one lies inside.
Place placeOf(std::string_view value, std::size_t readable, const Bound& least,
              const Bound& greatest)
{
    bool isAboveLeast = false, isBelowGreatest = false;
    for (std::size_t i = 0; i < kWords; ++i) {
        const std::uint64_t word = wordOf(value, i * kWord, readable);
        if (!isAboveLeast && word < least.words[i])
            return Place::Below;
        if (!isBelowGreatest && word > greatest.words[i])
            return Place::Above;
        isAboveLeast = isAboveLeast || word > least.words[i];
        isBelowGreatest = isBelowGreatest || word < greatest.words[i];
        if (isAboveLeast && isBelowGreatest)
            return Place::Inside;
        if (value.size() <= (i + 1) * kWord) // all words are compared: alike ones are equal
            return (isAboveLeast || value.size() == least.value.size())
                    && (isBelowGreatest || value.size() == greatest.value.size())
                ? Place::Inside
                : Place::Unknown;
    }
    return Place::Unknown;
}

// Whether a value of up to eight, or of nine to sixteen bytes surely lies inside, without a branch
// on where it lies: of few values each comes often, and the bounds too, so that no processor
// foretells it.
template <class Number>
[[gnu::always_inline]] inline bool isInside(Number number, std::size_t size, Number least,
                                            std::size_t leastSize, Number greatest,
                                            std::size_t greatestSize)
{
    const bool isAboveLeast = (number > least) | ((number == least) & (size == leastSize));
    const bool isBelowGreatest
        = (number < greatest) | ((number == greatest) & (size == greatestSize));
    return isAboveLeast & isBelowGreatest;
}

[[gnu::always_inline]] inline std::uint64_t ordered(const char* bytes, std::size_t size)
{
    std::uint64_t word = 0;
    std::memcpy(&word, bytes, kWord);
    return __builtin_bswap64(_bzhi_u64(word, unsigned(size * 8)));
}

[[gnu::always_inline]] inline bool isShortInside(const char* bytes, std::size_t size,
                                                 const Bound& least, const Bound& greatest)
{
    return isInside(ordered(bytes, size), size, least.words[0], least.value.size(),
                    greatest.words[0], greatest.value.size());
}

[[gnu::always_inline]] inline bool isMediumInside(const char* bytes, std::size_t size,
                                                  const Bound& least, const Bound& greatest)
{
    const auto both
        = [](std::uint64_t high, std::uint64_t low) { return UInt128(high) << 64 | low; };
    return isInside(both(ordered(bytes, kWord), ordered(bytes + kWord, size - kWord)), size,
                    both(least.words[0], least.words[1]), least.value.size(),
                    both(greatest.words[0], greatest.words[1]), greatest.value.size());
}

} // namespace

void TextBounds::observe(const arrow::StringArray& values)
{
    if (values.null_count() == values.length())
        return;
    const auto* bytes = reinterpret_cast<const char*>(values.value_data()->data());
    const auto end = std::size_t(values.value_data()->size());
    const bool hasNulls = values.null_count() > 0;
    std::int64_t row = 0;
    while (values.IsNull(row))
        ++row;
    const std::string_view first = values.GetView(row);
    Bound least(m_least ? *m_least : first, m_least ? m_least->size() : first.size());
    Bound greatest(m_greatest ? *m_greatest : first,
                   m_greatest ? m_greatest->size() : first.size());
    const auto judge = [&](std::string_view value, std::size_t readable) {
        const Place place = placeOf(value, readable, least, greatest);
        if (place == Place::Inside)
            return;
        if (place == Place::Below || (place == Place::Unknown && value < least.value))
            least = Bound(value, readable);
        if (place == Place::Above || (place == Place::Unknown && value > greatest.value))
            greatest = Bound(value, readable);
    };
    // Of texts that ascend or descend the rest then lies inside.
    if (const std::int64_t last = values.length() - 1; values.IsValid(last))
        judge(values.GetView(last), std::size_t(values.value_length(last)));
    const std::int32_t* const offsets = values.raw_value_offsets();
    for (; row < values.length(); ++row) {
        if (hasNulls && values.IsNull(row))
            continue;
        const auto at = std::size_t(offsets[row]);
        const auto size = std::size_t(offsets[row + 1]) - at;
        const bool isInside = size <= kWord
            ? end - at >= kWord && isShortInside(bytes + at, size, least, greatest)
            : size <= 2 * kWord && end - at >= 2 * kWord
                && isMediumInside(bytes + at, size, least, greatest);
        if (!isInside)
            judge(std::string_view(bytes + at, size), end - at);
    }
    // The views of a bound that has not moved are those of its own text.
    if (!m_least || least.value.data() != m_least->data())
        m_least = std::string(least.value);
    if (!m_greatest || greatest.value.data() != m_greatest->data())
        m_greatest = std::string(greatest.value);
}

void TextBounds::observe(std::string_view value)
{
    if (!m_least || value < *m_least)
        m_least = std::string(value);
    if (!m_greatest || value > *m_greatest)
        m_greatest = std::string(value);
}

} // namespace sluice::lake
