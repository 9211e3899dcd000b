// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <new>
#include <utility>

#include <sys/mman.h>

namespace sluice {

/// A block of memory that is all zeros at first, for tables that are looked up at random: a large
/// one lies in huge pages where the system has them, so that a lookup misses fewer caches. Throws
/// std::bad_alloc. One owner.
class ZeroedMemory
{
public:
    ZeroedMemory() = default;
    explicit ZeroedMemory(std::size_t bytes)
        : m_bytes(bytes)
    {
        if (!isLarge()) {
            // Written now: a page that is read first is given twice, and each time all processors
            // are told.
            m_data = std::malloc(bytes);
            if (m_data)
                std::memset(m_data, 0, bytes);
        } else {
            m_data = ::mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1,
                            0);
            if (m_data == MAP_FAILED)
                m_data = nullptr;
            else
                ::madvise(m_data, bytes, MADV_HUGEPAGE); // without them it is only slower
        }
        if (!m_data)
            throw std::bad_alloc();
    }
    ~ZeroedMemory()
    {
        if (isLarge())
            ::munmap(m_data, m_bytes);
        else
            std::free(m_data);
    }
    ZeroedMemory(ZeroedMemory&& other) noexcept
        : m_data(std::exchange(other.m_data, nullptr))
        , m_bytes(std::exchange(other.m_bytes, 0))
    {
    }
    ZeroedMemory& operator=(ZeroedMemory&& other) noexcept
    {
        std::swap(m_data, other.m_data);
        std::swap(m_bytes, other.m_bytes);
        return *this;
    }
    ZeroedMemory(const ZeroedMemory&) = delete;
    ZeroedMemory& operator=(const ZeroedMemory&) = delete;

    /// Makes it larger and keeps its content; the rest is zeros, and of a large one not touched
    /// yet. False if it cannot: it is small and would be large, or there is no memory.
    bool grow(std::size_t bytes)
    {
        const bool willBeLarge = bytes >= kLarge;
        if (bytes < m_bytes || willBeLarge != isLarge())
            return false;
        if (!willBeLarge) {
            void* moved = std::realloc(m_data, bytes);
            if (!moved)
                return false;
            m_data = moved;
            std::memset(static_cast<char*>(m_data) + m_bytes, 0, bytes - m_bytes);
            m_bytes = bytes;
            return true;
        }
        void* moved = ::mremap(m_data, m_bytes, bytes, MREMAP_MAYMOVE);
        if (moved == MAP_FAILED)
            return false;
        m_data = moved;
        m_bytes = bytes;
        ::madvise(m_data, m_bytes, MADV_HUGEPAGE);
        return true;
    }

    /// Has the system give all of it now, not at the first write to each page.
    void populate()
    {
        if (isLarge())
            ::madvise(m_data, m_bytes, MADV_POPULATE_WRITE); // it is only slower without
    }

    void* data() const { return m_data; }
    std::size_t bytes() const { return m_bytes; }

private:
    static constexpr std::size_t kLarge = 2 << 20;
    bool isLarge() const { return m_bytes >= kLarge; }

    void* m_data = nullptr;
    std::size_t m_bytes = 0;
};

} // namespace sluice
