// SPDX-License-Identifier: Apache-2.0
#include "engine/operators/top_n.h"

#include "engine/columns/types.h"
#include "engine/operators/late_expression.h"

#include <algorithm>

#include <arrow/array/builder_binary.h>
#include <arrow/array/builder_primitive.h>
#include <arrow/array/util.h>
#include <arrow/scalar.h>

namespace sluice::operators {
namespace {

constexpr std::int64_t kMillisecond = 1000;
constexpr std::int64_t kNoWindow = INT64_MAX;

Result<std::shared_ptr<arrow::RecordBatch>> columnsNamed(const arrow::RecordBatch& from,
                                                         const std::vector<std::string>& names)
{
    arrow::FieldVector fields;
    arrow::ArrayVector columns;
    for (const std::string& name : names) {
        SLUICE_TRY(auto column, columnNamed(from, name));
        fields.push_back(arrow::field(name, column->type()));
        columns.push_back(std::move(column));
    }
    return arrow::RecordBatch::Make(arrow::schema(std::move(fields)), from.num_rows(),
                                    std::move(columns));
}

} // namespace

TopN::TopN(TopNConfig config, state::KeyCodec partition, state::OrderCodec order)
    : m_config(std::move(config))
    , m_codec(std::move(partition))
    , m_order(std::move(order))
{
}

Status TopN::encode(const arrow::RecordBatch& columns)
{
    arrow::ArrayVector keys, places;
    for (const std::string& name : m_config.partitionBy) {
        SLUICE_TRY(auto column, columnNamed(columns, name));
        keys.push_back(std::move(column));
    }
    for (const auto& column : m_order.columns()) {
        SLUICE_TRY(auto values, columnNamed(columns, column.field->name()));
        places.push_back(std::move(values));
    }
    if (!keys.empty())
        m_codec.encode(keys, m_keys);
    m_order.encode(places, m_places);
    return ok();
}

Result<std::vector<std::int64_t>> TopN::windowEnds(const Batch& batch) const
{
    std::vector<std::int64_t> ends(std::size_t(batch.rows()), kNoWindow);
    if (m_config.windows == TopWindows::Columns) {
        SLUICE_TRY(const auto column, columnNamed(*batch.columns, "window_end"));
        const auto& typed = static_cast<const arrow::TimestampArray&>(*column);
        for (std::size_t row = 0; row < ends.size(); ++row)
            if (typed.IsValid(std::int64_t(row)))
                ends[row] = typed.Value(std::int64_t(row));
    } else if (m_config.windows == TopWindows::Tumbling) {
        const std::int64_t size = m_config.windowSize.count();
        for (std::size_t row = 0; row < ends.size(); ++row) {
            const std::int64_t time = batch.eventTime(std::int64_t(row)).us;
            ends[row] = time - (time % size + size) % size + size;
        }
    }
    return ends;
}

bool TopN::isClosed(std::int64_t end, EventTime watermark) const
{
    return m_config.windows != TopWindows::None && watermark.us >= end - kMillisecond;
}

void TopN::rejectLate(const Batch& batch, std::span<const std::uint32_t> rows,
                      const std::vector<std::int64_t>& ends, flow::NodeContext& context) const
{
    const std::string watermark = timestampText(m_watermark.us);
    for (const std::uint32_t row : rows) {
        const std::string values = "{\"window_end\":\"" + timestampText(ends[row])
            + "\",\"watermark\":\"" + watermark + "\"}";
        context.reject(batch, std::span(&row, 1), Verdict::Late,
                       {.rule = "window",
                        .message = "its window is closed: the watermark is past its end",
                        .values = values});
    }
}

void TopN::offer(Window& window, std::uint32_t row, const Batch& batch)
{
    static const std::uint64_t kHashOfNothing = state::hashBytes({});
    TopRows& partition = m_config.partitionBy.empty()
        ? window.partitions.partition({}, kHashOfNothing)
        : window.partitions.partition(m_keys.key(row), m_keys.hashes[row]);
    const bool isExpired = m_config.timeToLive && !partition.isTouched && !partition.rows.empty()
        && m_watermark.us - partition.newestUs > m_config.timeToLive->count();
    if (isExpired)
        partition.rows.clear();
    if (partition.isBeaten(m_places, row, m_config.limit, m_config.withTies))
        return;
    if (!partition.isTouched) {
        partition.isTouched = true;
        partition.isUnsaved = true;
        window.touched.push_back(window.partitions.numberOf(partition));
        if (m_config.windows == TopWindows::None)
            partition.shown = partition.rows;
    }
    partition.insert(m_places, row, TopPartitions::kInBatch | row, m_config.limit,
                     m_config.withTies);
    if (batch.eventTimes)
        partition.newestUs = std::max(partition.newestUs, batch.eventTime(row).us);
}

Status TopN::process(std::size_t, const Batch& batch, flow::NodeContext& context)
{
    m_watermark = std::max(m_watermark, context.watermark());
    const bool hasWindows = m_config.windows != TopWindows::None;
    SLUICE_TRY(encode(*batch.columns));
    SLUICE_TRY(const std::vector<std::int64_t> ends, windowEnds(batch));
    std::vector<std::uint32_t> late, loose;
    std::vector<Window*> used;
    std::int64_t lastEnd = 0;
    Window* window = nullptr;
    bool isLate = false;
    for (std::uint32_t row = 0; row < std::uint32_t(batch.rows()); ++row) {
        if (row == 0 || ends[row] != lastEnd) {
            lastEnd = ends[row];
            const bool isLoose = hasWindows && lastEnd == kNoWindow;
            isLate = !isLoose && isClosed(lastEnd, m_watermark);
            window = isLate || isLoose ? nullptr : &m_windows[lastEnd];
            if (window && window->touched.empty())
                used.push_back(window);
        }
        if (window)
            offer(*window, row, batch);
        else
            (isLate ? late : loose).push_back(row);
    }
    rejectLate(batch, late, ends, context);
    context.reject(batch, loose, Verdict::DeadLetter,
                   {.rule = "window", .message = "its window_end is null", .values = {}});
    NodeCounters::add(context.counters().merged,
                      std::uint64_t(batch.rows()) - late.size() - loose.size());
    for (Window* each : used)
        SLUICE_TRY(settle(*each, batch, context));
    tell(context);
    return ok();
}

// Takes the batch's rows that are among the best into the store and tells what has changed.
Status TopN::settle(Window& window, const Batch& batch, flow::NodeContext& context)
{
    SLUICE_TRY(const auto columns, columnsNamed(*batch.columns, m_config.kept));
    SLUICE_TRY(window.partitions.keep(columns, window.touched));
    TopRowsOut out;
    for (const std::uint32_t number : window.touched) {
        TopRows& partition = window.partitions.at(number);
        partition.isTouched = false;
        if (m_config.windows != TopWindows::None)
            continue;
        if (m_config.rankAs.empty())
            addChanges(partition, m_config.limit == 1 && !m_config.withTies, out);
        else
            addRankedChanges(partition, m_config.withTies, out);
        partition.shown.clear();
    }
    window.touched.clear();
    if (!out.ids.empty())
        SLUICE_TRY(emit(window, kNoWindow, out, context));
    return window.partitions.compact();
}

Status TopN::emitFinal(std::int64_t end, const Window& window, flow::NodeContext& context) const
{
    TopRowsOut out;
    for (std::uint32_t number = 0; number < window.partitions.size(); ++number) {
        const std::vector<TopRows::Row>& rows = window.partitions.at(number).rows;
        for (const TopRows::Row& row : rows)
            out.ids.push_back(row.id);
        const std::vector<std::int64_t> ranks = ranksOf(rows, m_config.withTies);
        out.ranks.insert(out.ranks.end(), ranks.begin(), ranks.end());
    }
    out.times.assign(out.ids.size(), end - kMillisecond);
    return out.ids.empty() ? ok() : emit(window, end, out, context);
}

Status TopN::emit(const Window& window, std::int64_t end, const TopRowsOut& out,
                  flow::NodeContext& context) const
{
    SLUICE_TRY(const auto gathered, window.partitions.gather(out.ids));
    const auto rows = std::int64_t(out.ids.size());
    arrow::FieldVector fields;
    arrow::ArrayVector columns;
    arrow::Status status;
    const auto add
        = [&](const std::string& name, arrow::Result<std::shared_ptr<arrow::Array>> made) {
              status &= made.status();
              if (!made.ok())
                  return;
              fields.push_back(arrow::field(name, (*made)->type()));
              columns.push_back(std::move(*made));
          };
    if (m_config.windows == TopWindows::Tumbling) {
        const std::int64_t start = end - m_config.windowSize.count();
        add("window_start",
            arrow::MakeArrayFromScalar(arrow::TimestampScalar(start, timestampType()), rows));
        add("window_end",
            arrow::MakeArrayFromScalar(arrow::TimestampScalar(end, timestampType()), rows));
    }
    for (const std::string& name : m_config.emitted)
        add(name, gathered->GetColumnByName(name));
    arrow::Int64Builder numbers;
    if (!m_config.rankAs.empty()) {
        status &= numbers.AppendValues(out.ranks);
        add(m_config.rankAs, numbers.Finish());
    }
    if (m_config.windows == TopWindows::None) {
        arrow::StringBuilder words;
        for (const flow::Change change : out.changes)
            status &= words.Append(flow::changeName(change));
        add(flow::kChangeColumn, words.Finish());
    }
    Batch batch;
    if (m_config.hasEventTime) {
        status &= numbers.AppendValues(out.times);
        std::shared_ptr<arrow::Array> times;
        status &= numbers.Finish(&times);
        batch.eventTimes = std::static_pointer_cast<arrow::Int64Array>(times);
    }
    if (!status.ok())
        return errorFromArrow(status, "top_n");
    batch.columns
        = arrow::RecordBatch::Make(arrow::schema(std::move(fields)), rows, std::move(columns));
    NodeCounters::add(context.counters().created, std::uint64_t(rows));
    context.emit(std::move(batch));
    return ok();
}

Status TopN::onWatermark(EventTime watermark, flow::NodeContext& context)
{
    m_watermark = std::max(m_watermark, watermark);
    while (m_config.windows != TopWindows::None && !m_windows.empty()
           && isClosed(m_windows.begin()->first, m_watermark)) {
        const auto first = m_windows.begin();
        SLUICE_TRY(emitFinal(first->first, first->second, context));
        m_closed.push_back(first->first);
        m_windows.erase(first);
    }
    // A look at every partition, a few times within the time that one lives.
    if (m_config.timeToLive && !m_windows.empty()
        && (m_swept == EventTime::min()
            || m_watermark.us - m_swept.us > m_config.timeToLive->count() / 4)) {
        m_swept = m_watermark;
        TopPartitions& partitions = m_windows.begin()->second.partitions;
        for (std::uint32_t number = 0; number < partitions.size(); ++number) {
            TopRows& partition = partitions.at(number);
            if (partition.rows.empty()
                || m_watermark.us - partition.newestUs <= m_config.timeToLive->count())
                continue;
            partition.rows.clear();
            partition.isUnsaved = true;
        }
        SLUICE_TRY(partitions.compact());
    }
    tell(context);
    return ok();
}

void TopN::tell(flow::NodeContext& context) const
{
    std::int64_t keys = 0, bytes = 0;
    for (const auto& [end, window] : m_windows) {
        keys += window.partitions.size();
        bytes += window.partitions.bytes();
    }
    NodeCounters::set(context.counters().stateKeys, keys);
    NodeCounters::set(context.counters().stateBytes, bytes);
}

// The watermark; number of windows closed since the last save and their ends; number of windows and
// for each its end and partitions. Whole has all partitions, Changes those that changed.
Result<flow::SaveKind> TopN::save(ByteWriter& out, flow::SaveKind wanted)
{
    const bool isWhole = wanted == flow::SaveKind::Whole;
    std::vector<std::pair<std::int64_t, std::vector<std::uint32_t>>> saved;
    for (auto& [end, window] : m_windows) {
        std::vector<std::uint32_t> numbers;
        for (std::uint32_t number = 0; number < window.partitions.size(); ++number) {
            const TopRows& partition = window.partitions.at(number);
            if (isWhole ? !partition.rows.empty() : partition.isUnsaved)
                numbers.push_back(number);
        }
        if (!numbers.empty())
            saved.emplace_back(end, std::move(numbers));
    }
    if (!isWhole && saved.empty() && m_closed.empty() && m_watermark == m_savedWatermark)
        return wanted;
    m_savedWatermark = m_watermark;
    out.i64(m_watermark.us);
    out.varint(isWhole ? 0 : m_closed.size());
    for (std::size_t i = 0; !isWhole && i < m_closed.size(); ++i)
        out.i64(m_closed[i]);
    out.varint(saved.size());
    for (const auto& [end, numbers] : saved) {
        TopPartitions& partitions = m_windows.at(end).partitions;
        out.i64(end);
        SLUICE_TRY(partitions.save(out, numbers));
        partitions.forgetEmpty();
    }
    m_closed.clear();
    return wanted;
}

Status TopN::load(ByteReader& in, flow::SaveKind kind)
{
    if (kind == flow::SaveKind::Whole)
        m_windows.clear();
    m_watermark = m_savedWatermark = {in.i64()};
    const std::uint64_t closed = in.varint();
    for (std::uint64_t i = 0; i < closed && !in.hasFailed(); ++i)
        m_windows.erase(in.i64());
    const std::uint64_t count = in.varint();
    for (std::uint64_t i = 0; i < count && !in.hasFailed(); ++i) {
        const std::int64_t end = in.i64();
        SLUICE_TRY(m_windows[end].partitions.load(in, m_order));
    }
    return in.status("top_n state");
}

} // namespace sluice::operators
