// SPDX-License-Identifier: Apache-2.0
#include "engine/operators/window_aggregate.h"

#include "engine/columns/types.h"
#include "engine/operators/late_expression.h"

#include <algorithm>
#include <set>

#include <arrow/array/builder_primitive.h>
#include <arrow/array/builder_time.h>

namespace sluice::operators {
namespace {

constexpr std::int64_t kMillisecond = 1000;

} // namespace

WindowAggregate::WindowAggregate(WindowConfig config, state::KeyCodec codec)
    : m_config(std::move(config))
    , m_codec(std::move(codec))
{
    for (const WindowColumn& column : m_config.columns)
        m_aggregates.push_back(column.aggregate);
}

Status WindowAggregate::bindCalls(const std::shared_ptr<arrow::Schema>& schema)
{
    if (m_schema && (m_schema == schema || m_schema->Equals(*schema)))
        return ok();
    m_calls.clear();
    Diagnostics diagnostics;
    for (const WindowColumn& column : m_config.columns) {
        auto call = expr::compileCall(column.call, *schema, column.name, diagnostics);
        if (!call)
            return Error{.code = ErrorCode::Internal,
                         .message = "an aggregate does not fit the rows: " + diagnostics.text(),
                         .object = column.name,
                         .hint = {},
                         .cause = {}};
        m_calls.push_back(std::move(*call));
    }
    m_schema = schema;
    return ok();
}

Result<WindowAggregate::Arguments> WindowAggregate::evaluate(const Batch& batch,
                                                             expr::EvalErrors& errors) const
{
    Arguments out;
    for (const expr::Call& call : m_calls) {
        std::shared_ptr<arrow::Array> values;
        if (!call.isStar && !call.arguments.empty()) {
            SLUICE_TRY(values, call.arguments[0].evaluate(*batch.columns, errors));
        }
        std::shared_ptr<arrow::BooleanArray> filter;
        if (call.filter) {
            SLUICE_TRY(const expr::Mask mask, call.filter->evaluateMask(*batch.columns, errors));
            filter = mask.isTrue;
        }
        out.values.push_back(std::move(values));
        out.filters.push_back(std::move(filter));
    }
    return out;
}

std::map<std::int64_t, WindowAggregate::Rows>
WindowAggregate::rowsByWindow(const Batch& batch) const
{
    std::map<std::int64_t, Rows> out;
    const std::int64_t size = m_config.size.count();
    std::int64_t lastStart = INT64_MIN;
    Rows* last = nullptr;
    for (std::uint32_t row = 0; row < std::uint32_t(batch.rows()); ++row) {
        const std::int64_t time = batch.eventTime(row).us - m_config.offset.count();
        if (!last || time < lastStart || time - lastStart >= size) {
            lastStart = time - (time % size + size) % size;
            last = &out[lastStart + m_config.offset.count()];
        }
        last->push_back(row);
    }
    return out;
}

bool WindowAggregate::isLate(std::int64_t start, EventTime watermark) const
{
    return watermark.us
        >= start + m_config.size.count() - kMillisecond + m_config.allowedLateness.count();
}

void WindowAggregate::rejectLate(const Batch& batch, const Rows& rows, std::int64_t start,
                                 flow::NodeContext& context) const
{
    const std::string window = timestampText(start);
    const std::string watermark = timestampText(context.watermark().us);
    for (const std::uint32_t row : rows) {
        const std::int64_t behind = context.watermark().us - batch.eventTime(row).us;
        const std::string values = "{\"window_start\":\"" + window + "\",\"watermark\":\""
            + watermark + "\",\"behind_ms\":" + std::to_string(behind / kMillisecond) + "}";
        context.reject(batch, std::span(&row, 1), Verdict::Late,
                       {.rule = "window",
                        .message = "its window is closed: the watermark is past its end",
                        .values = values});
    }
}

void WindowAggregate::addToWindow(std::int64_t start, const Rows& rows, const Arguments& arguments)
{
    WindowState& window = m_windows.try_emplace(start, m_aggregates).first->second;
    std::vector<std::uint32_t> groups(rows.size());
    static constexpr std::string_view kNoKey;
    for (std::size_t i = 0; i < rows.size(); ++i)
        groups[i] = m_config.groupBy.empty()
            ? window.group(kNoKey, state::hashBytes(kNoKey))
            : window.group(m_keys.key(rows[i]), m_keys.hashes[rows[i]]);
    window.makeRoom();
    for (std::size_t i = 0; i < m_aggregates.size(); ++i) {
        const arrow::Array* values = arguments.values[i].get();
        const auto& filter = arguments.filters[i];
        if (!filter) {
            window.aggregate(i).add(values, rows, groups);
            continue;
        }
        Rows filteredRows, filteredGroups;
        for (std::size_t k = 0; k < rows.size(); ++k) {
            if (!filter->Value(rows[k]))
                continue;
            filteredRows.push_back(rows[k]);
            filteredGroups.push_back(groups[k]);
        }
        window.aggregate(i).add(values, filteredRows, filteredGroups);
    }
}

Status WindowAggregate::process(std::size_t, const Batch& batch, flow::NodeContext& context)
{
    SLUICE_TRY(bindCalls(batch.columns->schema()));
    expr::EvalErrors errors;
    SLUICE_TRY(Arguments arguments, evaluate(batch, errors));
    if (!errors.empty()) {
        errors.settle();
        SLUICE_TRY(const Batch rest, withoutFailedRows(batch, errors, "aggregates", context));
        return rest.rows() == 0 ? ok() : process(0, rest, context);
    }
    if (!m_config.groupBy.empty()) {
        arrow::ArrayVector keys;
        for (const std::string& name : m_config.groupBy) {
            SLUICE_TRY(auto column, columnNamed(*batch.columns, name));
            keys.push_back(std::move(column));
        }
        m_codec.encode(keys, m_keys);
    }
    std::uint64_t merged = 0;
    for (const auto& [start, rows] : rowsByWindow(batch)) {
        if (isLate(start, context.watermark())) {
            rejectLate(batch, rows, start, context);
            continue;
        }
        addToWindow(start, rows, arguments);
        merged += rows.size();
    }
    NodeCounters::add(context.counters().merged, merged);
    tell(context);
    return ok();
}

Status WindowAggregate::emitWindow(std::int64_t start, WindowState& window,
                                   flow::NodeContext& context) const
{
    const std::vector<std::uint32_t> groups = window.takeUnemitted();
    const auto rows = std::int64_t(groups.size());
    arrow::ArrayVector columns;
    const auto constant = [&](const arrow::Scalar& value) -> Status {
        auto array = arrow::MakeArrayFromScalar(value, rows);
        if (!array.ok())
            return errorFromArrow(array.status(), "window");
        columns.push_back(std::move(*array));
        return ok();
    };
    const std::int64_t end = start + m_config.size.count();
    SLUICE_TRY(constant(arrow::TimestampScalar(start, timestampType())));
    SLUICE_TRY(constant(arrow::TimestampScalar(end, timestampType())));
    if (!m_config.groupBy.empty()) {
        std::vector<std::string_view> keys;
        for (const std::uint32_t group : groups)
            keys.push_back(window.keys().key(group));
        SLUICE_TRY(auto decoded, m_codec.decode(keys));
        columns.insert(columns.end(), decoded.begin(), decoded.end());
    }
    for (std::size_t i = 0; i < m_aggregates.size(); ++i) {
        SLUICE_TRY(auto results, window.aggregate(i).results(groups));
        columns.push_back(std::move(results));
    }
    if (m_config.allowedLateness.count() > 0)
        SLUICE_TRY(constant(arrow::Int32Scalar(window.revision)));
    ++window.revision;
    Batch out;
    out.columns = arrow::RecordBatch::Make(m_config.output, rows, std::move(columns));
    auto times = arrow::MakeArrayFromScalar(arrow::Int64Scalar(end - kMillisecond), rows);
    if (!times.ok())
        return errorFromArrow(times.status(), "window");
    out.eventTimes = std::static_pointer_cast<arrow::Int64Array>(*times);
    NodeCounters::add(context.counters().created, std::uint64_t(rows));
    context.emit(std::move(out));
    return ok();
}

Status WindowAggregate::onWatermark(EventTime watermark, flow::NodeContext& context)
{
    for (auto it = m_windows.begin(); it != m_windows.end();) {
        auto& [start, window] = *it;
        if (watermark.us < start + m_config.size.count() - kMillisecond)
            break; // ordered by start, all of one size
        if (window.hasUnemitted())
            SLUICE_TRY(emitWindow(start, window, context));
        if (!isLate(start, watermark)) {
            ++it;
            continue;
        }
        m_closed.push_back(start);
        it = m_windows.erase(it);
    }
    tell(context);
    return ok();
}

void WindowAggregate::tell(flow::NodeContext& context) const
{
    std::size_t keys = 0, bytes = 0;
    for (const auto& [start, window] : m_windows) {
        keys += window.keys().size();
        bytes += window.bytes();
    }
    NodeCounters::set(context.counters().stateKeys, std::int64_t(keys));
    NodeCounters::set(context.counters().stateBytes, std::int64_t(bytes));
}

// The state: number of windows closed since the last save and their starts, then number of windows
// and for each its start and groups. Whole has all windows, Changes those that changed.
Result<flow::SaveKind> WindowAggregate::save(ByteWriter& out, flow::SaveKind wanted)
{
    const bool isWhole = wanted == flow::SaveKind::Whole;
    std::vector<std::pair<const std::int64_t, WindowState>*> saved;
    for (auto& item : m_windows)
        if (isWhole || item.second.hasChanges())
            saved.push_back(&item);
    if (!isWhole && saved.empty() && m_closed.empty())
        return wanted;
    out.varint(isWhole ? 0 : m_closed.size());
    for (std::size_t i = 0; !isWhole && i < m_closed.size(); ++i)
        out.i64(m_closed[i]);
    out.varint(saved.size());
    for (auto* item : saved) {
        out.i64(item->first);
        item->second.save(out, isWhole);
    }
    m_closed.clear();
    return wanted;
}

Status WindowAggregate::load(ByteReader& in, flow::SaveKind kind)
{
    if (kind == flow::SaveKind::Whole)
        m_windows.clear();
    const std::uint64_t closed = in.varint();
    for (std::uint64_t i = 0; i < closed && !in.hasFailed(); ++i)
        m_windows.erase(in.i64());
    const std::uint64_t count = in.varint();
    for (std::uint64_t i = 0; i < count && !in.hasFailed(); ++i) {
        const std::int64_t start = in.i64();
        m_windows.try_emplace(start, m_aggregates).first->second.load(in);
    }
    return in.status("window state");
}

} // namespace sluice::operators
