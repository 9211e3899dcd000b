// SPDX-License-Identifier: Apache-2.0
#include "engine/operators/window_aggregate.h"

#include "engine/columns/types.h"
#include "engine/operators/late_expression.h"
#include "engine/operators/session_store.h"
#include "engine/operators/slice_store.h"
#include "engine/operators/state_version.h"

#include <algorithm>

#include <arrow/array/array_primitive.h>
#include <arrow/buffer.h>

namespace sluice::operators {
namespace {

constexpr std::size_t kMostRows = 16384; // of a batch that is emitted
constexpr std::uint8_t kStateVersion = 3;

template <class T>
std::shared_ptr<arrow::Buffer> bufferOf(const std::vector<T>& values, std::size_t from,
                                        std::size_t to)
{
    return arrow::Buffer::FromVector(
        std::vector<T>(values.begin() + std::ptrdiff_t(from), values.begin() + std::ptrdiff_t(to)));
}

} // namespace

WindowAggregate::WindowAggregate(WindowConfig config, std::unique_ptr<state::KeyIndex> keys)
    : m_config(std::move(config))
    , m_bound(m_config.bound)
    , m_calls(m_config.aggregates)
    , m_keys(std::move(keys))
    , m_cells(m_config.aggregates)
{
    if (m_config.window.kind == WindowSpec::Kind::Session)
        m_windows
            = std::make_unique<SessionStore>(m_config.window, m_config.timing, *m_keys, m_cells);
    else
        m_windows = std::make_unique<SliceStore>(m_config.window, m_config.timing, *m_keys, m_cells,
                                                 m_config.combinesAnew);
}

Status WindowAggregate::internKeys(const arrow::RecordBatch& columns)
{
    SLUICE_TRY(const auto keys, columnsNamed(columns, m_config.keys));
    m_keys->intern(keys, std::size_t(columns.num_rows()), m_numbers);
    return ok();
}

// In processing time a window is complete when the clock is at its end: one millisecond later than
// the last one inside it, which is when the watermark completes it.
EventTime WindowAggregate::clockTime(const flow::NodeContext& context)
{
    m_clock = std::max(m_clock, EventTime{context.clock().wallNow().us});
    return m_clock;
}

Status WindowAggregate::process(std::size_t, const Batch& batch, flow::NodeContext& context)
{
    expr::EvalErrors errors;
    SLUICE_TRY(AggregateArguments arguments, m_calls.evaluate(batch, errors));
    if (!errors.empty()) {
        errors.settle();
        SLUICE_TRY(const Batch rest, withoutFailedRows(batch, errors, "aggregates", context));
        return rest.rows() == 0 ? ok() : process(0, rest, context);
    }
    EventTime watermark = context.watermark();
    const std::int64_t* times = nullptr;
    if (m_config.isProcessingTime) {
        SLUICE_TRY(onClock(context));
        watermark = {completeAt(m_clock.us)};
        m_clockTimes.assign(std::size_t(batch.rows()), m_clock.us);
        times = m_clockTimes.data();
    } else {
        times = batch.eventTimes->raw_values();
    }
    SLUICE_TRY(internKeys(*batch.columns));
    m_windows->take(times, m_numbers, watermark, m_taken);
    m_cells.grow();
    m_cells.add(arguments,
                {.times = times,
                 .rows = m_taken.late.empty() ? nullptr : m_taken.rows.data(),
                 .cells = m_taken.cells.data(),
                 .count = m_taken.count()});
    m_windows->settle();
    NodeCounters::add(context.counters().merged, m_taken.count());
    if (!m_taken.late.empty())
        rejectLate(batch, watermark, context);
    return tell(context);
}

void WindowAggregate::rejectLate(const Batch& batch, EventTime watermark,
                                 flow::NodeContext& context) const
{
    const WindowSpec& spec = m_config.window;
    for (const std::uint32_t row : m_taken.late) {
        const std::int64_t time
            = m_config.isProcessingTime ? m_clockTimes[row] : batch.eventTime(row).us;
        std::int64_t start = time, end = time + spec.gap;
        if (spec.kind != WindowSpec::Kind::Session) {
            end = spec.lastEnd(spec.sliceOf(time));
            start = spec.startOf(end);
        }
        const std::string values = "{\"window_start\":\"" + timestampText(start)
            + "\",\"window_end\":\"" + timestampText(end) + "\",\"watermark\":\""
            + timestampText(watermark.us)
            + "\",\"behind_ms\":" + std::to_string((watermark.us - time) / kMillisecondUs) + "}";
        context.reject(batch, std::span(&row, 1), Verdict::Late,
                       {.rule = "window",
                        .message = "its window is closed: the watermark is past its end",
                        .values = values});
    }
}

Status WindowAggregate::emitRows(const WindowRows& rows, std::size_t from, std::size_t to,
                                 flow::NodeContext& context) const
{
    const auto count = std::int64_t(to - from);
    arrow::ArrayVector columns{
        std::make_shared<arrow::TimestampArray>(timestampType(), count,
                                                bufferOf(rows.starts, from, to)),
        std::make_shared<arrow::TimestampArray>(timestampType(), count,
                                                bufferOf(rows.ends, from, to))};
    SLUICE_TRY(auto keys, m_keys->decode(std::span(rows.keys).subspan(from, to - from)));
    columns.insert(columns.end(), keys.begin(), keys.end());
    SLUICE_TRY(m_cells.results(std::span(rows.cells).subspan(from, to - from), columns));
    if (m_config.timing.hasRevisions())
        columns.push_back(
            std::make_shared<arrow::Int32Array>(count, bufferOf(rows.revisions, from, to)));
    std::vector<std::int64_t> times(rows.ends.begin() + std::ptrdiff_t(from),
                                    rows.ends.begin() + std::ptrdiff_t(to));
    for (std::int64_t& time : times)
        time = completeAt(time);
    Batch out;
    out.columns = arrow::RecordBatch::Make(m_config.output, count, std::move(columns));
    out.eventTimes
        = std::make_shared<arrow::Int64Array>(count, arrow::Buffer::FromVector(std::move(times)));
    NodeCounters::add(context.counters().created, std::uint64_t(count));
    context.emit(std::move(out));
    return ok();
}

Status WindowAggregate::advance(EventTime watermark, flow::NodeContext& context)
{
    SLUICE_TRY(m_windows->advance(watermark, [&](const WindowRows& rows) -> Status {
        for (std::size_t from = 0; from < rows.keys.size(); from += kMostRows)
            SLUICE_TRY(emitRows(rows, from, std::min(from + kMostRows, rows.keys.size()), context));
        return ok();
    }));
    return tell(context);
}

Status WindowAggregate::onWatermark(EventTime watermark, flow::NodeContext& context)
{
    if (m_config.isProcessingTime && watermark != EventTime::max())
        return ok();
    return advance(watermark, context);
}

std::optional<WallTime> WindowAggregate::wakesAt() const
{
    if (!m_config.isProcessingTime)
        return std::nullopt;
    const auto due = m_windows->nextDue();
    return due ? std::optional(WallTime{*due + kMillisecondUs}) : std::nullopt;
}

Status WindowAggregate::onClock(flow::NodeContext& context)
{
    return m_config.isProcessingTime ? advance({completeAt(clockTime(context).us)}, context) : ok();
}

Status WindowAggregate::tell(flow::NodeContext& context)
{
    const std::size_t bytes = m_keys->bytes() + m_cells.bytes() + m_windows->bytes();
    return m_bound.check(context.counters(), std::int64_t(m_windows->entries()),
                         std::int64_t(bytes), "groups open");
}

Result<flow::SaveKind> WindowAggregate::save(ByteWriter& out, flow::SaveKind wanted)
{
    out.u8(kStateVersion);
    m_windows->save(out, wanted);
    return wanted;
}

Status WindowAggregate::load(ByteReader& in, flow::SaveKind kind)
{
    SLUICE_TRY(readStateVersion(in, kStateVersion, m_config.node, "the windows"));
    return m_windows->load(in, kind);
}

} // namespace sluice::operators
