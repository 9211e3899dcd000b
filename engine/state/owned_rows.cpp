// SPDX-License-Identifier: Apache-2.0
#include "engine/state/owned_rows.h"

#include <optional>

namespace sluice::state {
namespace {

// Rows that are gone, or would be moved, before a sweep is worth its calls.
constexpr std::int64_t kWorthASweep = 4096;

} // namespace

void OwnedRows::cover()
{
    while (m_first < m_rows.firstChunk() && !m_chunks.empty()) {
        m_chunks.pop_front();
        ++m_first;
    }
    if (m_chunks.empty())
        m_first = m_rows.firstChunk();
    while (m_first + m_chunks.size() < m_rows.endChunk())
        m_chunks.emplace_back();
}

Result<RowId> OwnedRows::append(const arrow::RecordBatch& rows,
                                std::span<const std::uint32_t> owners)
{
    SLUICE_TRY(const RowId first, m_rows.append(rows));
    cover();
    auto& all = chunk(chunkOf(first)).owners;
    all.resize(placeOf(first), kNobody);
    all.insert(all.end(), owners.begin(), owners.end());
    chunk(chunkOf(first)).owned += std::uint32_t(owners.size());
    m_owned += std::int64_t(owners.size());
    return first;
}

void OwnedRows::list(std::uint64_t number)
{
    Chunk& sparse = chunk(number);
    sparse.isListed = true;
    m_sparse.push_back(number);
    m_sparseOwned += sparse.owned;
    m_sparseGone += std::int64_t(sparse.owners.size()) - sparse.owned;
}

void OwnedRows::drop(RowId id)
{
    Chunk& from = chunk(chunkOf(id));
    from.owners[placeOf(id)] = kNobody;
    --from.owned;
    --m_owned;
    if (!from.isListed && isSparse(from))
        list(chunkOf(id));
}

Status OwnedRows::sweep(const Moved& moved)
{
    if (m_isLoaded) {
        for (std::uint64_t number = m_rows.firstChunk(); number < m_rows.endChunk(); ++number)
            if (m_rows.chunk(number) && !chunk(number).isListed && isSparse(chunk(number)))
                list(number);
        m_isLoaded = false;
    }
    if (m_sparseOwned < kWorthASweep && m_sparseGone < kWorthASweep)
        return ok();
    std::vector<RowId> ids;
    std::vector<std::uint32_t> owners;
    std::vector<std::uint64_t> swept;
    std::optional<std::uint64_t> newest;
    while (!m_sparse.empty() && ids.size() < kSweep) {
        const std::uint64_t number = m_sparse.back();
        m_sparse.pop_back();
        if (number + 1 == m_rows.endChunk()) {
            newest = number; // what is moved may come behind its rows
            continue;
        }
        Chunk& sparse = chunk(number);
        sparse.isListed = false;
        if (!isSparse(sparse))
            continue; // rows have come since
        swept.push_back(number);
        for (std::uint32_t place = 0; place < sparse.owners.size(); ++place) {
            if (sparse.owners[place] == kNobody)
                continue;
            ids.push_back((number << kChunkRowBits) + place);
            owners.push_back(sparse.owners[place]);
        }
    }
    if (m_sparse.empty())
        m_sparseOwned = m_sparseGone = 0;
    if (newest)
        list(*newest);
    if (!ids.empty()) {
        SLUICE_TRY(const auto rows, m_rows.gather(ids));
        SLUICE_TRY(RowId next, append(*rows, owners));
        for (std::size_t i = 0; i < ids.size(); ++i)
            moved(owners[i], ids[i], next++);
    }
    m_owned -= std::int64_t(ids.size());
    for (const std::uint64_t number : swept) {
        chunk(number) = {};
        m_rows.release(number);
    }
    cover();
    return ok();
}

std::int64_t OwnedRows::bytes() const
{
    return m_rows.bytes() + m_rows.rows() * std::int64_t(sizeof(std::uint32_t));
}

Status OwnedRows::load(ByteReader& in)
{
    SLUICE_TRY(m_rows.load(in));
    cover();
    m_isLoaded = true;
    for (std::uint64_t number = m_rows.firstChunk(); number < m_rows.endChunk(); ++number)
        if (const arrow::RecordBatch* rows = m_rows.chunk(number))
            chunk(number).owners.resize(std::size_t(rows->num_rows()), kNobody);
    return ok();
}

bool OwnedRows::claim(RowId id, std::uint32_t owner)
{
    if (!m_rows.has(id) || placeOf(id) >= chunk(chunkOf(id)).owners.size())
        return false;
    Chunk& in = chunk(chunkOf(id));
    in.owned += in.owners[placeOf(id)] == kNobody;
    m_owned += in.owners[placeOf(id)] == kNobody;
    in.owners[placeOf(id)] = owner;
    return true;
}

} // namespace sluice::state
