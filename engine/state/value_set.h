// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/base/byte_stream.h"

#include <bit>
#include <cstdint>
#include <type_traits>
#include <vector>

namespace sluice::state {

/// 128 bits that stand for a value that does not fit into 64.
struct WideWord
{
    std::uint64_t low = 0, high = 0;
    bool operator==(const WideWord&) const = default;
};

/// A set of words in the order in which they came, so that what came since the last save is its
/// tail. Up to 8 words are looked through; more have an open-addressed index of 4-byte places at a
/// load of at most one half: 8 to 16 bytes a word beside the word. One thread.
template <class Word> class ValueSet
{
public:
    /// Returns false if it was there.
    bool insert(const Word& word)
    {
        if (m_index.empty()) {
            for (const Word& each : m_words)
                if (each == word)
                    return false;
            m_words.push_back(word);
            if (m_words.size() > kScanned)
                grow();
            return true;
        }
        std::size_t at = hashOf(word) & mask();
        for (; m_index[at] != 0; at = (at + 1) & mask())
            if (m_words[m_index[at] - 1] == word)
                return false;
        m_words.push_back(word);
        m_index[at] = std::uint32_t(m_words.size());
        if (m_words.size() * 2 > m_index.size())
            grow();
        return true;
    }
    void merge(const ValueSet& other)
    {
        for (const Word& word : other.m_words)
            insert(word);
    }
    std::size_t size() const { return m_words.size(); }
    std::size_t bytes() const { return m_words.capacity() * sizeof(Word) + m_index.capacity() * 4; }

    /// Writes all words, or those that came since the last save of either kind.
    void save(ByteWriter& out, bool isWhole = true)
    {
        const std::size_t from = isWhole ? 0 : m_saved;
        out.varint(m_words.size() - from);
        out.raw(m_words.data() + from, (m_words.size() - from) * sizeof(Word));
        m_saved = m_words.size();
    }
    /// Adds the words that were written.
    void load(ByteReader& in)
    {
        for (std::uint64_t left = in.varint(); left > 0 && !in.hasFailed(); --left) {
            Word word{};
            in.raw(&word, sizeof word);
            if (!in.hasFailed())
                insert(word);
        }
        m_saved = m_words.size();
    }

private:
    static constexpr std::size_t kScanned = 8;
    std::size_t mask() const { return m_index.size() - 1; }
    static std::size_t hashOf(const Word& word)
    {
        std::uint64_t bits = 0;
        if constexpr (std::is_same_v<Word, WideWord>)
            bits = word.low;
        else
            bits = std::uint64_t(word);
        bits *= 0x9e3779b97f4a7c15ull; // Fibonacci hashing (Knuth, 6.4)
        return std::size_t(bits ^ (bits >> 32));
    }
    void grow()
    {
        m_index.assign(std::bit_ceil(m_words.size() * 4), 0);
        for (std::size_t i = 0; i < m_words.size(); ++i) {
            std::size_t at = hashOf(m_words[i]) & mask();
            while (m_index[at] != 0)
                at = (at + 1) & mask();
            m_index[at] = std::uint32_t(i + 1);
        }
    }

    std::vector<Word> m_words;
    std::vector<std::uint32_t> m_index; // place in m_words + 1; 0 = free
    std::size_t m_saved = 0;
};

} // namespace sluice::state
