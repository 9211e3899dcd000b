// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/base/byte_stream.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace sluice::state {

/// Counts the most frequent values of a stream in bounded space, after Misra and Gries (1982) with
/// the purge of Anderson and others (2017): counts are exact while there are at most kExact
/// different values; beyond that the median count is taken off all and what falls to zero is
/// forgotten, so a count may be too low by offset(), which is at most N / 1024 for N values. Two
/// can be merged with the same bound. One thread.
class FrequentItems
{
public:
    static constexpr std::size_t kExact = 2048;

    struct Item
    {
        std::string value;
        std::uint64_t hash = 0;
        std::uint64_t count = 0;
    };

    /// hash: a good 64-bit hash of the value.
    void add(std::string_view value, std::uint64_t hash, std::uint64_t count = 1);
    void merge(const FrequentItems& other);
    /// Returns the k items with the greatest counts, those first; of equal counts the lesser value
    /// (as bytes).
    std::vector<const Item*> top(std::size_t k) const;
    std::uint64_t offset() const { return m_offset; }
    std::size_t size() const { return m_items.size(); }
    std::size_t bytes() const;

    void save(ByteWriter& out) const;
    void load(ByteReader& in);

private:
    std::size_t slotOf(std::string_view value, std::uint64_t hash) const;
    void rebuildIndex(std::size_t slots);
    void purge();

    std::vector<Item> m_items;
    std::vector<std::uint32_t> m_index; // place in m_items + 1; 0 = free
    std::uint64_t m_offset = 0;
};

} // namespace sluice::state
