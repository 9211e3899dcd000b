// SPDX-License-Identifier: Apache-2.0
#include "engine/state/byte_key_index.h"

#include <bit>

namespace sluice::state {
namespace {

constexpr std::size_t kFirstSlots = 16, kAhead = 16;

std::uint32_t tagOf(std::uint64_t hash)
{
    return std::uint32_t(hash >> 32);
}

} // namespace

ByteKeyIndex::ByteKeyIndex(KeyCodec codec)
    : m_codec(std::move(codec))
    , m_slots(kFirstSlots)
{
}

std::uint32_t ByteKeyIndex::find(std::string_view wanted, std::uint64_t hash)
{
    std::size_t at = hash & mask();
    for (; m_slots[at].number != UINT32_MAX; at = (at + 1) & mask()) {
        const Slot& slot = m_slots[at];
        if (slot.tag == tagOf(hash) && key(slot.number) == wanted)
            return slot.number;
    }
    const std::uint32_t number = newNumber();
    m_slots[at] = {tagOf(hash), number};
    if (number >= m_places.size())
        m_places.resize(number + 1);
    m_places[number] = {m_bytes.size(), std::uint32_t(wanted.size())};
    m_bytes.append(wanted);
    if (used() * 2 > m_slots.size())
        rebuild();
    return number;
}

void ByteKeyIndex::rebuild()
{
    m_slots.assign(std::bit_ceil(std::max(kFirstSlots, used() * 3)), Slot{});
    std::string bytes;
    for (std::uint32_t number = 0; number < size(); ++number) {
        if (isFree(number))
            continue;
        const std::string_view own = key(number);
        const std::uint64_t hash = hashBytes(own);
        std::size_t at = hash & mask();
        while (m_slots[at].number != UINT32_MAX)
            at = (at + 1) & mask();
        m_slots[at] = {tagOf(hash), number};
        const std::size_t offset = bytes.size();
        bytes.append(own);
        m_places[number].offset = offset;
    }
    m_bytes = std::move(bytes);
}

void ByteKeyIndex::intern(const std::vector<std::shared_ptr<arrow::Array>>& columns,
                          std::size_t rows, Numbers& numbers)
{
    m_codec.encode(columns, m_encoded);
    numbers.resize(rows);
    for (std::size_t row = 0; row < rows; ++row) {
        if (row + kAhead < rows)
            __builtin_prefetch(&m_slots[m_encoded.hashes[row + kAhead] & mask()]);
        numbers[row] = find(m_encoded.key(row), m_encoded.hashes[row]);
    }
}

Result<std::vector<std::shared_ptr<arrow::Array>>>
ByteKeyIndex::decode(std::span<const std::uint32_t> numbers) const
{
    std::vector<std::string_view> keys;
    keys.reserve(numbers.size());
    for (const std::uint32_t number : numbers)
        keys.push_back(key(number));
    return m_codec.decode(keys);
}

void ByteKeyIndex::save(std::span<const std::uint32_t> numbers, ByteWriter& out) const
{
    for (const std::uint32_t number : numbers)
        out.bytes(key(number));
}

void ByteKeyIndex::load(std::size_t count, ByteReader& in, Numbers& numbers)
{
    numbers.clear();
    for (std::size_t i = 0; i < count && !in.hasFailed(); ++i) {
        const std::string_view key = in.bytes();
        numbers.push_back(find(key, hashBytes(key)));
    }
}

std::size_t ByteKeyIndex::bytes() const
{
    return ownBytes() + m_slots.capacity() * sizeof(Slot) + m_places.capacity() * sizeof(Place)
        + m_bytes.capacity();
}

} // namespace sluice::state
