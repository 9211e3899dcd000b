// SPDX-License-Identifier: Apache-2.0
#include "engine/state/keyed_rows.h"

#include <algorithm>

#include <arrow/array/array_primitive.h>

namespace sluice::state {
namespace {

constexpr std::int64_t kFewRows = 4096; // not worth making the chains anew for

Error missing(const std::string& column)
{
    return {.code = ErrorCode::Internal,
            .message = "kept rows have no column \"" + column + "\"",
            .object = column,
            .hint = {},
            .cause = {}};
}

} // namespace

std::vector<bool> rowsWithNull(const std::vector<std::shared_ptr<arrow::Array>>& columns,
                               std::int64_t rows)
{
    std::vector<bool> out(std::size_t(rows), false);
    for (const auto& column : columns)
        for (std::int64_t row = 0; column->null_count() > 0 && row < rows; ++row)
            out[std::size_t(row)] = out[std::size_t(row)] || column->IsNull(row);
    return out;
}

KeyedRows::KeyedRows(KeyCodec codec, std::vector<std::string> keys)
    : m_codec(std::move(codec))
    , m_keyNames(std::move(keys))
{
}

Result<RowId> KeyedRows::append(const arrow::RecordBatch& rows)
{
    SLUICE_TRY(const RowId first, m_rows.append(rows));
    SLUICE_TRY(link(chunkOf(first)));
    return first;
}

// Chains the rows of a chunk that are not chained yet.
Status KeyedRows::link(std::uint64_t chunk)
{
    if (m_links.empty())
        m_firstLinks = chunk;
    while (m_firstLinks + m_links.size() <= chunk)
        m_links.emplace_back();
    Links& links = m_links[chunk - m_firstLinks];
    const arrow::RecordBatch& columns = *m_rows.chunk(chunk);
    const auto times = columns.GetColumnByName(kRowTimeColumn);
    if (!times || times->type_id() != arrow::Type::INT64)
        return missing(kRowTimeColumn);
    links.times = static_cast<const arrow::Int64Array&>(*times).raw_values();
    const auto begin = std::int64_t(links.previous.size());
    const std::int64_t count = columns.num_rows() - begin;
    arrow::ArrayVector keys;
    for (const std::string& name : m_keyNames) {
        const auto column = columns.GetColumnByName(name);
        if (!column)
            return missing(name);
        keys.push_back(column->Slice(begin));
    }
    m_codec.encode(keys, m_encoded);
    m_isLoose = rowsWithNull(keys, count);
    links.previous.resize(std::size_t(begin + count));
    links.reach.resize(links.previous.size());
    links.key.resize(links.previous.size());
    links.marks.resize(links.previous.size());
    constexpr std::size_t kAhead = 12;
    const auto rows = std::size_t(count);
    for (std::size_t i = 0; i < rows; ++i) {
        if (i + kAhead < rows)
            m_keys.prefetch(m_encoded.hashes[i + kAhead]);
        const RowId id = (chunk << kChunkRowBits) + std::uint64_t(begin) + i;
        chain(links, id,
              m_isLoose[i] ? KeyTable::kNone
                           : m_keys.intern(m_encoded.key(i), m_encoded.hashes[i]));
    }
    return ok();
}

void KeyedRows::chain(Links& links, RowId id, std::uint32_t key)
{
    const std::uint32_t place = placeOf(id);
    const std::int64_t time = links.times[place];
    links.newest = std::max(links.newest, time);
    links.key[place] = key;
    links.previous[place] = kNoRow;
    links.reach[place] = time;
    if (key == KeyTable::kNone)
        return;
    if (key >= m_heads.size())
        m_heads.push_back(kNoRow);
    const RowId before = m_heads[key];
    if (before != kNoRow) {
        const Links& from = m_links[chunkOf(before) - m_firstLinks];
        links.previous[place] = before;
        links.reach[place] = std::max(time, from.reach[placeOf(before)]);
    }
    m_heads[key] = id;
}

std::vector<RowId> KeyedRows::marked() const
{
    std::vector<RowId> out;
    forEach([&](RowId id, std::int64_t) {
        if (isMarked(id))
            out.push_back(id);
    });
    return out;
}

RowId KeyedRows::latestAt(RowId id, std::int64_t time) const
{
    RowId best = kNoRow;
    std::int64_t bestTime = INT64_MIN;
    while (id != kNoRow) {
        const Links& links = m_links[chunkOf(id) - m_firstLinks];
        const std::uint32_t place = placeOf(id);
        if (best != kNoRow && links.reach[place] <= bestTime)
            break; // no row before it is newer
        if (links.times && links.times[place] <= time
            && (best == kNoRow || links.times[place] > bestTime)) {
            best = id;
            bestTime = links.times[place];
        }
        id = links.previous[place];
    }
    return best;
}

void KeyedRows::releaseBefore(std::int64_t time)
{
    for (std::uint64_t i = 0; i < m_links.size(); ++i) {
        Links& links = m_links[i];
        if (!links.times || links.newest >= time)
            continue;
        m_rows.release(m_firstLinks + i);
        links.times = nullptr;
        m_released += std::int64_t(links.previous.size());
    }
    if (m_released > 0 && m_rows.rows() == 0)
        clear();
    else if (m_released > kFewRows && m_released > m_rows.rows())
        relink();
}

// Makes the keys and chains anew over the rows that are kept. At most as many rows are walked as
// were released since the last time.
void KeyedRows::relink()
{
    KeyTable before;
    std::swap(before, m_keys);
    m_keys.reserve(before.size() / 2);
    std::vector<std::uint32_t> renamed(before.size(), KeyTable::kNone);
    m_heads.clear();
    while (!m_links.empty() && !m_links.front().times) {
        m_links.pop_front();
        ++m_firstLinks;
    }
    for (std::uint64_t i = 0; i < m_links.size(); ++i) {
        Links& links = m_links[i];
        if (!links.times) {
            links = {};
            continue;
        }
        for (std::size_t place = 0; place < links.previous.size(); ++place) {
            std::uint32_t key = links.key[place];
            if (key != KeyTable::kNone) {
                std::uint32_t& now = renamed[key];
                if (now == KeyTable::kNone)
                    now = m_keys.intern(before.key(key), hashBytes(before.key(key)));
                key = now;
            }
            chain(links, ((m_firstLinks + i) << kChunkRowBits) + place, key);
        }
    }
    m_released = 0;
}

std::int64_t KeyedRows::bytes() const
{
    std::int64_t total = m_rows.bytes() + std::int64_t(m_keys.bytes())
        + std::int64_t(m_heads.capacity() * sizeof(RowId));
    constexpr std::size_t kOfRow = sizeof(RowId) + sizeof(std::int64_t) + sizeof(std::uint32_t);
    for (const Links& links : m_links)
        total += std::int64_t(links.previous.capacity() * kOfRow);
    return total;
}

Status KeyedRows::load(ByteReader& in)
{
    SLUICE_TRY(m_rows.load(in));
    for (std::uint64_t number = m_rows.firstChunk(); number < m_rows.endChunk(); ++number) {
        const bool isLinked = number >= m_firstLinks && number - m_firstLinks < m_links.size()
            && m_links[number - m_firstLinks].previous.size()
                == std::size_t(m_rows.chunk(number) ? m_rows.chunk(number)->num_rows() : 0);
        if (m_rows.chunk(number) && !isLinked)
            SLUICE_TRY(link(number));
    }
    return ok();
}

void KeyedRows::clear()
{
    m_rows.clear();
    m_keys.clear(); // the next window has as many
    m_heads.clear();
    m_links.clear();
    m_released = 0;
}

} // namespace sluice::state
