// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/base/result.h"

#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

namespace sluice {

/// Appends little-endian values to a byte string; the counterpart of ByteReader.
class ByteWriter
{
public:
    void u8(std::uint8_t value) { m_bytes.push_back(char(value)); }
    void u32(std::uint32_t value) { fixed(&value, sizeof value); }
    void i64(std::int64_t value) { fixed(&value, sizeof value); }
    void u64(std::uint64_t value) { fixed(&value, sizeof value); }
    void f64(double value) { fixed(&value, sizeof value); }
    /// LEB128: 7 bits a byte, low bits first.
    void varint(std::uint64_t value)
    {
        for (; value >= 0x80; value >>= 7)
            m_bytes.push_back(char(0x80 | (value & 0x7f)));
        m_bytes.push_back(char(value));
    }
    /// Length as varint, then the bytes.
    void bytes(std::string_view value)
    {
        varint(value.size());
        m_bytes.append(value);
    }
    void raw(const void* data, std::size_t size) { fixed(data, size); }
    /// Makes room for so many more bytes, so that they are not copied as they become more.
    void reserve(std::size_t more)
    {
        if (m_bytes.capacity() - m_bytes.size() < more)
            m_bytes.reserve(m_bytes.size() + more);
    }

    /// So many more bytes, zeros, for who writes them out of order; until the next call.
    char* extend(std::size_t more)
    {
        m_bytes.resize(m_bytes.size() + more);
        return m_bytes.data() + m_bytes.size() - more;
    }

    const std::string& data() const { return m_bytes; }
    std::string take() { return std::move(m_bytes); }
    std::size_t size() const { return m_bytes.size(); }

private:
    void fixed(const void* data, std::size_t size)
    {
        m_bytes.append(static_cast<const char*>(data), size);
    }
    std::string m_bytes;
};

/// Reads what ByteWriter wrote. Reading past the end returns zeros and sets the failure, so that a
/// torn file is found by one check at the end: never read out of bounds, never trust a length.
class ByteReader
{
public:
    explicit ByteReader(std::string_view bytes)
        : m_bytes(bytes)
    {
    }

    std::uint8_t u8() { return fixed<std::uint8_t>(); }
    std::uint32_t u32() { return fixed<std::uint32_t>(); }
    std::int64_t i64() { return fixed<std::int64_t>(); }
    std::uint64_t u64() { return fixed<std::uint64_t>(); }
    double f64() { return fixed<double>(); }
    std::uint64_t varint()
    {
        std::uint64_t value = 0;
        for (int shift = 0; shift < 64; shift += 7) {
            const std::uint8_t byte = u8();
            value |= std::uint64_t(byte & 0x7f) << shift;
            if (!(byte & 0x80))
                return value;
        }
        m_failed = true;
        return 0;
    }
    std::string_view bytes()
    {
        const std::uint64_t size = varint();
        if (size > m_bytes.size()) {
            m_failed = true;
            m_bytes = {};
            return {};
        }
        const std::string_view out = m_bytes.substr(0, size);
        m_bytes.remove_prefix(size);
        return out;
    }

    /// Reads size bytes to a place, the counterpart of ByteWriter::raw; zeros past the end.
    void raw(void* to, std::size_t size)
    {
        if (m_bytes.size() < size) {
            m_failed = true;
            m_bytes = {};
            std::memset(to, 0, size);
            return;
        }
        std::memcpy(to, m_bytes.data(), size);
        m_bytes.remove_prefix(size);
    }

    /// Returns a view of the next size bytes and goes past them; empty past the end.
    std::string_view view(std::size_t size)
    {
        if (m_bytes.size() < size) {
            m_failed = true;
            m_bytes = {};
            return {};
        }
        const std::string_view out = m_bytes.substr(0, size);
        m_bytes.remove_prefix(size);
        return out;
    }

    bool atEnd() const { return m_bytes.empty(); }
    bool hasFailed() const { return m_failed; }
    std::size_t left() const { return m_bytes.size(); }
    /// Returns DecodeFailed if anything was read past the end.
    Status status(std::string object) const
    {
        if (!m_failed)
            return ok();
        return Error{.code = ErrorCode::DecodeFailed,
                     .message = "the bytes end too early",
                     .object = std::move(object),
                     .hint = {},
                     .cause = {}};
    }

private:
    template <class T> T fixed()
    {
        T value{};
        if (m_bytes.size() < sizeof value) {
            m_failed = true;
            m_bytes = {};
            return value;
        }
        std::memcpy(&value, m_bytes.data(), sizeof value);
        m_bytes.remove_prefix(sizeof value);
        return value;
    }

    std::string_view m_bytes;
    bool m_failed = false;
};

} // namespace sluice
