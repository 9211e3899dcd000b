// SPDX-License-Identifier: Apache-2.0
#include "engine/state/fixed_key_index.h"

#include "engine/base/int128.h"
#include "engine/columns/types.h"
#include "engine/state/flat_array.h"
#include "engine/state/key_words.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>

namespace sluice::state {
namespace {

constexpr std::size_t kFirstSlots = 16;
constexpr std::size_t kBlock = 128; // rows that are hashed and prefetched before they are looked up

template <std::size_t Width> struct FixedKey
{
    std::array<std::uint64_t, Width> words{};
    std::uint32_t nulls = 0; // a bit a column

    std::uint64_t hash() const
    {
        // The multiply-and-fold of wyhash (public domain, by Wang Yi).
        UInt128 product = UInt128(words[0] ^ 0xa0761d6478bd642full ^ nulls) * 0xe7037ed1a0b428dbull;
        std::uint64_t out = std::uint64_t(product) ^ std::uint64_t(product >> 64);
        for (std::size_t i = 1; i < Width; ++i) {
            product = UInt128(out ^ words[i] ^ 0x8ebc6af09c88c6e3ull) * 0x589965cc75374cc3ull;
            out = std::uint64_t(product) ^ std::uint64_t(product >> 64);
        }
        return out;
    }
};

template <std::size_t Width> class FixedKeyIndex final : public KeyIndex
{
    using Key = FixedKey<Width>;
    struct Slot
    {
        std::array<std::uint64_t, Width> words;
        std::uint32_t nulls;
        std::uint32_t number; // + 1; 0 = free

        // Arrays are compared by a call to memcmp, a word at a time is not.
        bool isOf(const Key& key) const
        {
            bool isSame = nulls == key.nulls;
            for (std::size_t w = 0; w < Width; ++w)
                isSame = isSame && words[w] == key.words[w];
            return isSame;
        }
    };

public:
    explicit FixedKeyIndex(const std::vector<std::shared_ptr<arrow::Field>>& fields)
        : m_fields(fields)
    {
        m_slots.resize(kFirstSlots);
    }

    void intern(const std::vector<std::shared_ptr<arrow::Array>>& columns, std::size_t rows,
                Numbers& numbers) override
    {
        std::array<const std::uint64_t*, Width> words;
        bool hasNulls = false;
        for (std::size_t i = 0; i < Width; ++i) {
            words[i] = keyWords(*columns[i], m_buffers[i]);
            hasNulls = hasNulls || columns[i]->null_count() > 0;
        }
        numbers.resize(rows);
        std::array<std::uint64_t, kBlock> hashes;
        std::array<Key, kBlock> keys;
        for (std::size_t begin = 0; begin < rows; begin += kBlock) {
            const std::size_t count = std::min(kBlock, rows - begin);
            for (std::size_t i = 0; i < count; ++i) {
                for (std::size_t w = 0; w < Width; ++w)
                    keys[i].words[w] = words[w][begin + i];
                if (hasNulls)
                    setNulls(columns, begin + i, keys[i]);
                hashes[i] = keys[i].hash();
                __builtin_prefetch(&m_slots[hashes[i] & mask()]);
            }
            for (std::size_t i = 0; i < count; ++i)
                numbers[begin + i] = find(keys[i], hashes[i]);
        }
    }
    Result<std::vector<std::shared_ptr<arrow::Array>>>
    decode(std::span<const std::uint32_t> numbers) const override
    {
        std::vector<std::shared_ptr<arrow::Array>> out;
        std::vector<std::uint64_t> words(numbers.size());
        std::vector<std::uint8_t> isValid(numbers.size());
        for (std::size_t w = 0; w < Width; ++w) {
            for (std::size_t i = 0; i < numbers.size(); ++i) {
                words[i] = m_words[numbers[i]][w];
                isValid[i] = !(m_nulls[numbers[i]] & (1u << w));
            }
            SLUICE_TRY(auto column, keyColumn(m_fields[w]->type(), words, isValid));
            out.push_back(std::move(column));
        }
        return out;
    }
    void save(std::span<const std::uint32_t> numbers, ByteWriter& out) const override
    {
        // In blocks: a key at a time would be two calls, and a miss that nothing runs ahead of.
        constexpr std::size_t kKeyBytes = 1 + Width * 8;
        std::array<char, kBlock * kKeyBytes> block;
        out.reserve(numbers.size() * kKeyBytes);
        for (std::size_t begin = 0; begin < numbers.size(); begin += kBlock) {
            const std::size_t count = std::min(kBlock, numbers.size() - begin);
            for (std::size_t i = 0; i < count; ++i) {
                const std::uint32_t number = numbers[begin + i];
                block[i * kKeyBytes] = char(m_nulls[number]);
                std::memcpy(&block[i * kKeyBytes + 1], m_words[number].data(), Width * 8);
            }
            out.raw(block.data(), count * kKeyBytes);
        }
    }
    void load(std::size_t count, ByteReader& in, Numbers& numbers) override
    {
        numbers.clear();
        for (std::size_t i = 0; i < count && !in.hasFailed(); ++i) {
            Key key;
            key.nulls = in.u8();
            in.raw(key.words.data(), Width * 8);
            numbers.push_back(find(key, key.hash()));
        }
    }
    std::size_t bytes() const override
    {
        return ownBytes() + m_slots.bytes() + m_words.bytes() + m_nulls.bytes();
    }

private:
    static void setNulls(const std::vector<std::shared_ptr<arrow::Array>>& columns, std::size_t row,
                         Key& key)
    {
        key.nulls = 0;
        for (std::size_t w = 0; w < Width; ++w) {
            if (!columns[w]->IsNull(std::int64_t(row)))
                continue;
            key.words[w] = 0;
            key.nulls |= 1u << w;
        }
    }
    std::size_t mask() const { return m_slots.size() - 1; }

    std::uint32_t find(const Key& key, std::uint64_t hash)
    {
        for (std::size_t at = hash & mask();; at = (at + 1) & mask()) {
            const Slot& slot = m_slots[at];
            if (slot.number == 0)
                return insert(at, key);
            if (slot.isOf(key))
                return slot.number - 1;
        }
    }
    std::uint32_t insert(std::size_t at, const Key& key)
    {
        const std::uint32_t number = newNumber();
        m_slots[at] = {key.words, key.nulls, number + 1};
        if (number >= m_words.size()) {
            m_words.resize(number + 1);
            m_nulls.resize(number + 1);
        }
        m_words[number] = key.words;
        m_nulls[number] = std::uint8_t(key.nulls);
        if (used() * 3 > m_slots.size() * 2)
            rebuild();
        return number;
    }
    // Slots are fetched a block ahead: where keys belong is all over the table.
    void rebuild() override
    {
        m_slots = {};
        m_slots.resize(std::bit_ceil(std::max(kFirstSlots, used() * 2 + 1)));
        std::array<std::uint64_t, kBlock> hashes;
        for (std::uint32_t begin = 0; begin < size(); begin += kBlock) {
            const std::uint32_t end = std::min(size(), begin + std::uint32_t(kBlock));
            for (std::uint32_t number = begin; number < end; ++number) {
                hashes[number - begin] = Key{m_words[number], m_nulls[number]}.hash();
                __builtin_prefetch(&m_slots[hashes[number - begin] & mask()], 1);
            }
            for (std::uint32_t number = begin; number < end; ++number) {
                if (isFree(number))
                    continue;
                std::size_t at = hashes[number - begin] & mask();
                while (m_slots[at].number != 0)
                    at = (at + 1) & mask();
                m_slots[at] = {m_words[number], m_nulls[number], number + 1};
            }
        }
    }

    const std::vector<std::shared_ptr<arrow::Field>> m_fields;
    FlatArray<Slot> m_slots;
    FlatArray<std::array<std::uint64_t, Width>> m_words; // by number
    FlatArray<std::uint8_t> m_nulls;                     // by number
    std::array<std::vector<std::uint64_t>, Width> m_buffers;
};

} // namespace

std::unique_ptr<KeyIndex>
makeFixedKeyIndex(const std::vector<std::shared_ptr<arrow::Field>>& fields)
{
    for (const auto& field : fields)
        if (!isWordType(*field->type()))
            return nullptr;
    if (fields.size() == 1)
        return std::make_unique<FixedKeyIndex<1>>(fields);
    if (fields.size() == 2)
        return std::make_unique<FixedKeyIndex<2>>(fields);
    return nullptr;
}

} // namespace sluice::state
