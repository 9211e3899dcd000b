// SPDX-License-Identifier: Apache-2.0
#include "engine/state/frequent_items.h"

#include "engine/state/key_codec.h"

#include <algorithm>
#include <bit>

namespace sluice::state {

std::size_t FrequentItems::slotOf(std::string_view value, std::uint64_t hash) const
{
    const std::size_t mask = m_index.size() - 1;
    std::size_t at = hash & mask;
    for (; m_index[at] != 0; at = (at + 1) & mask) {
        const Item& item = m_items[m_index[at] - 1];
        if (item.hash == hash && item.value == value)
            break;
    }
    return at;
}

void FrequentItems::rebuildIndex(std::size_t slots)
{
    m_index.assign(slots, 0);
    for (std::size_t i = 0; i < m_items.size(); ++i)
        m_index[slotOf(m_items[i].value, m_items[i].hash)] = std::uint32_t(i + 1);
}

void FrequentItems::add(std::string_view value, std::uint64_t hash, std::uint64_t count)
{
    if (m_index.empty())
        m_index.assign(8, 0);
    const std::size_t slot = slotOf(value, hash);
    if (m_index[slot] != 0) {
        m_items[m_index[slot] - 1].count += count;
        return;
    }
    m_items.push_back({std::string(value), hash, count});
    m_index[slot] = std::uint32_t(m_items.size());
    if (m_items.size() > kExact)
        purge();
    else if (m_items.size() * 2 > m_index.size())
        rebuildIndex(m_index.size() * 2);
}

// At least half of the items end here, and each of those that stay has lost the median: so N values
// pay for at most 2 N / kExact of offset.
void FrequentItems::purge()
{
    std::vector<std::uint64_t> counts;
    for (const Item& item : m_items)
        counts.push_back(item.count);
    const auto middle = counts.begin() + std::ptrdiff_t(counts.size() / 2);
    std::ranges::nth_element(counts, middle);
    const std::uint64_t median = *middle;
    std::erase_if(m_items, [&](const Item& item) { return item.count <= median; });
    for (Item& item : m_items)
        item.count -= median;
    m_offset += median;
    rebuildIndex(m_index.size());
}

void FrequentItems::merge(const FrequentItems& other)
{
    m_offset += other.m_offset;
    for (const Item& item : other.m_items)
        add(item.value, item.hash, item.count);
}

std::vector<const FrequentItems::Item*> FrequentItems::top(std::size_t k) const
{
    std::vector<const Item*> out;
    for (const Item& item : m_items)
        out.push_back(&item);
    const auto end = out.begin() + std::ptrdiff_t(std::min(k, out.size()));
    std::partial_sort(out.begin(), end, out.end(), [](const Item* a, const Item* b) {
        return a->count != b->count ? a->count > b->count : a->value < b->value;
    });
    out.erase(end, out.end());
    return out;
}

std::size_t FrequentItems::bytes() const
{
    return m_items.capacity() * sizeof(Item) + m_index.capacity() * 4;
}

void FrequentItems::save(ByteWriter& out) const
{
    out.varint(m_offset);
    out.varint(m_items.size());
    for (const Item& item : m_items) {
        out.bytes(item.value);
        out.varint(item.count);
    }
}

void FrequentItems::load(ByteReader& in)
{
    m_offset = in.varint();
    m_items.clear();
    const std::uint64_t size = std::min<std::uint64_t>(in.varint(), kExact);
    for (std::uint64_t i = 0; i < size && !in.hasFailed(); ++i) {
        Item item;
        item.value = std::string(in.bytes());
        item.hash = hashBytes(item.value);
        item.count = in.varint();
        m_items.push_back(std::move(item));
    }
    rebuildIndex(std::bit_ceil(std::max<std::size_t>(8, m_items.size() * 2 + 1)));
}

} // namespace sluice::state
