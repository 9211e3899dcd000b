// SPDX-License-Identifier: Apache-2.0
#include "engine/operators/window_join.h"

#include "engine/columns/types.h"
#include "engine/operators/late_expression.h"

#include <algorithm>

#include <arrow/array/util.h>
#include <arrow/scalar.h>

namespace sluice::operators {
namespace {

constexpr std::size_t kLeft = std::size_t(JoinSide::Left), kRight = std::size_t(JoinSide::Right);
constexpr std::int64_t kMillisecond = 1000;
constexpr std::size_t kMostPairs = 1 << 15; // of one batch out

} // namespace

WindowJoin::WindowJoin(WindowJoinConfig config, state::KeyCodec left, state::KeyCodec right)
    : m_config(std::move(config))
    , m_bound(m_config.bound)
    , m_codecs{std::move(left), std::move(right)}
    , m_kept{m_config.columns.keptOf(kLeft), m_config.columns.keptOf(kRight)}
{
}

WindowJoin::Window& WindowJoin::window(std::int64_t end)
{
    const auto found = m_windows.find(end);
    if (found != m_windows.end())
        return found->second;
    return m_windows
        .emplace(end,
                 Window{state::KeyedRows(m_codecs[kLeft], m_config.columns.keys[kLeft]),
                        state::KeyedRows(m_codecs[kRight], m_config.columns.keys[kRight])})
        .first->second;
}

bool WindowJoin::isClosed(std::int64_t end) const
{
    return m_watermark.us >= end - kMillisecond;
}

Result<std::map<std::int64_t, WindowJoin::Rows>> WindowJoin::rowsByEnd(const Batch& batch,
                                                                       Rows& loose) const
{
    std::map<std::int64_t, Rows> out;
    const auto rows = std::uint32_t(batch.rows());
    const std::int64_t size = m_config.size.count();
    if (size > 0) {
        for (std::uint32_t row = 0; row < rows; ++row) {
            const std::int64_t time = batch.eventTime(row).us;
            out[time - (time % size + size) % size + size].push_back(row);
        }
        return out;
    }
    SLUICE_TRY(const auto column, columnNamed(*batch.columns, "window_end"));
    const auto& ends = static_cast<const arrow::TimestampArray&>(*column);
    for (std::uint32_t row = 0; row < rows; ++row)
        (ends.IsNull(row) ? loose : out[ends.Value(row)]).push_back(row);
    return out;
}

Status WindowJoin::process(std::size_t input, const Batch& batch, flow::NodeContext& context)
{
    m_watermark = std::max(m_watermark, context.watermark());
    Rows loose;
    SLUICE_TRY(const auto groups, rowsByEnd(batch, loose));
    context.reject(batch, loose, Verdict::DeadLetter,
                   {.rule = "window", .message = "its window_end is null", .values = {}});
    for (const auto& [end, rows] : groups) {
        if (isClosed(end)) {
            const std::string values = "{\"window_end\":\"" + timestampText(end)
                + "\",\"watermark\":\"" + timestampText(m_watermark.us) + "\"}";
            context.reject(batch, rows, Verdict::Late,
                           {.rule = "window",
                            .message = "its window is closed: the watermark is past its end",
                            .values = values});
            continue;
        }
        Batch part = batch;
        if (rows.size() < std::size_t(batch.rows())) {
            auto taken = takeRows(batch, rows);
            if (!taken.ok())
                return errorFromArrow(taken.status(), "window_join");
            part = std::move(*taken);
        }
        SLUICE_TRY(const auto kept, rowsToKeep(part, m_kept[input]));
        SLUICE_TRY(window(end)[input].append(*kept));
        NodeCounters::add(context.counters().merged, rows.size());
    }
    return tell(context);
}

Status WindowJoin::emitPairs(std::int64_t end, const Window& window, Pairs& pairs,
                             flow::NodeContext& context) const
{
    const auto rows = std::int64_t(pairs[kLeft].size());
    if (rows == 0)
        return ok();
    SLUICE_TRY(Batch joined,
               joinRows(m_config.columns, window[kLeft].store(), pairs[kLeft],
                        window[kRight].store(), pairs[kRight]));
    const auto constant
        = [&](const arrow::Scalar& value) { return arrow::MakeArrayFromScalar(value, rows); };
    arrow::Status status;
    if (m_config.size.count() > 0) {
        const std::int64_t start = end - m_config.size.count();
        const std::array bounds{std::pair("window_start", start), std::pair("window_end", end)};
        for (int i = 0; i < 2 && status.ok(); ++i) {
            const auto& [name, time] = bounds[std::size_t(i)];
            const auto column = constant(arrow::TimestampScalar(time, timestampType()));
            auto wider = column.ok()
                ? joined.columns->AddColumn(i, arrow::field(name, timestampType()), *column)
                : column.status();
            status = wider.status();
            if (wider.ok())
                joined.columns = std::move(*wider);
        }
    }
    const auto times = constant(arrow::Int64Scalar(end - kMillisecond));
    status &= times.status();
    if (!status.ok())
        return errorFromArrow(status, "window_join");
    joined.eventTimes = std::static_pointer_cast<arrow::Int64Array>(*times);
    NodeCounters::add(context.counters().created, std::uint64_t(rows));
    context.emit(std::move(joined));
    for (std::vector<state::RowId>& ids : pairs)
        ids.clear();
    return ok();
}

Status WindowJoin::emitWindow(std::int64_t end, Window& window, flow::NodeContext& context) const
{
    state::KeyedRows &left = window[kLeft], &right = window[kRight];
    std::vector<state::RowId> partners(left.keys()); // by left key: the newest right row
    for (std::uint32_t key = 0; key < partners.size(); ++key)
        partners[key] = right.newest(left.key(key), state::hashBytes(left.key(key)));
    Pairs pairs;
    Status status = ok();
    const auto put = [&](state::RowId leftId, state::RowId rightId) {
        pairs[kLeft].push_back(leftId);
        pairs[kRight].push_back(rightId);
        if (pairs[kLeft].size() >= kMostPairs && status)
            status = emitPairs(end, window, pairs, context);
    };
    left.forEach([&](state::RowId id, std::int64_t) {
        const std::uint32_t key = left.keyNumber(id);
        const state::RowId newest = key == state::KeyTable::kNone ? state::kNoRow : partners[key];
        if (newest == state::kNoRow && m_config.kind != JoinKind::Inner)
            put(id, state::kNoRow);
        right.walk(newest, INT64_MIN, [&](state::RowId partner, std::int64_t) {
            right.mark(partner);
            put(id, partner);
            return true;
        });
    });
    if (m_config.kind == JoinKind::Full)
        right.forEach([&](state::RowId id, std::int64_t) {
            if (!right.isMarked(id))
                put(state::kNoRow, id);
        });
    SLUICE_TRY(std::move(status));
    return emitPairs(end, window, pairs, context);
}

Status WindowJoin::onWatermark(EventTime watermark, flow::NodeContext& context)
{
    m_watermark = std::max(m_watermark, watermark);
    while (!m_windows.empty() && isClosed(m_windows.begin()->first)) {
        const auto first = m_windows.begin();
        SLUICE_TRY(emitWindow(first->first, first->second, context));
        m_closed.push_back(first->first);
        m_windows.erase(first);
    }
    return tell(context);
}

Status WindowJoin::tell(flow::NodeContext& context)
{
    std::int64_t keys = 0, bytes = 0;
    for (const auto& [end, window] : m_windows)
        for (const state::KeyedRows& side : window) {
            keys += std::int64_t(side.keys());
            bytes += side.bytes();
        }
    return m_bound.check(context.counters(), keys, bytes, "keys");
}

// The watermark; number of windows closed since the last save and their ends; number of windows and
// for each its end and the rows of both sides.
Result<flow::SaveKind> WindowJoin::save(ByteWriter& out, flow::SaveKind wanted)
{
    const bool isWhole = wanted == flow::SaveKind::Whole;
    std::vector<std::pair<const std::int64_t, Window>*> saved;
    for (auto& item : m_windows)
        if (isWhole || item.second[kLeft].hasUnsaved() || item.second[kRight].hasUnsaved())
            saved.push_back(&item);
    if (!isWhole && saved.empty() && m_closed.empty() && m_watermark == m_savedWatermark)
        return wanted;
    m_savedWatermark = m_watermark;
    out.i64(m_watermark.us);
    out.varint(isWhole ? 0 : m_closed.size());
    for (std::size_t i = 0; !isWhole && i < m_closed.size(); ++i)
        out.i64(m_closed[i]);
    out.varint(saved.size());
    for (auto* item : saved) {
        out.i64(item->first);
        for (state::KeyedRows& side : item->second)
            SLUICE_TRY(side.save(out, isWhole));
    }
    m_closed.clear();
    return wanted;
}

Status WindowJoin::load(ByteReader& in, flow::SaveKind kind)
{
    if (kind == flow::SaveKind::Whole)
        m_windows.clear();
    m_watermark = m_savedWatermark = {in.i64()};
    const std::uint64_t closed = in.varint();
    for (std::uint64_t i = 0; i < closed && !in.hasFailed(); ++i)
        m_windows.erase(in.i64());
    const std::uint64_t count = in.varint();
    for (std::uint64_t i = 0; i < count && !in.hasFailed(); ++i)
        for (Window& into = window(in.i64()); state::KeyedRows & side : into)
            SLUICE_TRY(side.load(in));
    return in.status("window_join state");
}

} // namespace sluice::operators
