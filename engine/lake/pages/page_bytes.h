// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/columns/recycling_pool.h"

#include <algorithm>
#include <cstring>
#include <memory>
#include <string_view>

#include <arrow/buffer.h>
#include <parquet/exception.h>

namespace sluice::lake {

/// The bytes of a page that grows, in recycled memory. One thread.
class PageBytes
{
public:
    std::int64_t size() const { return m_size; }

    /// Returns where `more` bytes may be written; wrote() tells how many were.
    std::uint8_t* room(std::int64_t more)
    {
        if (!m_bytes || m_size + more > m_bytes->size())
            grow(m_size + more);
        return m_bytes->mutable_data() + m_size;
    }
    void wrote(std::int64_t bytes) { m_size += bytes; }
    std::string_view view(std::int64_t from, std::int64_t size) const
    {
        return {reinterpret_cast<const char*>(m_bytes->data()) + from, std::size_t(size)};
    }

    /// A length of four bytes, and the text: PLAIN.
    void appendText(std::string_view text)
    {
        const auto length = std::uint32_t(text.size());
        std::uint8_t* out = room(std::int64_t(sizeof length + text.size()));
        std::memcpy(out, &length, sizeof length);
        if (!text.empty())
            std::memcpy(out + sizeof length, text.data(), text.size());
        wrote(std::int64_t(sizeof length + text.size()));
    }

    std::shared_ptr<arrow::Buffer> take()
    {
        if (!m_bytes)
            grow(0);
        PARQUET_THROW_NOT_OK(m_bytes->Resize(m_size, false));
        m_first = m_size + m_size / 8; // the next page will be as large
        m_size = 0;
        return std::exchange(m_bytes, nullptr);
    }

private:
    void grow(std::int64_t least)
    {
        constexpr std::int64_t kLeast = 64 << 10;
        const std::int64_t size
            = std::max({least, kLeast, m_bytes ? m_bytes->size() * 2 : m_first});
        if (!m_bytes) {
            PARQUET_ASSIGN_OR_THROW(m_bytes, arrow::AllocateResizableBuffer(size, recyclingPool()));
        } else {
            PARQUET_THROW_NOT_OK(m_bytes->Resize(size, false));
        }
    }

    std::shared_ptr<arrow::ResizableBuffer> m_bytes;
    std::int64_t m_size = 0;
    std::int64_t m_first = 0; // bytes that are asked for at first
};

} // namespace sluice::lake
