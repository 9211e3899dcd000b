// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/state/flat_array.h"
#include "engine/state/order_codec.h"
#include "engine/state/row_store.h"

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace sluice::state {

/// The best rows of many partitions, a short list each, best first, all in one arena: blocks of 1,
/// 2, 4 ... rows that are given back and used again, so that a list costs no allocation. A row is
/// 32 bytes; the rest of a long order key lies beside it. One thread.
class RankedRows
{
public:
    struct Row
    {
        OrderHead head;
        RowId id = kNoRow;
    };
    /// Which block a list has; kept by whoever owns the list, given back by clear().
    struct List
    {
        std::uint32_t first = 0, count = 0;
        std::uint8_t size = 0; // of the block: 0 = none, 1 = one row, 2 = two, 3 = four ...
    };

    /// limit: rows that a list has; withTies: and more that are equal to the limit-th.
    RankedRows(std::size_t limit, bool withTies, bool hasTails)
        : m_limit(limit)
        , m_withTies(withTies)
        , m_hasTails(hasTails)
    {
    }

    std::span<Row> rows(const List& list) { return {m_rows.data() + list.first, list.count}; }
    std::span<const Row> rows(const List& list) const
    {
        return {m_rows.data() + list.first, list.count};
    }
    /// Begins to fetch what a comparison with a list's rows will need.
    void prefetch(const List& list) const
    {
        if (list.count > 0)
            __builtin_prefetch(m_rows.data() + list.first + list.count - 1);
    }
    /// Whether a row of a batch is not worth inserting.
    bool isBeaten(const List& list, const EncodedOrder& order, std::size_t row) const
    {
        if (list.count < m_limit)
            return false;
        const std::strong_ordering place = compare(order, row, list.first + m_limit - 1);
        return place > 0 || (place == 0 && !m_withTies);
    }
    /// Puts a row that is not beaten into its place; of equal rows the one that came first is
    /// first. Appends the ids of rows that are among the best no more.
    void insert(List& list, const EncodedOrder& order, std::size_t row, RowId id,
                std::vector<RowId>& dropped);
    /// Puts a row behind the others of its list, as they were saved.
    void append(List& list, const OrderHead& head, std::string_view tail, RowId id);
    void clear(List& list, std::vector<RowId>& dropped);

    /// Whether two rows of a list have the same place in the order.
    bool isTie(const List& list, std::size_t a, std::size_t b) const
    {
        return m_rows[list.first + a].head == m_rows[list.first + b].head
            && (!m_hasTails || m_tails[list.first + a] == m_tails[list.first + b]);
    }
    std::string_view tail(const List& list, std::size_t at) const
    {
        return m_hasTails ? std::string_view(m_tails[list.first + at]) : std::string_view();
    }

    std::size_t bytes() const { return m_rows.bytes() + m_tails.size() * sizeof(std::string); }

private:
    std::strong_ordering compare(const EncodedOrder& order, std::size_t row, std::size_t at) const
    {
        const auto heads = order.heads[row] <=> m_rows[at].head;
        return heads != 0 || !m_hasTails ? heads : order.tail(row) <=> m_tails[at];
    }
    std::size_t roomOf(std::uint8_t size) const;
    void makeRoom(List& list);
    void giveBack(const List& list);

    const std::size_t m_limit;
    const bool m_withTies, m_hasTails;
    FlatArray<Row> m_rows;
    std::vector<std::string> m_tails;                  // beside m_rows; empty without tails
    std::array<std::vector<std::uint32_t>, 33> m_free; // blocks, by size
};

} // namespace sluice::state
