// SPDX-License-Identifier: Apache-2.0
// How the partitions of a top-N are saved and loaded.
#include "engine/columns/types.h"
#include "engine/operators/late_expression.h"
#include "engine/operators/top_n_group.h"

#include <algorithm>
#include <limits>

namespace sluice::operators {
namespace {

Error damaged(std::string message)
{
    return {.code = ErrorCode::DecodeFailed,
            .message = std::move(message),
            .object = "top_n state",
            .hint = {},
            .cause = {}};
}

} // namespace

// The rows (state::RowStore); number of partitions; their keys (state::KeyIndex); for each its
// newest time, number of rows, and for each row the difference of its chunk to that of the row
// before it, as a zigzag varint, and its place in the chunk. No rows: the partition is gone.
Status TopPartitions::save(ByteWriter& out, bool isWhole, state::KeyIndex& index)
{
    dropAll();
    SLUICE_TRY(m_rows.save(out, isWhole));
    std::vector<std::uint32_t> numbers = std::move(m_unsaved);
    m_unsaved.clear();
    for (const std::uint32_t number : numbers)
        m_partitions[number].isUnsaved = false;
    if (isWhole) {
        for (const std::uint32_t number : numbers)
            if (m_partitions[number].list.count == 0)
                forget(number, index);
        numbers.clear();
        for (std::uint32_t number = 0; number < endNumber(); ++number)
            if (m_partitions[number].list.count > 0)
                numbers.push_back(number);
    }
    std::vector<std::uint32_t> keys;
    for (const std::uint32_t number : numbers)
        keys.push_back(m_partitions[number].key);
    out.varint(numbers.size());
    index.save(keys, out);
    for (const std::uint32_t number : numbers) {
        const TopRows& partition = m_partitions[number];
        out.i64(partition.newestUs);
        out.varint(partition.list.count);
        std::int64_t before = 0;
        for (const state::RankedRows::Row& row : rows(partition)) {
            const std::int64_t step = std::int64_t(state::chunkOf(row.id)) - before;
            before += step;
            out.varint((std::uint64_t(step) << 1) ^ std::uint64_t(step >> 63));
            out.varint(state::placeOf(row.id));
        }
        if (partition.list.count == 0)
            forget(number, index);
    }
    return ok();
}

// The order keys of the rows that a load has brought.
struct TopPartitions::LoadedOrder
{
    std::uint64_t firstChunk = 0;
    std::vector<std::pair<std::uint32_t, state::EncodedOrder>> chunks; // first place, keys behind

    const state::EncodedOrder* find(state::RowId id, std::size_t& row) const
    {
        const std::uint64_t at = state::chunkOf(id) - firstChunk;
        if (state::chunkOf(id) < firstChunk || at >= chunks.size()
            || state::placeOf(id) < chunks[at].first)
            return nullptr;
        row = state::placeOf(id) - chunks[at].first;
        return row < chunks[at].second.heads.size() ? &chunks[at].second : nullptr;
    }
};

Status TopPartitions::load(ByteReader& in, const state::OrderCodec& order, state::KeyIndex& index)
{
    const state::RowStore& store = m_rows.store();
    LoadedOrder loaded;
    std::uint32_t have = 0; // rows of the chunk that may get more
    if (store.endChunk() > store.firstChunk()) {
        loaded.firstChunk = store.endChunk() - 1;
        const arrow::RecordBatch* last = store.chunk(loaded.firstChunk);
        have = last ? std::uint32_t(last->num_rows()) : 0;
    }
    const bool isFirst = store.endChunk() == store.firstChunk();
    SLUICE_TRY(m_rows.load(in));
    if (isFirst)
        loaded.firstChunk = store.firstChunk();
    for (std::uint64_t number = loaded.firstChunk; number < store.endChunk(); ++number) {
        auto& [first, keys] = loaded.chunks.emplace_back(number == loaded.firstChunk ? have : 0,
                                                         state::EncodedOrder());
        const arrow::RecordBatch* rows = store.chunk(number);
        if (!rows || rows->num_rows() <= first)
            continue;
        arrow::ArrayVector columns;
        for (const auto& column : order.columns()) {
            SLUICE_TRY(auto values, columnNamed(*rows, column.field->name()));
            columns.push_back(values->Slice(first));
        }
        order.encode(columns, keys);
    }
    const std::uint64_t count = in.varint();
    SLUICE_TRY(in.status("top_n state"));
    if (count > std::numeric_limits<std::uint32_t>::max())
        return damaged("it has more partitions than there can be");
    state::KeyIndex::Numbers keys;
    index.load(std::size_t(count), in, keys);
    SLUICE_TRY(in.status("top_n state"));
    std::vector<std::uint32_t> numbers(keys.size());
    partitionsOf(keys, index, numbers.data());
    for (const std::uint32_t number : numbers) {
        m_partitions[number].newestUs = in.i64();
        const std::uint64_t rows = in.varint();
        SLUICE_TRY(loadPartition(number, rows, in, loaded));
        if (rows == 0)
            forget(number, index);
    }
    return in.status("top_n state");
}

Status TopPartitions::loadPartition(std::uint32_t number, std::uint64_t rows, ByteReader& in,
                                    const LoadedOrder& order)
{
    state::RankedRows::List& list = m_partitions[number].list;
    // Rows that were there before keep their order keys.
    std::vector<std::pair<state::RowId, state::OrderKey>> before;
    const auto old = m_ranked.rows(list);
    for (std::size_t i = 0; i < old.size(); ++i)
        before.emplace_back(old[i].id,
                            state::OrderKey{old[i].head, std::string(m_ranked.tail(list, i))});
    m_ranked.clear(list, m_dropped);
    dropAll();
    std::int64_t chunk = 0;
    for (std::uint64_t i = 0; i < rows; ++i) {
        const std::uint64_t step = in.varint();
        chunk += std::int64_t(step >> 1) ^ -std::int64_t(step & 1);
        const std::uint64_t place = in.varint();
        SLUICE_TRY(in.status("top_n state"));
        const state::RowId id = (state::RowId(chunk) << state::kChunkRowBits) + place;
        if (!m_rows.claim(id, number))
            return damaged("a row that it names is not there");
        std::size_t at = 0;
        if (const state::EncodedOrder* keys = order.find(id, at)) {
            m_ranked.append(list, keys->heads[at], keys->tail(at), id);
            continue;
        }
        const auto known
            = std::ranges::find(before, id, [](const auto& pair) { return pair.first; });
        if (known == before.end())
            return damaged("a row has come to another partition");
        m_ranked.append(list, known->second.head, known->second.tail, id);
    }
    return ok();
}

} // namespace sluice::operators
