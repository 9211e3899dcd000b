// SPDX-License-Identifier: Apache-2.0
#include "engine/operators/top_n.h"

#include "engine/columns/types.h"
#include "engine/operators/late_expression.h"
#include "engine/operators/state_version.h"

#include <algorithm>

namespace sluice::operators {
namespace {

constexpr std::int64_t kMillisecond = 1000;
constexpr std::int64_t kNoWindow = INT64_MAX;
constexpr std::uint8_t kStateVersion = 1;
constexpr std::uint32_t kAhead = 16; // rows, of what is fetched ahead

} // namespace

TopN::TopN(TopNConfig config, std::unique_ptr<state::KeyIndex> keys, state::OrderCodec order)
    : m_config(std::move(config))
    , m_bound(m_config.bound)
    , m_keys(std::move(keys))
    , m_order(std::move(order))
{
}

Status TopN::encode(const arrow::RecordBatch& columns)
{
    SLUICE_TRY(const auto keys, columnsNamed(columns, m_config.partitionBy));
    arrow::ArrayVector places;
    for (const auto& column : m_order.columns()) {
        SLUICE_TRY(auto values, columnNamed(columns, column.field->name()));
        places.push_back(std::move(values));
    }
    m_keys->intern(keys, std::size_t(columns.num_rows()), m_numbers);
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

TopPartitions& TopN::window(std::int64_t end)
{
    return m_windows.try_emplace(end, m_config.limit, m_config.withTies, m_order.hasTails())
        .first->second;
}

// Rows [from, to) of the batch go into one window.
void TopN::offer(TopPartitions& window, std::uint32_t from, std::uint32_t to, const Batch& batch)
{
    window.partitionsOf(std::span(m_numbers).subspan(from, to - from), *m_keys,
                        m_partitions.data() + from);
    const bool keepsShown = m_config.windows == TopWindows::None;
    for (std::uint32_t row = from; row < to; ++row) {
        if (row + kAhead < to)
            window.prefetch(m_partitions[row + kAhead]);
        const std::uint32_t number = m_partitions[row];
        TopRows& partition = window.at(number);
        const bool isExpired = m_config.timeToLive && !partition.isTouched
            && partition.list.count > 0
            && m_watermark.us - partition.newestUs > m_config.timeToLive->count();
        if (isExpired)
            window.clear(number);
        if (window.isBeaten(partition, m_places, row))
            continue;
        window.insert(number, m_places, row, keepsShown);
        if (batch.eventTimes)
            partition.newestUs = std::max(partition.newestUs, batch.eventTime(row).us);
    }
}

Status TopN::process(std::size_t, const Batch& batch, flow::NodeContext& context)
{
    m_watermark = std::max(m_watermark, context.watermark());
    const bool hasWindows = m_config.windows != TopWindows::None;
    SLUICE_TRY(encode(*batch.columns));
    SLUICE_TRY(const std::vector<std::int64_t> ends, windowEnds(batch));
    std::vector<std::uint32_t> late, loose;
    std::vector<TopPartitions*> used;
    const auto rows = std::uint32_t(batch.rows());
    m_partitions.resize(rows);
    for (std::uint32_t from = 0, to = 0; from < rows; from = to) {
        while (to < rows && ends[to] == ends[from])
            ++to;
        std::vector<std::uint32_t>* rejected = nullptr;
        if (hasWindows && ends[from] == kNoWindow)
            rejected = &loose;
        else if (isClosed(ends[from], m_watermark))
            rejected = &late;
        for (std::uint32_t row = from; rejected && row < to; ++row)
            rejected->push_back(row);
        if (rejected)
            continue;
        TopPartitions& into = window(ends[from]);
        if (into.touched().empty())
            used.push_back(&into);
        offer(into, from, to, batch);
    }
    rejectLate(batch, late, ends, context);
    context.reject(batch, loose, Verdict::DeadLetter,
                   {.rule = "window", .message = "its window_end is null", .values = {}});
    NodeCounters::add(context.counters().merged,
                      std::uint64_t(batch.rows()) - late.size() - loose.size());
    for (TopPartitions* each : used)
        SLUICE_TRY(settle(*each, batch, context));
    m_keys->collect();
    return tell(context);
}

// Takes the batch's rows that are among the best into the store and tells what has changed.
Status TopN::settle(TopPartitions& window, const Batch& batch, flow::NodeContext& context)
{
    SLUICE_TRY(const auto columns, pickColumns(*batch.columns, m_config.kept));
    SLUICE_TRY(window.keep(*columns));
    TopRowsOut out;
    if (m_config.windows == TopWindows::None)
        for (const TouchedPartition& touched : window.touched()) {
            if (m_config.rankAs.empty())
                addChanges(window, touched, m_config.limit == 1 && !m_config.withTies, out);
            else
                addRankedChanges(window, touched, out);
        }
    if (!out.ids.empty())
        SLUICE_TRY(emit(window, kNoWindow, out, context));
    return window.settle();
}

Status TopN::emitFinal(std::int64_t end, const TopPartitions& window,
                       flow::NodeContext& context) const
{
    TopRowsOut out;
    for (std::uint32_t number = 0; number < window.endNumber(); ++number) {
        const TopRows& partition = window.at(number);
        window.ranks(partition, out.ranks);
        for (const state::RankedRows::Row& row : window.rows(partition))
            out.ids.push_back(row.id);
    }
    if (out.ids.empty())
        return ok();
    out.times.assign(out.ids.size(), end - kMillisecond);
    return emit(window, end, out, context);
}

Status TopN::emit(const TopPartitions& window, std::int64_t end, const TopRowsOut& out,
                  flow::NodeContext& context) const
{
    SLUICE_TRY(const auto gathered, window.gather(out.ids));
    SLUICE_TRY(Batch batch, topRows(m_config, *gathered, end, out));
    NodeCounters::add(context.counters().created, std::uint64_t(batch.rows()));
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
        first->second.release(*m_keys);
        m_closed.push_back(first->first);
        m_windows.erase(first);
    }
    m_keys->collect();
    if (m_config.timeToLive && !m_windows.empty())
        SLUICE_TRY(expire());
    return tell(context);
}

// A look at every partition, a few times within the time that one lives.
Status TopN::expire()
{
    const std::int64_t life = m_config.timeToLive->count();
    if (m_swept != EventTime::min() && m_watermark.us - m_swept.us <= life / 4)
        return ok();
    m_swept = m_watermark;
    TopPartitions& partitions = m_windows.begin()->second;
    for (std::uint32_t number = 0; number < partitions.endNumber(); ++number) {
        const TopRows& partition = partitions.at(number);
        if (partition.list.count > 0 && m_watermark.us - partition.newestUs > life)
            partitions.clear(number);
    }
    return partitions.settle();
}

Status TopN::tell(flow::NodeContext& context)
{
    std::int64_t keys = 0, bytes = std::int64_t(m_keys->bytes());
    for (const auto& [end, window] : m_windows) {
        keys += std::int64_t(window.size());
        bytes += window.bytes();
    }
    return m_bound.check(context.counters(), keys, bytes, "partitions");
}

// The version; the watermark; number of windows closed since the last save and their ends; number
// of windows and for each its end and partitions. Whole has all partitions, Changes those that
// changed.
Result<flow::SaveKind> TopN::save(ByteWriter& out, flow::SaveKind wanted)
{
    const bool isWhole = wanted == flow::SaveKind::Whole;
    std::size_t count = 0;
    for (const auto& [end, window] : m_windows)
        count += isWhole || window.hasUnsaved();
    if (!isWhole && count == 0 && m_closed.empty() && m_watermark == m_savedWatermark)
        return wanted;
    m_savedWatermark = m_watermark;
    out.u8(kStateVersion);
    out.i64(m_watermark.us);
    out.varint(isWhole ? 0 : m_closed.size());
    for (std::size_t i = 0; !isWhole && i < m_closed.size(); ++i)
        out.i64(m_closed[i]);
    out.varint(count);
    for (auto& [end, window] : m_windows) {
        if (!isWhole && !window.hasUnsaved())
            continue;
        out.i64(end);
        SLUICE_TRY(window.save(out, isWhole, *m_keys));
    }
    m_closed.clear();
    m_keys->collect();
    return wanted;
}

Status TopN::load(ByteReader& in, flow::SaveKind kind)
{
    SLUICE_TRY(readStateVersion(in, kStateVersion, m_config.node, "the partitions"));
    const auto forget = [this](Windows::iterator window) {
        window->second.release(*m_keys);
        m_windows.erase(window);
    };
    while (kind == flow::SaveKind::Whole && !m_windows.empty())
        forget(m_windows.begin());
    m_watermark = m_savedWatermark = {in.i64()};
    const std::uint64_t closed = in.varint();
    for (std::uint64_t i = 0; i < closed && !in.hasFailed(); ++i)
        if (const auto found = m_windows.find(in.i64()); found != m_windows.end())
            forget(found);
    const std::uint64_t count = in.varint();
    for (std::uint64_t i = 0; i < count && !in.hasFailed(); ++i) {
        const std::int64_t end = in.i64();
        SLUICE_TRY(in.status("top_n state"));
        SLUICE_TRY(window(end).load(in, m_order, *m_keys));
    }
    return in.status("top_n state");
}

} // namespace sluice::operators
