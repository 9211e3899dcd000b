// SPDX-License-Identifier: Apache-2.0
#include "engine/operators/interval_join.h"

#include "engine/columns/types.h"

#include <algorithm>

namespace sluice::operators {
namespace {

constexpr std::size_t kLeft = std::size_t(JoinSide::Left), kRight = std::size_t(JoinSide::Right);
constexpr std::size_t kMostPairs = 1 << 15; // of one batch out
constexpr std::size_t kAhead = 12;          // rows whose slots are fetched early

// The ends of time stay where they are.
std::int64_t shifted(std::int64_t time, std::int64_t by)
{
    if (time == INT64_MIN || time == INT64_MAX)
        return time;
    std::int64_t out = 0;
    if (__builtin_add_overflow(time, by, &out))
        return by < 0 ? INT64_MIN : INT64_MAX;
    return out;
}

} // namespace

IntervalJoin::IntervalJoin(IntervalJoinConfig config, state::KeyCodec left, state::KeyCodec right)
    : m_config(std::move(config))
    , m_bound(m_config.bound)
    , m_sides{Side(std::move(left), m_config.columns.keys[kLeft]),
              Side(std::move(right), m_config.columns.keys[kRight])}
{
    for (const std::size_t side : {kLeft, kRight})
        m_sides[side].kept = m_config.columns.keptOf(side);
    m_sides[kLeft].isOuter = m_config.kind != JoinKind::Inner;
    m_sides[kRight].isOuter = m_config.kind == JoinKind::Full;
    if (m_config.where)
        m_where = LateExpression(*m_config.where);
}

Result<Batch> IntervalJoin::withoutLateRows(const Batch& batch, flow::NodeContext& context) const
{
    if (!m_config.bounds || m_watermark == EventTime::min())
        return batch;
    std::vector<std::uint32_t> late, kept;
    for (std::uint32_t row = 0; row < std::uint32_t(batch.rows()); ++row)
        (batch.eventTime(row) <= m_watermark ? late : kept).push_back(row);
    if (late.empty())
        return batch;
    const std::string values = "{\"watermark\":\"" + timestampText(m_watermark.us) + "\"}";
    context.reject(batch, late, Verdict::Late,
                   {.rule = "join",
                    .message = "it is behind the watermark: rows that match it may be gone",
                    .values = values});
    auto taken = takeRows(batch, kept);
    if (!taken.ok())
        return errorFromArrow(taken.status(), "join");
    return std::move(*taken);
}

IntervalJoin::Range IntervalJoin::partnersOf(std::size_t side, std::int64_t time) const
{
    if (!m_config.bounds)
        return {};
    const auto [lower, upper] = *m_config.bounds;
    return side == kLeft ? Range{shifted(time, lower), shifted(time, upper)}
                         : Range{shifted(time, -upper), shifted(time, -lower)};
}

Status IntervalJoin::process(std::size_t input, const Batch& batch, flow::NodeContext& context)
{
    if (m_isRestored)
        requeue();
    m_watermark = std::max(m_watermark, context.watermark());
    SLUICE_TRY(const Batch rest, withoutLateRows(batch, context));
    if (rest.rows() == 0)
        return ok();
    Side& mine = m_sides[input];
    SLUICE_TRY(const auto rows, rowsToKeep(rest, mine.kept));
    SLUICE_TRY(const state::RowId first, mine.rows.append(*rows));
    NodeCounters::add(context.counters().merged, std::uint64_t(rest.rows()));
    if (mine.isOuter)
        for (std::int64_t row = 0; row < rest.rows(); ++row)
            mine.unmatched.push(rest.eventTime(row).us, first + std::uint64_t(row));
    SLUICE_TRY(probe(input, first, context));
    SLUICE_TRY(emitPairs(context));
    if (mine.isOuter) // bounds on one side of the row: all its partners may have come already
        SLUICE_TRY(emitUnmatched(input, context));
    return tell(context);
}

// Looks for the partners of the rows that were appended last.
Status IntervalJoin::probe(std::size_t input, state::RowId first, flow::NodeContext& context)
{
    const Side& mine = m_sides[input];
    const Side& other = m_sides[1 - input];
    const state::EncodedKeys& keys = mine.rows.appendedKeys();
    std::vector<state::RowId>&mineIds = m_pairs[input], &otherIds = m_pairs[1 - input];
    for (std::size_t row = 0; row < keys.rows(); ++row) {
        if (row + kAhead < keys.rows())
            other.rows.prefetch(keys.hashes[row + kAhead]);
        if (mine.rows.isLoose(row))
            continue;
        const state::RowId id = first + row;
        const Range range = partnersOf(input, mine.rows.time(id));
        const std::size_t begin = otherIds.size();
        other.rows.walk(other.rows.newest(keys.key(row), keys.hashes[row]), range.from,
                        [&](state::RowId partner, std::int64_t time) {
                            if (time <= range.to)
                                otherIds.push_back(partner);
                            return true;
                        });
        std::reverse(otherIds.begin() + std::ptrdiff_t(begin), otherIds.end());
        mineIds.resize(otherIds.size(), id);
        if (otherIds.size() >= kMostPairs)
            SLUICE_TRY(emitPairs(context));
    }
    return ok();
}

Result<Batch> IntervalJoin::keepWhere(Batch joined, flow::NodeContext& context)
{
    if (!m_config.where)
        return joined;
    SLUICE_TRY(const expr::Expression* where, m_where.over(joined.columns->schema()));
    expr::EvalErrors errors;
    SLUICE_TRY(const expr::Mask mask, where->evaluateMask(*joined.columns, errors));
    errors.settle();
    for (const expr::RowError& error : errors.rows()) {
        const auto row = std::uint32_t(error.row);
        context.reject(joined, std::span(&row, 1), Verdict::DeadLetter,
                       {.rule = "where", .message = error.reason, .values = {}});
    }
    NodeCounters::add(context.counters().created, errors.size());
    for (std::vector<state::RowId>& ids : m_pairs) {
        std::size_t kept = 0;
        for (std::size_t i = 0; i < ids.size(); ++i)
            if (mask.isTrue->Value(std::int64_t(i)))
                ids[kept++] = ids[i];
        ids.resize(kept);
    }
    auto kept = filterBatch(joined, *mask.isTrue);
    if (!kept.ok())
        return errorFromArrow(kept.status(), "where");
    return std::move(*kept);
}

Status IntervalJoin::emitPairs(flow::NodeContext& context)
{
    if (m_pairs[kLeft].empty())
        return ok();
    SLUICE_TRY(Batch joined,
               joinRows(m_config.columns, m_sides[kLeft].rows.store(), m_pairs[kLeft],
                        m_sides[kRight].rows.store(), m_pairs[kRight]));
    SLUICE_TRY(joined, keepWhere(std::move(joined), context));
    for (const std::size_t side : {kLeft, kRight}) {
        if (m_sides[side].isOuter)
            for (const state::RowId id : m_pairs[side])
                mark(side, id);
        m_pairs[side].clear();
    }
    NodeCounters::add(context.counters().created, std::uint64_t(joined.rows()));
    if (!m_config.hasEventTime)
        joined.eventTimes = nullptr;
    context.emit(std::move(joined));
    return ok();
}

void IntervalJoin::mark(std::size_t side, state::RowId id)
{
    Side& in = m_sides[side];
    if (in.rows.isMarked(id))
        return;
    in.rows.mark(id);
    in.matched.push_back(id);
}

std::int64_t IntervalJoin::decidedUntil(std::size_t side) const
{
    if (!m_config.bounds)
        return m_watermark == EventTime::max() ? INT64_MAX : INT64_MIN;
    return side == kLeft ? shifted(m_watermark.us, -m_config.bounds->upper)
                         : shifted(m_watermark.us, m_config.bounds->lower);
}

Status IntervalJoin::emitUnmatched(std::size_t side, flow::NodeContext& context)
{
    Side& in = m_sides[side];
    std::array<std::vector<state::RowId>, 2> ids;
    const std::vector<state::TimeQueue::Item> due = in.unmatched.takeUntil(decidedUntil(side));
    for (std::size_t i = 0; i < due.size(); ++i) {
        if (!in.rows.isMarked(due[i].second))
            ids[side].push_back(due[i].second);
        if (ids[side].size() < kMostPairs && i + 1 < due.size())
            continue;
        if (ids[side].empty())
            break;
        ids[1 - side].assign(ids[side].size(), state::kNoRow);
        SLUICE_TRY(Batch joined,
                   joinRows(m_config.columns, m_sides[kLeft].rows.store(), ids[kLeft],
                            m_sides[kRight].rows.store(), ids[kRight]));
        NodeCounters::add(context.counters().created, std::uint64_t(joined.rows()));
        context.emit(std::move(joined));
        ids[side].clear();
    }
    return ok();
}

// A later row is newer than the watermark: that is what it can still match.
void IntervalJoin::release()
{
    if (!m_config.bounds)
        return;
    m_sides[kLeft].rows.releaseBefore(shifted(shifted(m_watermark.us, 1), -m_config.bounds->upper));
    m_sides[kRight].rows.releaseBefore(shifted(shifted(m_watermark.us, 1), m_config.bounds->lower));
}

Status IntervalJoin::onWatermark(EventTime watermark, flow::NodeContext& context)
{
    if (m_isRestored)
        requeue();
    m_watermark = std::max(m_watermark, watermark);
    for (const std::size_t side : {kLeft, kRight})
        if (m_sides[side].isOuter)
            SLUICE_TRY(emitUnmatched(side, context));
    release();
    return tell(context);
}

// Rows without a partner come out that much after the watermark has passed their time.
EventTime IntervalJoin::outputWatermark(EventTime input) const
{
    if (m_config.kind == JoinKind::Inner)
        return input;
    if (!m_config.bounds)
        return input == EventTime::max() ? input : EventTime::min();
    std::int64_t behind = std::max<std::int64_t>(0, m_config.bounds->upper);
    if (m_config.kind == JoinKind::Full)
        behind = std::max(behind, -m_config.bounds->lower);
    return {shifted(input.us, -behind)};
}

Status IntervalJoin::tell(flow::NodeContext& context)
{
    std::int64_t keys = 0, bytes = 0;
    for (const Side& side : m_sides) {
        keys += std::int64_t(side.rows.keys());
        bytes += side.rows.bytes() + std::int64_t(side.unmatched.bytes());
    }
    return m_bound.check(context.counters(), keys, bytes, "keys");
}

// The watermark; for each side its rows, and the number and ids of those that found a partner.
Result<flow::SaveKind> IntervalJoin::save(ByteWriter& out, flow::SaveKind wanted)
{
    const bool isWhole = wanted == flow::SaveKind::Whole;
    bool hasChanged = isWhole || m_watermark != m_savedWatermark;
    for (const Side& side : m_sides)
        hasChanged = hasChanged || side.rows.hasUnsaved() || !side.matched.empty();
    if (!hasChanged)
        return wanted;
    m_savedWatermark = m_watermark;
    out.i64(m_watermark.us);
    for (Side& side : m_sides) {
        SLUICE_TRY(side.rows.save(out, isWhole));
        if (isWhole)
            side.matched = side.rows.marked();
        out.varint(side.matched.size());
        for (const state::RowId id : side.matched)
            out.u64(id);
        side.matched.clear();
    }
    return wanted;
}

Status IntervalJoin::load(ByteReader& in, flow::SaveKind kind)
{
    m_watermark = m_savedWatermark = {in.i64()};
    for (const std::size_t number : {kLeft, kRight}) {
        Side& side = m_sides[number];
        if (kind == flow::SaveKind::Whole)
            side.rows.clear();
        SLUICE_TRY(side.rows.load(in));
        const std::uint64_t count = in.varint();
        for (std::uint64_t i = 0; i < count && !in.hasFailed(); ++i)
            if (const state::RowId id = in.u64(); side.rows.has(id))
                side.rows.mark(id);
    }
    m_isRestored = true;
    return in.status("join state");
}

// Which rows wait for a partner follows from the rows and the watermark.
void IntervalJoin::requeue()
{
    m_isRestored = false;
    for (const std::size_t number : {kLeft, kRight}) {
        Side& side = m_sides[number];
        if (!side.isOuter)
            continue;
        side.rows.forEach([&, decided = decidedUntil(number)](state::RowId id, std::int64_t time) {
            if (time > decided)
                side.unmatched.push(time, id);
        });
    }
}

} // namespace sluice::operators
