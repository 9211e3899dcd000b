// SPDX-License-Identifier: Apache-2.0
#include "engine/operators/group_aggregate.h"

#include "engine/flow/change_stream.h"
#include "engine/operators/late_expression.h"

#include <algorithm>

#include <arrow/array/array_binary.h>

namespace sluice::operators {
namespace {

constexpr std::size_t kMostChanges = 16384; // of a batch that is emitted
constexpr std::uint8_t kStateVersion = 1;
enum SavedFlag : std::uint8_t { HasCell = 1, Shown = 2, New = 4 };

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
    , m_calls(m_config.aggregates)
    , m_keys(std::move(keys))
    , m_cells(m_config.aggregates)
    , m_changes(resultSchema(m_config.aggregates))
{
}

// A byte a row: 1 if it is taken out. Empty if the input only adds.
Result<std::vector<std::uint8_t>>
GroupAggregate::retractions(const arrow::RecordBatch& columns) const
{
    std::vector<std::uint8_t> out;
    if (!m_config.readsChanges)
        return out;
    SLUICE_TRY(const auto column, columnNamed(columns, flow::kChangeColumn));
    const auto& words = static_cast<const arrow::StringArray&>(*column);
    out.resize(std::size_t(words.length()));
    for (std::size_t row = 0; row < out.size(); ++row)
        out[row] = flow::isRetraction(words.GetView(std::int64_t(row)));
    return out;
}

Status GroupAggregate::internKeys(const arrow::RecordBatch& columns)
{
    arrow::ArrayVector keys;
    for (const auto& field : m_config.keys) {
        SLUICE_TRY(auto column, columnNamed(columns, field->name()));
        keys.push_back(std::move(column));
    }
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
    SLUICE_TRY(const std::vector<std::uint8_t> isRetraction, retractions(*batch.columns));
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
                = std::make_shared<arrow::Int64Array>(std::int64_t(times.size()),
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

Status GroupAggregate::tell(flow::NodeContext& context) const
{
    std::size_t bytes = m_keys->bytes() + m_cells.bytes() + m_groups.capacity() * sizeof(Group)
        + m_unsaved.capacity() * 4;
    for (const auto& [bucket, keys] : m_timers)
        bytes += keys.capacity() * 4;
    NodeCounters::set(context.counters().stateKeys, std::int64_t(m_groupCount));
    NodeCounters::set(context.counters().stateBytes, std::int64_t(bytes));
    if (m_config.maxStateBytes == 0 || std::int64_t(bytes) <= m_config.maxStateBytes)
        return ok();
    constexpr std::size_t kMega = 1'000'000;
    return Error{.code = ErrorCode::CapacityExceeded,
                 .message = "the state has grown to " + std::to_string(bytes / kMega)
                     + " MB, more than max_state allows ("
                     + std::to_string(std::size_t(m_config.maxStateBytes) / kMega) + " MB), with "
                     + std::to_string(m_groupCount) + " groups",
                 .object = m_config.node,
                 .hint = "Raise max_state, group by fewer values, or set time_to_live.",
                 .cause = {}};
}

// The state: version, watermark, number of groups, their keys, for each flags, number of rows and
// time, then the cells of those that have one; the results that were shown of groups that changed
// since the last emission (Arrow IPC), the number of such groups, their keys and which of those
// rows each has. A group without a cell is gone.
Result<flow::SaveKind> GroupAggregate::save(ByteWriter& out, flow::SaveKind wanted)
{
    std::vector<std::uint32_t> keys, cells, touched;
    if (wanted == flow::SaveKind::Changes)
        keys = m_unsaved;
    else
        for (std::uint32_t key = 0; key < m_groups.size(); ++key)
            if (m_groups[key].cell != kNone)
                keys.push_back(key);
    out.u8(kStateVersion);
    out.i64(m_watermark);
    out.varint(keys.size());
    m_keys->save(keys, out);
    for (const std::uint32_t key : keys) {
        Group& group = m_groups[key];
        out.u8(std::uint8_t((group.cell != kNone ? HasCell : 0) | (group.isShown ? Shown : 0)
                            | (group.isNew ? New : 0)));
        out.i64(group.rows);
        out.i64(group.time);
        if (group.cell != kNone)
            cells.push_back(group.cell);
        group.isNew = false;
    }
    m_cells.save(cells, out, wanted);
    SLUICE_TRY(m_changes.save(out));
    for (const GroupChange& change : m_changes.changes())
        touched.push_back(change.key);
    out.varint(touched.size());
    m_keys->save(touched, out);
    for (const GroupChange& change : m_changes.changes())
        out.i64(change.before);
    for (const std::uint32_t key : m_unsaved) {
        m_groups[key].isUnsaved = m_groups[key].isNew = false;
        m_keys->release(key);
    }
    m_unsaved.clear();
    return wanted;
}

void GroupAggregate::loadGroups(ByteReader& in, flow::SaveKind kind)
{
    state::KeyIndex::Numbers keys;
    std::vector<std::uint32_t> cells;
    m_keys->load(std::size_t(in.varint()), in, keys);
    m_groups.resize(std::max<std::size_t>(m_groups.size(), m_keys->size()));
    for (const std::uint32_t key : keys) {
        const std::uint8_t flags = in.u8();
        if (m_groups[key].cell != kNone && (!(flags & HasCell) || (flags & New)))
            forget(key);
        Group& group = m_groups[key];
        group.rows = in.i64();
        group.time = in.i64();
        group.isShown = (flags & Shown) != 0;
        if (!(flags & HasCell))
            continue;
        if (group.cell == kNone) {
            group.cell = m_cells.allocate();
            ++m_groupCount;
            m_keys->retain(key);
            if (m_config.timeToLive > 0)
                setTimer(key);
        }
        cells.push_back(group.cell);
    }
    m_cells.grow();
    m_cells.load(cells, in, kind);
}

Status GroupAggregate::load(ByteReader& in, flow::SaveKind kind)
{
    if (const std::uint8_t version = in.u8(); version != kStateVersion)
        return Error{.code = ErrorCode::DecodeFailed,
                     .message = "the groups were saved by another version of the program ("
                         + std::to_string(version) + ", this one reads "
                         + std::to_string(kStateVersion) + ")",
                     .object = m_config.node,
                     .hint = "Let that version finish the pipeline, or start it anew.",
                     .cause = {}};
    if (kind == flow::SaveKind::Whole)
        for (std::uint32_t key = 0; key < m_groups.size(); ++key)
            if (m_groups[key].cell != kNone)
                forget(key);
    m_watermark = in.i64();
    for (const GroupChange& change : m_changes.changes())
        m_groups[change.key].isTouched = false;
    loadGroups(in, kind);
    SLUICE_TRY(in.status("group state"));
    SLUICE_TRY(m_changes.load(in));
    state::KeyIndex::Numbers touched;
    m_keys->load(std::size_t(in.varint()), in, touched);
    m_groups.resize(std::max<std::size_t>(m_groups.size(), m_keys->size()));
    for (const std::uint32_t key : touched) {
        m_changes.restore({key, in.i64(), false});
        m_groups[key].isTouched = true;
    }
    for (const std::uint32_t key : m_unsaved) {
        m_groups[key].isUnsaved = false;
        m_keys->release(key);
    }
    m_unsaved.clear();
    return in.status("group state");
}

} // namespace sluice::operators
