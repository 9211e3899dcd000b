// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/base/time.h"
#include "engine/state/key_codec.h"
#include "engine/state/key_table.h"
#include "engine/state/row_store.h"

#include <deque>
#include <string>
#include <vector>

namespace sluice::state {

/// The column of kept rows that holds their event time, in microseconds (int64, no nulls).
inline constexpr const char* kRowTimeColumn = "#event_time";

/// Rows of one side of a join: a RowStore, and for each key the chain of its rows, newest first. A
/// row costs 20 bytes besides its columns. Rows with a null in their key are kept but are in no
/// chain: null equals nothing. One thread.
class KeyedRows
{
public:
    /// codec: for the columns named keys, which kept rows have besides kRowTimeColumn.
    KeyedRows(KeyCodec codec, std::vector<std::string> keys);

    /// Keeps all rows of a batch; returns the id of its first row, the others follow by one.
    Result<RowId> append(const arrow::RecordBatch& rows);

    void prefetch(std::uint64_t hash) const { m_keys.prefetch(hash); }
    /// Returns the newest row of a key, kNoRow if it has none.
    RowId newest(std::string_view key, std::uint64_t hash) const
    {
        const std::uint32_t number = m_keys.find(key, hash);
        return number == KeyTable::kNone ? kNoRow : m_heads[number];
    }
    /// Calls visit(id, time) for the rows of a chain from id on, newest arrival first, that are
    /// kept and not before `from`; ends early when visit returns false. Rows before `from` cost
    /// nothing when they came in about the order of time.
    template <class Visit> void walk(RowId id, std::int64_t from, Visit visit) const
    {
        while (id != kNoRow) {
            const Links& links = m_links[chunkOf(id) - m_firstLinks];
            const std::uint32_t place = placeOf(id);
            if (links.reach[place] < from)
                return; // neither it nor any row before it is newer
            if (links.times && links.times[place] >= from && !visit(id, links.times[place]))
                return;
            id = links.previous[place];
        }
    }
    /// The keys of the rows appended last, and whether one of them is in no chain.
    const EncodedKeys& appendedKeys() const { return m_encoded; }
    bool isLoose(std::size_t appended) const { return m_isLoose[appended]; }

    /// A row may carry a mark, for its owner to mean something by; it is not part of a save.
    void mark(RowId id) { m_links[chunkOf(id) - m_firstLinks].marks[placeOf(id)] = true; }
    bool isMarked(RowId id) const { return m_links[chunkOf(id) - m_firstLinks].marks[placeOf(id)]; }
    std::vector<RowId> marked() const;
    /// Keys are numbered from 0 to keys() - 1 until rows are released; kNone: the row has none.
    std::uint32_t keyNumber(RowId id) const
    {
        return m_links[chunkOf(id) - m_firstLinks].key[placeOf(id)];
    }
    std::string_view key(std::uint32_t number) const { return m_keys.key(number); }
    /// Returns the row of a chain, from id on, with the greatest time up to `time`; of equal ones
    /// the last to come; kNoRow if there is none.
    RowId latestAt(RowId id, std::int64_t time) const;
    /// Calls visit(newest) for the chain of every key.
    template <class Visit> void forEachChain(Visit visit) const
    {
        for (const RowId newest : m_heads)
            visit(newest);
    }
    /// Calls visit(id, time) for every row, in the order they came.
    template <class Visit> void forEach(Visit visit) const
    {
        for (std::size_t i = 0; i < m_links.size(); ++i)
            for (std::size_t place = 0; m_links[i].times && place < m_links[i].key.size(); ++place)
                visit(((m_firstLinks + i) << kChunkRowBits) + place, m_links[i].times[place]);
    }
    std::int64_t time(RowId id) const
    {
        return m_links[chunkOf(id) - m_firstLinks].times[placeOf(id)];
    }
    bool has(RowId id) const { return m_rows.has(id); }
    Result<std::shared_ptr<arrow::RecordBatch>> gather(std::span<const RowId> ids) const
    {
        return m_rows.gather(ids);
    }
    const RowStore& store() const { return m_rows; }

    /// Lets go of the chunks whose rows are all older than `time`.
    void releaseBefore(std::int64_t time);

    std::size_t keys() const { return m_keys.size(); }
    std::int64_t rows() const { return m_rows.rows(); }
    std::int64_t bytes() const;

    Status save(ByteWriter& out, bool isWhole) { return m_rows.save(out, isWhole); }
    bool hasUnsaved() const { return m_rows.hasUnsaved(); }
    Status load(ByteReader& in);
    void clear();

private:
    // What belongs to the rows of a chunk; outlives the chunk until the chains are made anew.
    struct Links
    {
        const std::int64_t* times = nullptr; // of the chunk's time column; null once it is released
        std::vector<RowId> previous;         // the row of the same key that came before
        std::vector<std::int64_t> reach;     // the newest time among the row and those before it
        std::vector<std::uint32_t> key;
        std::vector<bool> marks;
        std::int64_t newest = INT64_MIN;
    };
    Status link(std::uint64_t chunk);
    void chain(Links& links, RowId id, std::uint32_t key);
    void relink();

    KeyCodec m_codec;
    std::vector<std::string> m_keyNames;
    RowStore m_rows;
    KeyTable m_keys;
    std::vector<RowId> m_heads; // by key number
    std::deque<Links> m_links;
    std::uint64_t m_firstLinks = 0;
    std::int64_t m_released = 0; // rows whose links are kept although they are gone
    EncodedKeys m_encoded;       // of the rows appended last
    std::vector<bool> m_isLoose;
};

/// Returns for each row whether one of the columns is null.
std::vector<bool> rowsWithNull(const std::vector<std::shared_ptr<arrow::Array>>& columns,
                               std::int64_t rows);

} // namespace sluice::state
