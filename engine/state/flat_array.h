// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/base/zeroed_memory.h"

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <type_traits>
#include <utility>

namespace sluice::state {

/// An array of plain values whose new elements are all zero bits. Once it is large it lies in huge
/// pages and grows where it is: nothing is copied, and room that nobody has touched costs nothing.
/// References do not survive resize(). One owner.
template <class T> class FlatArray
{
    static_assert(std::is_trivially_copyable_v<T> && std::is_trivially_destructible_v<T>);

public:
    FlatArray() = default;
    FlatArray(FlatArray&& other) noexcept
        : m_memory(std::move(other.m_memory))
        , m_size(std::exchange(other.m_size, 0))
        , m_room(std::exchange(other.m_room, 0))
    {
    }
    FlatArray& operator=(FlatArray&& other) noexcept
    {
        std::swap(m_memory, other.m_memory);
        std::swap(m_size, other.m_size);
        std::swap(m_room, other.m_room);
        return *this;
    }

    T* data() { return static_cast<T*>(m_memory.data()); }
    const T* data() const { return static_cast<const T*>(m_memory.data()); }
    T& operator[](std::size_t i) { return data()[i]; }
    const T& operator[](std::size_t i) const { return data()[i]; }
    std::size_t size() const { return m_size; }

    /// Only grows; elements that are there stay.
    void resize(std::size_t size)
    {
        if (size > m_room)
            grow(std::max({size, m_room * 2, std::size_t(64)}));
        m_size = std::max(m_size, size);
    }
    /// Returns the memory of the elements, without room that was never touched.
    std::size_t bytes() const { return m_size * sizeof(T); }

private:
    void grow(std::size_t room)
    {
        if (!m_memory.grow(room * sizeof(T))) {
            ZeroedMemory larger(room * sizeof(T));
            if (m_size > 0)
                std::memcpy(larger.data(), m_memory.data(), m_size * sizeof(T));
            m_memory = std::move(larger);
        }
        m_room = room;
    }

    ZeroedMemory m_memory;
    std::size_t m_size = 0, m_room = 0;
};

} // namespace sluice::state
