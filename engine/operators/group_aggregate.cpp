// SPDX-License-Identifier: Apache-2.0
#include "engine/operators/group_aggregate.h"

#include "engine/flow/change_stream.h"
#include "engine/operators/late_expression.h"
#include "engine/operators/retractions.h"

#include <algorithm>

#include <arrow/array/array_binary.h>

namespace sluice::operators {
namespace {

constexpr std::size_t kMostChanges = 16384; // of a batch that is emitted
constexpr std::size_t kAhead = 24;          // rows, of the groups that are fetched ahead

std::int64_t floorDivided(std::int64_t value, std::int64_t by)
{
    return value / by - (value % by < 0 ? 1 : 0);
}

std::shared_ptr<arrow::Schema> resultSchema(const std::vector<AggregateEntry>& entries)
{
    arrow::FieldVector fields;
    for (const AggregateEntry& entry : entries)
        fields.push_back(arrow::field(entry.name, entry.aggregate.output));
    return arrow::schema(fields);
}

} // namespace

GroupAggregate::GroupAggregate(GroupConfig config, std::unique_ptr<state::KeyIndex> keys)
    : m_config(std::move(config))
    , m_bound(m_config.bound)
    , m_calls(m_config.aggregates)
    , m_keys(std::move(keys))
    , m_cells(m_config.aggregates)
    , m_changes(resultSchema(m_config.aggregates))
{
}

Status GroupAggregate::internKeys(const arrow::RecordBatch& columns)
{
    SLUICE_TRY(const auto keys, columnsNamed(columns, m_config.keys));
    m_keys->intern(keys, std::size_t(columns.num_rows()), m_numbers);
    m_groups.resize(std::max<std::size_t>(m_groups.size(), m_keys->size()));
    return ok();
}

void GroupAggregate::markUnsaved(std::uint32_t key)
{
    if (m_groups[key].isUnsaved)
        return;
    m_groups[key].isUnsaved = true;
    m_unsaved.push_back(key);
    m_keys->retain(key); // its bytes are needed to say that it is gone
}

void GroupAggregate::setTimer(std::uint32_t key)
{
    const std::int64_t length = std::max<std::int64_t>(1, m_config.timeToLive / 16);
    m_timers[floorDivided(m_groups[key].time + m_config.timeToLive, length)].push_back(key);
}

// Finds the group of each row and keeps what was shown of those that change for the first time
// since the last emission.
Status GroupAggregate::touch(const Batch& batch, const std::vector<std::uint8_t>& isRetraction)
{
    std::vector<std::uint32_t> changed, shownCells;
    std::vector<std::uint8_t> wasShown;
    const std::int64_t* times = batch.eventTimes ? batch.eventTimes->raw_values() : nullptr;
    m_rowCells.resize(m_numbers.size());
    for (std::size_t row = 0; row < m_numbers.size(); ++row) {
        const std::uint32_t key = m_numbers[row];
        if (row + kAhead < m_numbers.size())
            __builtin_prefetch(&m_groups[m_numbers[row + kAhead]], 1);
        Group& group = m_groups[key];
        group.rows += isRetraction.empty() || !isRetraction[row] ? 1 : -1;
        if (times)
            group.time = std::max(group.time, times[row]);
        if (!group.isTouched) {
            group.isTouched = true;
            if (group.cell == kNone) {
                group.cell = m_cells.allocate();
                group.isNew = true;
                ++m_groupCount;
                m_keys->retain(key);
                if (m_config.timeToLive > 0)
                    setTimer(key);
            }
            changed.push_back(key);
            wasShown.push_back(group.isShown);
            if (group.isShown)
                shownCells.push_back(group.cell);
        }
        markUnsaved(key);
        m_rowCells[row] = group.cell;
    }
    m_cells.grow();
    if (changed.empty())
        return ok();
    arrow::ArrayVector results;
    if (!shownCells.empty())
        SLUICE_TRY(m_cells.results(shownCells, results));
    m_changes.add(changed, wasShown, std::move(results));
    return ok();
}

void GroupAggregate::apply(const AggregateArguments& arguments, const Batch& batch,
                           const std::vector<std::uint8_t>& isRetraction)
{
    const std::int64_t* times = batch.eventTimes ? batch.eventTimes->raw_values() : nullptr;
    if (isRetraction.empty()) {
        m_cells.add(arguments, {times, nullptr, m_rowCells.data(), m_rowCells.size()});
        return;
    }
    // What comes is added before what goes is taken out: never less than nothing is left.
    for (const bool isAway : {false, true}) {
        m_rows.clear();
        std::vector<std::uint32_t> cells;
        for (std::size_t row = 0; row < m_rowCells.size(); ++row) {
            if (bool(isRetraction[row]) != isAway)
                continue;
            m_rows.push_back(std::uint32_t(row));
            cells.push_back(m_rowCells[row]);
        }
        const CellRows rows{times, m_rows.data(), cells.data(), cells.size()};
        if (isAway)
            m_cells.deduct(arguments, rows);
        else
            m_cells.add(arguments, rows);
    }
}

Status GroupAggregate::process(std::size_t, const Batch& batch, flow::NodeContext& context)
{
    expr::EvalErrors errors;
    SLUICE_TRY(const AggregateArguments arguments, m_calls.evaluate(batch, errors));
    if (!errors.empty()) {
        errors.settle();
        SLUICE_TRY(const Batch rest, withoutFailedRows(batch, errors, "aggregates", context));
        return rest.rows() == 0 ? ok() : process(0, rest, context);
    }
    std::vector<std::uint8_t> isRetraction; // empty if the input only adds
    if (m_config.readsChanges) {
        SLUICE_TRY(isRetraction, retractionsOf(*batch.columns));
    }
    SLUICE_TRY(internKeys(*batch.columns));
    SLUICE_TRY(touch(batch, isRetraction));
    apply(arguments, batch, isRetraction);
    NodeCounters::add(context.counters().merged, std::uint64_t(batch.rows()));
    if (m_config.emitEvery == 0)
        SLUICE_TRY(emitChanges(context));
    return tell(context);
}

Status GroupAggregate::emitChanges(flow::NodeContext& context)
{
    const std::vector<GroupChange>& all = m_changes.changes();
    std::vector<std::uint32_t> gone;
    for (std::size_t from = 0; from < all.size(); from += kMostChanges) {
        const std::size_t to = std::min(from + kMostChanges, all.size());
        std::vector<GroupChange> changes(all.begin() + std::ptrdiff_t(from),
                                         all.begin() + std::ptrdiff_t(to));
        std::vector<std::uint32_t> keys, cells;
        std::vector<std::int64_t> times;
        for (GroupChange& change : changes) {
            Group& group = m_groups[change.key];
            change.isThere = group.rows > 0;
            keys.push_back(change.key);
            times.push_back(group.time);
            if (change.isThere)
                cells.push_back(group.cell);
            else
                gone.push_back(change.key);
            group.isTouched = false;
            group.isShown = change.isThere;
            markUnsaved(change.key); // that it was shown must survive a restart
        }
        SLUICE_TRY(const auto keyColumns, m_keys->decode(keys));
        arrow::ArrayVector after;
        SLUICE_TRY(m_cells.results(cells, after));
        Batch out;
        SLUICE_TRY(out.columns,
                   m_changes.stream(changes, keyColumns, after, m_config.output, times));
        if (m_config.hasEventTime)
            out.eventTimes
                = std::make_shared<arrow::Int64Array>(out.rows(),
                                                      arrow::Buffer::FromVector(std::move(times)));
        NodeCounters::add(context.counters().created, std::uint64_t(out.rows()));
        context.emit(std::move(out));
    }
    m_changes.clear();
    for (const std::uint32_t key : gone)
        forget(key);
    return ok();
}

// Gives the cell of a group back.
void GroupAggregate::forget(std::uint32_t key)
{
    Group& group = m_groups[key];
    markUnsaved(key);
    m_cells.release(std::span(&group.cell, 1));
    group = {.isUnsaved = true};
    --m_groupCount;
    m_keys->release(key);
}

Status GroupAggregate::expire(std::int64_t watermark, flow::NodeContext& context)
{
    const std::int64_t length = std::max<std::int64_t>(1, m_config.timeToLive / 16);
    bool hasEmitted = false;
    while (!m_timers.empty() && m_timers.begin()->first <= floorDivided(watermark, length)) {
        const auto bucket = m_timers.extract(m_timers.begin());
        for (const std::uint32_t key : bucket.mapped()) {
            if (m_groups[key].cell == kNone)
                continue; // gone since
            if (m_groups[key].time + m_config.timeToLive > watermark) {
                setTimer(key);
                continue;
            }
            if (!hasEmitted)
                SLUICE_TRY(emitChanges(context)); // what it was last is still to be told
            hasEmitted = true;
            if (m_groups[key].cell != kNone)
                forget(key);
        }
        if (bucket.key() == floorDivided(watermark, length))
            break; // what this bucket put off lies in it again
    }
    return ok();
}

Status GroupAggregate::onWatermark(EventTime watermark, flow::NodeContext& context)
{
    const std::int64_t before = std::exchange(m_watermark, watermark.us);
    const bool isDue = m_config.emitEvery > 0
        && (before == INT64_MIN
            || floorDivided(before, m_config.emitEvery)
                != floorDivided(watermark.us, m_config.emitEvery));
    if (isDue)
        SLUICE_TRY(emitChanges(context));
    // The end of time ends a run, not the groups.
    if (m_config.timeToLive > 0 && watermark != EventTime::max())
        SLUICE_TRY(expire(watermark.us, context));
    if (watermark == EventTime::max())
        m_watermark = before;
    m_keys->collect();
    return tell(context);
}

Status GroupAggregate::tell(flow::NodeContext& context)
{
    std::size_t bytes = m_keys->bytes() + m_cells.bytes() + m_groups.capacity() * sizeof(Group)
        + m_unsaved.capacity() * 4;
    for (const auto& [bucket, keys] : m_timers)
        bytes += keys.capacity() * 4;
    return m_bound.check(context.counters(), std::int64_t(m_groupCount), std::int64_t(bytes),
                         "groups");
}

} // namespace sluice::operators
