// SPDX-License-Identifier: Apache-2.0
#include "engine/operators/window_state.h"

#include <utility>

namespace sluice::operators {

WindowState::WindowState(const std::vector<BoundAggregate>& aggregates)
{
    for (const BoundAggregate& aggregate : aggregates)
        m_aggregates.push_back(aggregate.make());
}

void WindowState::mark(std::uint32_t group)
{
    std::uint8_t& flags = m_flags[group];
    if (!(flags & Unemitted))
        m_unemitted.push_back(group);
    if (!(flags & Unsaved))
        m_unsaved.push_back(group);
    flags = Unemitted | Unsaved;
}

std::uint32_t WindowState::group(std::string_view key, std::uint64_t hash)
{
    const std::uint32_t number = m_keys.intern(key, hash);
    if (number == m_flags.size())
        m_flags.push_back(0);
    mark(number);
    return number;
}

void WindowState::makeRoom()
{
    for (const auto& aggregate : m_aggregates)
        aggregate->resize(m_keys.size());
}

std::size_t WindowState::bytes() const
{
    std::size_t out = m_keys.bytes() + m_flags.capacity();
    for (const auto& aggregate : m_aggregates)
        out += aggregate->bytes();
    return out;
}

std::vector<std::uint32_t> WindowState::takeUnemitted()
{
    for (const std::uint32_t group : m_unemitted) {
        if (!(m_flags[group] & Unsaved))
            m_unsaved.push_back(group); // that it was emitted must survive a restart
        m_flags[group] = Unsaved;
    }
    return std::exchange(m_unemitted, {});
}

void WindowState::save(ByteWriter& out, bool isWhole)
{
    out.varint(std::uint64_t(revision));
    const auto put = [&](std::uint32_t group) {
        out.bytes(m_keys.key(group));
        out.u8(m_flags[group] & Unemitted);
        for (const auto& aggregate : m_aggregates)
            aggregate->save(group, out);
    };
    if (isWhole) {
        out.varint(m_keys.size());
        for (std::uint32_t group = 0; group < m_keys.size(); ++group)
            put(group);
    } else {
        out.varint(m_unsaved.size());
        for (const std::uint32_t group : m_unsaved)
            put(group);
    }
    for (const std::uint32_t group : m_unsaved)
        m_flags[group] &= std::uint8_t(~Unsaved);
    m_unsaved.clear();
    m_savedRevision = revision;
}

void WindowState::load(ByteReader& in)
{
    revision = m_savedRevision = std::int32_t(in.varint());
    const std::uint64_t count = in.varint();
    for (std::uint64_t i = 0; i < count && !in.hasFailed(); ++i) {
        const std::string_view key = in.bytes();
        const bool isUnemitted = in.u8() != 0;
        const std::uint32_t number = group(key, state::hashBytes(key));
        makeRoom();
        for (const auto& aggregate : m_aggregates)
            aggregate->load(number, in);
        m_flags[number] = isUnemitted ? Unemitted : 0;
    }
    m_unsaved.clear();
    // What a later change says about emission replaces what an earlier one said.
    m_unemitted.clear();
    for (std::uint32_t number = 0; number < m_flags.size(); ++number)
        if (m_flags[number] & Unemitted)
            m_unemitted.push_back(number);
}

} // namespace sluice::operators
