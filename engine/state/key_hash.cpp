// SPDX-License-Identifier: Apache-2.0
#include "engine/state/key_hash.h"

#include "engine/state/hash_bytes.h"

namespace sluice::state {
namespace {

using Fold = FoldedHash;

constexpr std::size_t kHead = 1 + sizeof(std::uint32_t); // before a text in a key

// What a key of one text begins with: that it is not null, and its length.
std::uint64_t headOf(std::size_t size)
{
    return 1 | std::uint64_t(size) << 8;
}

// A text of fewer than 8 bytes: the key is in two words.
KeyHash hashShortText(const char* text, std::size_t size, std::uint64_t secondSeed)
{
    const std::uint64_t bytes = Fold::shortWord(text, size);
    const std::uint64_t low = headOf(size) | bytes << (kHead * 8);
    const std::uint64_t high = bytes >> (64 - kHead * 8);
    const std::size_t all = kHead + size;
    std::uint64_t last = 0; // the last 8 bytes, if there are so many
    if (all >= 8) {
        const std::size_t before = (all - 8) * 8; // bits
        last = before == 0 ? low : low >> before | high << (64 - before);
    }
    return {Fold::end(Fold::begin(0), low, last, all),
            Fold::end(Fold::begin(secondSeed), low, last, all)};
}

KeyHash hashText(const char* text, std::size_t size, std::uint64_t secondSeed)
{
    if (size < 8)
        return hashShortText(text, size, secondSeed);
    const std::size_t all = kHead + size;
    std::uint64_t first = Fold::begin(0), second = Fold::begin(secondSeed);
    std::uint64_t a = headOf(size) | Fold::word(text) << (kHead * 8);
    std::uint64_t b = Fold::word(text + size - 8);
    if (all > 16) {
        std::uint64_t behind = Fold::word(text + 8 - kHead);
        const char* at = text + 16 - kHead;
        std::size_t left = all - 16;
        for (;; left -= 16, at += 16) {
            first = Fold::step(first, a, behind);
            second = Fold::step(second, a, behind);
            if (left <= 16)
                break;
            a = Fold::word(at);
            behind = Fold::word(at + 8);
        }
        a = left >= 8 ? Fold::word(at) : Fold::shortWord(at, left);
        b = left >= 8 ? b : 0;
    }
    return {Fold::end(first, a, b, all), Fold::end(second, a, b, all)};
}

} // namespace

std::span<const KeyHash> KeyHasher::of(const std::vector<std::shared_ptr<arrow::Array>>& columns)
{
    if (columns.size() == 1 && columns[0]->null_count() == 0
        && (columns[0]->type_id() == arrow::Type::STRING
            || columns[0]->type_id() == arrow::Type::BINARY)) {
        const auto& texts = static_cast<const arrow::BinaryArray&>(*columns[0]);
        const char* const bytes = reinterpret_cast<const char*>(texts.raw_data());
        const std::int32_t* const offsets = texts.raw_value_offsets();
        m_hashes.resize(std::size_t(texts.length()));
        for (std::size_t row = 0; row < m_hashes.size(); ++row)
            m_hashes[row] = hashText(bytes + offsets[row],
                                     std::size_t(offsets[row + 1] - offsets[row]), m_secondSeed);
        return m_hashes;
    }
    m_codec.encode(columns, m_encoded);
    m_hashes.resize(m_encoded.rows());
    for (std::size_t row = 0; row < m_hashes.size(); ++row)
        m_hashes[row] = {m_encoded.hashes[row], hashBytes(m_encoded.key(row), m_secondSeed)};
    return m_hashes;
}

} // namespace sluice::state
