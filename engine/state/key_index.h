// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/base/byte_stream.h"
#include "engine/base/result.h"

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include <arrow/array.h>
#include <arrow/type.h>

namespace sluice::state {

/// Gives each distinct key of a node a small number; whole batches at a time. Numbers count from 0
/// and are used again: who keeps something for a key holds its number (retain, release), and
/// collect() forgets the keys that nobody holds once they are more than the others. One thread.
///
/// There are three: one or two columns of fixed width are kept as 64-bit words (16 or 24 bytes a
/// slot at a load of at most two thirds, 12 or 20 more a key), other columns as bytes
/// (state::KeyCodec; 8 bytes a slot, 16 more a key and its bytes), no column as the number 0.
class KeyIndex
{
public:
    using Numbers = std::vector<std::uint32_t>;

    /// Unsupported for lists, structs and maps.
    static Result<std::unique_ptr<KeyIndex>>
    make(const std::vector<std::shared_ptr<arrow::Field>>& fields);
    virtual ~KeyIndex() = default;

    /// Gives the number of the key of each row; columns: one a field, all of length rows.
    virtual void intern(const std::vector<std::shared_ptr<arrow::Array>>& columns, std::size_t rows,
                        Numbers& numbers)
        = 0;
    /// Returns the columns of keys.
    virtual Result<std::vector<std::shared_ptr<arrow::Array>>>
    decode(std::span<const std::uint32_t> numbers) const = 0;

    virtual void save(std::span<const std::uint32_t> numbers, ByteWriter& out) const = 0;
    /// Reads count keys and gives their numbers.
    virtual void load(std::size_t count, ByteReader& in, Numbers& numbers) = 0;

    void retain(std::uint32_t number) { m_heldCount += m_holders[number]++ == 0; }
    void release(std::uint32_t number) { m_heldCount -= --m_holders[number] == 0; }
    /// Must not be called between intern() and what is done with its numbers.
    void collect();

    /// All numbers are below this.
    std::uint32_t size() const { return std::uint32_t(m_holders.size()); }
    /// Keys that somebody holds.
    std::size_t held() const { return m_heldCount; }
    virtual std::size_t bytes() const = 0;

protected:
    /// Returns a number for a new key.
    std::uint32_t newNumber();
    bool isHeld(std::uint32_t number) const { return m_holders[number] > 0; }
    bool isFree(std::uint32_t number) const { return m_holders[number] == kFree; }
    std::size_t used() const { return m_holders.size() - m_free.size(); }
    std::size_t ownBytes() const { return m_holders.capacity() * 4 + m_free.capacity() * 4; }
    /// Puts the keys whose number is not free into a table of their own size.
    virtual void rebuild() = 0;

private:
    static constexpr std::int32_t kFree = -1;
    std::vector<std::int32_t> m_holders; // by number
    std::vector<std::uint32_t> m_free;
    std::size_t m_heldCount = 0;
};

} // namespace sluice::state
