// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/state/key_codec.h"
#include "engine/state/key_index.h"

#include <string>

namespace sluice::state {

/// Keys of any columns, as the bytes of a KeyCodec.
class ByteKeyIndex final : public KeyIndex
{
public:
    explicit ByteKeyIndex(KeyCodec codec);

    void intern(const std::vector<std::shared_ptr<arrow::Array>>& columns, std::size_t rows,
                Numbers& numbers) override;
    Result<std::vector<std::shared_ptr<arrow::Array>>>
    decode(std::span<const std::uint32_t> numbers) const override;
    void save(std::span<const std::uint32_t> numbers, ByteWriter& out) const override;
    void load(std::size_t count, ByteReader& in, Numbers& numbers) override;
    std::size_t bytes() const override;

private:
    struct Slot
    {
        std::uint32_t tag = 0; // upper half of the hash
        std::uint32_t number = UINT32_MAX;
    };
    struct Place
    {
        std::size_t offset = 0;
        std::uint32_t size = 0;
    };

    void rebuild() override;
    std::uint32_t find(std::string_view key, std::uint64_t hash);
    std::string_view key(std::uint32_t number) const
    {
        return {m_bytes.data() + m_places[number].offset, m_places[number].size};
    }
    std::size_t mask() const { return m_slots.size() - 1; }

    const KeyCodec m_codec;
    EncodedKeys m_encoded; // of the batch at hand
    std::vector<Slot> m_slots;
    std::vector<Place> m_places; // by number
    std::string m_bytes;
};

} // namespace sluice::state
