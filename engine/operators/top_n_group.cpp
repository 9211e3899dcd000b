// SPDX-License-Identifier: Apache-2.0
#include "engine/operators/top_n_group.h"

#include "engine/columns/batch.h"
#include "engine/columns/types.h"
#include "engine/operators/late_expression.h"
#include "engine/state/row_bytes.h"

#include <algorithm>

namespace sluice::operators {
namespace {

constexpr std::int64_t kFewRows = 4096; // not worth a compaction

} // namespace

bool TopRows::isBeaten(const state::EncodedOrder& order, std::size_t row, std::size_t limit,
                       bool withTies) const
{
    if (rows.size() < limit)
        return false;
    const state::OrderKey& last = rows[limit - 1].order;
    return !order.isBefore(row, last) && !(withTies && order.isEqual(row, last));
}

bool TopRows::insert(const state::EncodedOrder& order, std::size_t row, state::RowId id,
                     std::size_t limit, bool withTies)
{
    if (isBeaten(order, row, limit, withTies))
        return false;
    const auto place = std::partition_point(rows.begin(), rows.end(), [&](const Row& before) {
        return !order.isBefore(row, before.order);
    });
    rows.insert(place, Row{order.key(row), id});
    std::size_t kept = std::min(rows.size(), limit);
    while (withTies && kept < rows.size() && rows[kept].order == rows[limit - 1].order)
        ++kept;
    rows.resize(kept);
    return true;
}

TopRows& TopPartitions::partition(std::string_view key, std::uint64_t hash)
{
    const std::uint32_t number = m_keys.intern(key, hash);
    if (number == m_partitions.size())
        m_partitions.emplace_back();
    return m_partitions[number];
}

Status TopPartitions::keep(const std::shared_ptr<arrow::RecordBatch>& batch,
                           const std::vector<std::uint32_t>& touched)
{
    std::vector<std::uint32_t> places;
    for (const std::uint32_t number : touched)
        for (const TopRows::Row& row : m_partitions[number].rows)
            if (row.id & kInBatch)
                places.push_back(std::uint32_t(row.id & ~kInBatch));
    if (places.empty())
        return ok();
    Batch whole;
    whole.columns = batch;
    auto taken = takeRows(whole, places);
    if (!taken.ok())
        return errorFromArrow(taken.status(), "top_n");
    SLUICE_TRY(state::RowId next, m_rows.append(*taken->columns));
    for (const std::uint32_t number : touched)
        for (TopRows::Row& row : m_partitions[number].rows)
            if (row.id & kInBatch)
                row.id = next++;
    return ok();
}

Status TopPartitions::compact()
{
    std::vector<state::RowId> ids;
    for (const TopRows& partition : m_partitions)
        for (const TopRows::Row& row : partition.rows)
            ids.push_back(row.id);
    const auto live = std::int64_t(ids.size());
    if (m_rows.rows() <= kFewRows || m_rows.rows() <= 2 * live)
        return ok();
    SLUICE_TRY(const auto rows, m_rows.gather(ids));
    m_rows.clear();
    SLUICE_TRY(state::RowId next, m_rows.append(*rows));
    for (TopRows& partition : m_partitions)
        for (TopRows::Row& row : partition.rows)
            row.id = next++;
    return ok();
}

void TopPartitions::forgetEmpty()
{
    const auto empty = std::ranges::count_if(m_partitions, [](const TopRows& partition) {
        return partition.rows.empty();
    });
    if (empty * 2 <= std::ptrdiff_t(m_partitions.size()))
        return;
    state::KeyTable keys;
    std::vector<TopRows> kept;
    for (std::uint32_t number = 0; number < size(); ++number) {
        if (m_partitions[number].rows.empty())
            continue;
        const std::string_view key = m_keys.key(number);
        keys.intern(key, state::hashBytes(key));
        kept.push_back(std::move(m_partitions[number]));
    }
    m_keys = std::move(keys);
    m_partitions = std::move(kept);
}

// Number of partitions; for each its key, newest time and number of rows; then all their rows.
Status TopPartitions::save(ByteWriter& out, const std::vector<std::uint32_t>& numbers)
{
    std::vector<state::RowId> ids;
    out.varint(numbers.size());
    for (const std::uint32_t number : numbers) {
        TopRows& partition = m_partitions[number];
        partition.isUnsaved = false;
        out.bytes(m_keys.key(number));
        out.i64(partition.newestUs);
        out.varint(partition.rows.size());
        for (const TopRows::Row& row : partition.rows)
            ids.push_back(row.id);
    }
    out.varint(ids.size());
    if (ids.empty())
        return ok();
    SLUICE_TRY(const auto rows, m_rows.gather(ids));
    return state::writeRows(*rows, out);
}

Status TopPartitions::load(ByteReader& in, const state::OrderCodec& order)
{
    std::vector<std::pair<std::uint32_t, std::uint64_t>> counts; // partition, rows
    const std::uint64_t count = in.varint();
    for (std::uint64_t i = 0; i < count && !in.hasFailed(); ++i) {
        const std::string_view key = in.bytes();
        TopRows& into = partition(key, state::hashBytes(key));
        into.newestUs = in.i64();
        into.rows.clear();
        counts.emplace_back(numberOf(into), in.varint());
    }
    const std::uint64_t total = in.varint();
    SLUICE_TRY(in.status("top_n state"));
    if (total == 0)
        return ok();
    SLUICE_TRY(const auto rows, state::readRows(in));
    arrow::ArrayVector columns;
    for (const auto& column : order.columns()) {
        SLUICE_TRY(auto values, columnNamed(*rows, column.field->name()));
        columns.push_back(std::move(values));
    }
    state::EncodedOrder encoded;
    order.encode(columns, encoded);
    SLUICE_TRY(state::RowId next, m_rows.append(*rows));
    std::size_t row = 0;
    for (const auto& [number, size] : counts)
        for (std::uint64_t i = 0; i < size && row < encoded.heads.size(); ++i, ++row)
            m_partitions[number].rows.push_back({encoded.key(row), next++});
    return row == total && row == encoded.heads.size()
        ? ok()
        : Status(Error{.code = ErrorCode::DecodeFailed,
                       .message = "the numbers of rows differ",
                       .object = "top_n state",
                       .hint = {},
                       .cause = {}});
}

} // namespace sluice::operators
