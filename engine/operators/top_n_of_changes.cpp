// SPDX-License-Identifier: Apache-2.0
#include "engine/operators/top_n_of_changes.h"

#include "engine/columns/types.h"
#include "engine/operators/late_expression.h"
#include "engine/operators/retractions.h"
#include "engine/operators/state_version.h"

#include <algorithm>
#include <iterator>

namespace sluice::operators {
namespace {

constexpr std::uint8_t kStateVersion = 1;
constexpr std::int64_t kRowCost = 120; // its place, its count and two texts

} // namespace

TopNOfChanges::TopNOfChanges(TopNConfig config, std::unique_ptr<state::KeyIndex> keys,
                             state::OrderCodec order, state::KeyCodec rows)
    : m_config(std::move(config))
    , m_bound(m_config.bound)
    , m_keys(std::move(keys))
    , m_order(std::move(order))
    , m_rowCodec(std::move(rows))
{
}

std::int64_t TopNOfChanges::Row::bytes() const
{
    return kRowCost + std::int64_t(place.tail.size() + columns.size());
}

Status TopNOfChanges::encode(const arrow::RecordBatch& columns)
{
    SLUICE_TRY(const auto keys, columnsNamed(columns, m_config.partitionBy));
    SLUICE_TRY(const auto kept, columnsNamed(columns, m_config.kept));
    std::vector<std::string> names;
    for (const auto& column : m_order.columns())
        names.push_back(column.field->name());
    SLUICE_TRY(const auto places, columnsNamed(columns, names));
    m_keys->intern(keys, std::size_t(columns.num_rows()), m_numbers);
    m_order.encode(places, m_places);
    m_rowCodec.encode(kept, m_rows);
    if (m_partitions.size() < m_keys->size())
        m_partitions.resize(m_keys->size());
    return ok();
}

// Ranks count as ROW_NUMBER, with ties as RANK, and with ties there may be more than the limit.
std::vector<TopNOfChanges::Ranked> TopNOfChanges::firstOf(const Partition& partition) const
{
    std::vector<Ranked> out;
    const std::size_t limit = m_config.limit;
    partition.rows.eachUntil([&](const Row& row, std::int64_t count) {
        for (; count > 0; --count) {
            const bool isTie
                = m_config.withTies && !out.empty() && out.back().row.place == row.place;
            if (out.size() >= limit && !isTie)
                return false;
            out.push_back({row, isTie ? out.back().rank : std::int64_t(out.size()) + 1});
        }
        return true;
    });
    return out;
}

void TopNOfChanges::touch(std::uint32_t key)
{
    Partition& partition = m_partitions[key];
    if (!partition.isHeld)
        m_keys->retain(key);
    partition.isHeld = true;
    if (!partition.isUnsaved)
        m_unsaved.push_back(key);
    partition.isUnsaved = true;
}

void TopNOfChanges::apply(std::uint32_t key, Row row, std::int64_t by)
{
    Partition& partition = m_partitions[key];
    const std::size_t before = partition.rows.size();
    partition.rows.add(row, by);
    m_rowBytes += row.bytes()
        * (std::int64_t(partition.rows.size()) - std::int64_t(before)); // one, none, or one less
}

Status TopNOfChanges::process(std::size_t, const Batch& batch, flow::NodeContext& context)
{
    SLUICE_TRY(const auto isRetraction, retractionsOf(*batch.columns));
    SLUICE_TRY(encode(*batch.columns));
    m_touched.clear();
    for (std::size_t row = 0; row < m_numbers.size(); ++row) {
        const std::uint32_t key = m_numbers[row];
        Partition& partition = m_partitions[key];
        if (!partition.isTouched) {
            touch(key);
            partition.isTouched = true;
            m_touched.push_back({key, firstOf(partition)});
        }
        if (batch.eventTimes)
            partition.newestUs
                = std::max(partition.newestUs, batch.eventTime(std::int64_t(row)).us);
        apply(key, {m_places.key(row), std::string(m_rows.key(row))}, isRetraction[row] ? -1 : 1);
    }
    NodeCounters::add(context.counters().merged, std::uint64_t(batch.rows()));
    Changes changes;
    for (const Touched& touched : m_touched) {
        m_partitions[touched.key].isTouched = false;
        addChanges(touched, changes);
    }
    if (!changes.rows.empty())
        SLUICE_TRY(emit(std::move(changes), context));
    m_keys->collect();
    return tell(context);
}

// As top_n does of rows that are only added: with ranks each place is a result of its own, without
// them a row is; the only row of a partition is one result, whose values change.
void TopNOfChanges::addChanges(const Touched& touched, Changes& changes) const
{
    const Partition& partition = m_partitions[touched.key];
    const std::vector<Ranked>& shown = touched.shown;
    const std::vector<Ranked> now = firstOf(partition);
    const auto put = [&](const Ranked& row, flow::Change change) {
        changes.rows.push_back(row.row.columns);
        changes.out.changes.push_back(change);
        changes.out.times.push_back(partition.newestUs);
        if (!m_config.rankAs.empty())
            changes.out.ranks.push_back(row.rank);
    };
    if (!m_config.rankAs.empty()) {
        for (std::size_t i = 0; i < std::max(shown.size(), now.size()); ++i) {
            const bool was = i < shown.size(), is = i < now.size();
            if (was && is && shown[i].row == now[i].row && shown[i].rank == now[i].rank)
                continue;
            if (was)
                put(shown[i], is ? flow::Change::UpdateBefore : flow::Change::Delete);
            if (is)
                put(now[i], was ? flow::Change::UpdateAfter : flow::Change::Insert);
        }
        return;
    }
    std::vector<Ranked> gone, come;
    std::ranges::set_difference(shown, now, std::back_inserter(gone), {}, &Ranked::row,
                                &Ranked::row);
    std::ranges::set_difference(now, shown, std::back_inserter(come), {}, &Ranked::row,
                                &Ranked::row);
    const bool isUpdate
        = m_config.limit == 1 && !m_config.withTies && !gone.empty() && !come.empty();
    for (const Ranked& row : gone)
        put(row, isUpdate ? flow::Change::UpdateBefore : flow::Change::Delete);
    for (const Ranked& row : come)
        put(row, isUpdate ? flow::Change::UpdateAfter : flow::Change::Insert);
}

Status TopNOfChanges::emit(Changes changes, flow::NodeContext& context) const
{
    const std::vector<std::string_view> views(changes.rows.begin(), changes.rows.end());
    SLUICE_TRY(auto columns, m_rowCodec.decode(views));
    const auto rows = arrow::RecordBatch::Make(arrow::schema(m_rowCodec.fields()),
                                               std::int64_t(views.size()), std::move(columns));
    SLUICE_TRY(Batch batch, topRows(m_config, *rows, 0, changes.out));
    NodeCounters::add(context.counters().created, std::uint64_t(batch.rows()));
    context.emit(std::move(batch));
    return ok();
}

Status TopNOfChanges::onWatermark(EventTime, flow::NodeContext& context)
{
    return tell(context);
}

Status TopNOfChanges::tell(flow::NodeContext& context)
{
    const std::int64_t bytes = m_rowBytes + std::int64_t(m_keys->bytes())
        + std::int64_t(m_partitions.size() * sizeof(Partition) + m_unsaved.capacity() * 4);
    return m_bound.check(context.counters(), std::int64_t(m_keys->held()), bytes, "partitions");
}

// Once its last row is gone and that is saved.
void TopNOfChanges::forget(std::uint32_t key)
{
    m_partitions[key] = {};
    m_keys->release(key);
}

// The version; number of partitions, their keys, and for each its newest time and its rows
// (state::CountedValues): place and columns. Whole has all partitions, Changes what changed.
Result<flow::SaveKind> TopNOfChanges::save(ByteWriter& out, flow::SaveKind wanted)
{
    const bool isWhole = wanted == flow::SaveKind::Whole;
    if (!isWhole && m_unsaved.empty())
        return wanted;
    std::vector<std::uint32_t> keys = std::move(m_unsaved);
    m_unsaved.clear();
    if (isWhole) {
        keys.clear();
        for (std::uint32_t key = 0; key < m_partitions.size(); ++key)
            if (m_partitions[key].isHeld)
                keys.push_back(key);
    }
    out.u8(kStateVersion);
    out.varint(keys.size());
    m_keys->save(keys, out);
    for (const std::uint32_t key : keys) {
        Partition& partition = m_partitions[key];
        partition.isUnsaved = false;
        out.i64(partition.newestUs);
        partition.rows.save(out, isWhole, [](const Row& row, ByteWriter& to) {
            to.u64(row.place.head.first);
            to.u64(row.place.head.second);
            to.u64(row.place.head.third);
            to.bytes(row.place.tail);
            to.bytes(row.columns);
        });
        if (partition.rows.empty())
            forget(key);
    }
    m_keys->collect();
    return wanted;
}

Status TopNOfChanges::load(ByteReader& in, flow::SaveKind kind)
{
    SLUICE_TRY(readStateVersion(in, kStateVersion, m_config.node, "the partitions"));
    for (std::uint32_t key = 0; kind == flow::SaveKind::Whole && key < m_partitions.size(); ++key)
        if (m_partitions[key].isHeld)
            forget(key);
    if (kind == flow::SaveKind::Whole)
        m_rowBytes = 0;
    const std::uint64_t count = in.varint();
    SLUICE_TRY(in.status("top_n state"));
    state::KeyIndex::Numbers keys;
    m_keys->load(std::size_t(count), in, keys);
    SLUICE_TRY(in.status("top_n state"));
    if (m_partitions.size() < m_keys->size())
        m_partitions.resize(m_keys->size());
    for (const std::uint32_t key : keys) {
        Partition& partition = m_partitions[key];
        if (!partition.isHeld)
            m_keys->retain(key);
        partition.isHeld = true;
        partition.newestUs = in.i64();
        partition.rows.load(in, [](Row& row, ByteReader& from) {
            row.place.head.first = from.u64();
            row.place.head.second = from.u64();
            row.place.head.third = from.u64();
            row.place.tail = from.bytes();
            row.columns = from.bytes();
        });
        SLUICE_TRY(in.status("top_n state"));
        if (partition.rows.empty())
            forget(key);
    }
    m_rowBytes = 0;
    for (const Partition& partition : m_partitions)
        partition.rows.each([this](const Row& row, std::int64_t times) {
            m_rowBytes += times > 0 ? row.bytes() : 0;
        });
    return in.status("top_n state");
}

} // namespace sluice::operators
