// SPDX-License-Identifier: Apache-2.0
#include "engine/state/ranked_rows.h"

#include <algorithm>

namespace sluice::state {

std::size_t RankedRows::roomOf(std::uint8_t size) const
{
    const std::size_t room = size == 0 ? 0 : std::size_t(1) << (size - 1);
    return m_withTies ? room : std::min(room, m_limit);
}

void RankedRows::giveBack(const List& list)
{
    if (list.size > 0)
        m_free[list.size].push_back(list.first);
}

void RankedRows::makeRoom(List& list)
{
    List larger{.first = 0, .count = list.count, .size = std::uint8_t(list.size + 1)};
    if (auto& free = m_free[larger.size]; !free.empty()) {
        larger.first = free.back();
        free.pop_back();
    } else {
        larger.first = std::uint32_t(m_rows.size());
        m_rows.resize(m_rows.size() + roomOf(larger.size));
        if (m_hasTails)
            m_tails.resize(m_rows.size());
    }
    std::copy_n(m_rows.data() + list.first, list.count, m_rows.data() + larger.first);
    if (m_hasTails)
        std::move(m_tails.begin() + list.first, m_tails.begin() + list.first + list.count,
                  m_tails.begin() + larger.first);
    giveBack(list);
    list = larger;
}

void RankedRows::insert(List& list, const EncodedOrder& order, std::size_t row, RowId id,
                        std::vector<RowId>& dropped)
{
    if (!m_withTies && list.count == m_limit)
        dropped.push_back(m_rows[list.first + --list.count].id);
    if (list.count == roomOf(list.size))
        makeRoom(list);
    std::size_t low = 0, high = list.count;
    while (low < high) {
        const std::size_t middle = (low + high) / 2;
        if (compare(order, row, list.first + middle) < 0)
            high = middle;
        else
            low = middle + 1;
    }
    Row* const begin = m_rows.data() + list.first;
    std::copy_backward(begin + low, begin + list.count, begin + list.count + 1);
    begin[low] = {order.heads[row], id};
    if (m_hasTails) {
        const auto tails = m_tails.begin() + list.first;
        std::move_backward(tails + std::ptrdiff_t(low), tails + list.count, tails + list.count + 1);
        tails[std::ptrdiff_t(low)] = order.tail(row);
    }
    ++list.count;
    std::size_t kept = std::min<std::size_t>(list.count, m_limit);
    while (kept < list.count && isTie(list, kept, m_limit - 1))
        ++kept;
    while (list.count > kept)
        dropped.push_back(begin[--list.count].id);
}

void RankedRows::append(List& list, const OrderHead& head, std::string_view tail, RowId id)
{
    if (list.count == roomOf(list.size))
        makeRoom(list);
    m_rows[list.first + list.count] = {head, id};
    if (m_hasTails)
        m_tails[list.first + list.count] = tail;
    ++list.count;
}

void RankedRows::clear(List& list, std::vector<RowId>& dropped)
{
    for (const Row& row : rows(list))
        dropped.push_back(row.id);
    giveBack(list);
    list = {};
}

} // namespace sluice::state
