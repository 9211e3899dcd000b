// SPDX-License-Identifier: Apache-2.0
#include "engine/connectors/nexmark_source.h"

#include <algorithm>
#include <charconv>

namespace sluice::connectors {
namespace {

EventTime newestOf(const arrow::Int64Array& times)
{
    const std::int64_t* begin = times.raw_values();
    return {*std::max_element(begin, begin + times.length())};
}

} // namespace

NexmarkSource::NexmarkSource(NexmarkConfig config, const flow::ColumnSet& needed)
    : m_config(std::move(config))
    , m_events(m_config.parameters)
    , m_json(m_events, m_config.stream)
    , m_intake(m_config.layout, needed)
    , m_source(std::make_shared<const std::string>(m_config.node))
    , m_partition(std::make_shared<const std::string>("0"))
    , m_next(m_config.firstEvent)
{
}

std::int64_t NexmarkSource::end() const
{
    return m_config.events > 0 ? m_config.firstEvent + m_config.events
                               : std::numeric_limits<std::int64_t>::max();
}

Status NexmarkSource::open(const std::optional<std::string>& position)
{
    if (position) {
        Diagnostics diagnostics("position");
        const DocumentNode root = parseDocument(*position, diagnostics);
        const DocumentNode* next = root.find("next");
        if (diagnostics.hasErrors() || !next
            || std::from_chars(next->text.data(), next->text.data() + next->text.size(), m_next).ec
                != std::errc{})
            return Error{.code = ErrorCode::DecodeFailed,
                         .message = "the kept position is damaged",
                         .object = m_config.node,
                         .hint = "Reset the pipeline, which begins with the first event.",
                         .cause = {}};
        m_intake.restoreWatermarks(root.find("watermarks"));
    }
    return m_config.isPrepared ? prepare() : ok();
}

Status NexmarkSource::prepare()
{
    for (std::int64_t next = m_next; next < end();) {
        SLUICE_TRY(Chunk chunk, make(next, end(), {}));
        next = chunk.next;
        m_prepared.push_back(std::move(chunk));
    }
    return ok();
}

Result<NexmarkSource::Chunk> NexmarkSource::make(std::int64_t first, std::int64_t end,
                                                 const flow::PollBudget& budget)
{
    Chunk chunk;
    chunk.raw = std::make_shared<RawRecords>();
    chunk.raw->source = m_source;
    chunk.raw->partition = m_partition;
    std::string bytes;
    chunk.next = first;
    for (; chunk.next < end && chunk.numbers.size() < budget.rows && bytes.size() < budget.bytes;
         ++chunk.next) {
        if (!m_events.isIn(m_config.stream, chunk.next))
            continue;
        const std::size_t start = bytes.size();
        m_json.append(chunk.next, bytes);
        chunk.raw->offsets.push_back(std::uint32_t(start));
        chunk.raw->lengths.push_back(std::uint32_t(bytes.size() - start));
        chunk.numbers.push_back(chunk.next);
    }
    chunk.raw->positions = chunk.numbers;
    bytes.append(RawRecords::kPadding, '\0');
    chunk.raw->bytes = arrow::Buffer::FromString(std::move(bytes));
    if (m_config.form == NexmarkConfig::Form::Columns && !chunk.numbers.empty()) {
        SLUICE_TRY(toColumns(chunk));
    }
    return chunk;
}

Status NexmarkSource::toColumns(Chunk& chunk)
{
    SLUICE_TRY(formats::DecodedRecords decoded, m_intake.decoder().decode(*chunk.raw));
    if (!decoded.bad.empty())
        return Error{.code = ErrorCode::Internal,
                     .message = "a generated record does not decode: " + decoded.bad.front().reason,
                     .object = m_config.node,
                     .hint = "Report it with the node's options.",
                     .cause = {}};
    chunk.raw = nullptr;
    chunk.rows.columns = std::move(decoded.columns);
    const auto times = chunk.rows.columns->GetColumnByName("dateTime")->data()->Copy();
    times->type = arrow::int64();
    chunk.rows.eventTimes = std::make_shared<arrow::Int64Array>(times);
    return ok();
}

// Returns what comes next of the prepared rows: at most to the end of a chunk.
NexmarkSource::Chunk NexmarkSource::takePrepared(std::int64_t end, const flow::PollBudget& budget)
{
    if (m_chunk == m_prepared.size())
        return {.numbers = {}, .next = end, .raw = {}, .rows = {}};
    const Chunk& whole = m_prepared[m_chunk];
    const auto from = whole.numbers.begin() + std::ptrdiff_t(m_row);
    const auto stop = std::lower_bound(from, whole.numbers.end(), end);
    const auto count = std::min<std::size_t>(std::size_t(stop - from), budget.rows);
    const bool isRest = m_row + count == whole.numbers.size();
    Chunk part;
    part.numbers.assign(from, from + std::ptrdiff_t(count));
    part.next = isRest ? std::min(whole.next, end) : std::min(*(from + std::ptrdiff_t(count)), end);
    if (whole.raw) {
        part.raw = someRecords(*whole.raw, m_row, count);
    } else if (count > 0) {
        part.rows.columns = whole.rows.columns->Slice(std::int64_t(m_row), std::int64_t(count));
        part.rows.eventTimes = std::static_pointer_cast<arrow::Int64Array>(
            whole.rows.eventTimes->Slice(std::int64_t(m_row), std::int64_t(count)));
    }
    m_row += count;
    if (m_row == whole.numbers.size() && whole.next <= end) {
        ++m_chunk;
        m_row = 0;
    }
    return part;
}

std::int64_t NexmarkSource::dueNs(std::int64_t event) const
{
    const double seconds = double(event - m_pacedFrom) / double(m_config.parameters.rate);
    return m_pacedSinceNs + std::int64_t(seconds * 1e9);
}

// Returns the first event that is not due yet.
std::int64_t NexmarkSource::dueEnd(std::int64_t nowNs)
{
    if (!m_config.isPaced)
        return end();
    if (m_pacedSinceNs < 0) {
        m_pacedSinceNs = nowNs;
        m_pacedFrom = m_next;
    }
    const double elapsed = double(nowNs - m_pacedSinceNs) * 1e-9;
    return std::min(end(),
                    m_pacedFrom + 1 + std::int64_t(elapsed * double(m_config.parameters.rate)));
}

Result<flow::PollOutcome> NexmarkSource::poll(const flow::PollBudget& budget,
                                              flow::SourceContext& context)
{
    const SteadyTime now = context.clock().steadyNow();
    m_intake.watermarks().add(*m_partition, now);
    const std::int64_t until = dueEnd(now.ns);
    m_intake.watermarks().setCaughtUp(*m_partition, m_next >= until, context.clock().steadyNow());
    if (m_next >= until) {
        m_intake.publishWatermark(context);
        return m_next >= end() ? flow::PollOutcome::Finished : flow::PollOutcome::CaughtUp;
    }
    Chunk chunk;
    if (m_config.isPrepared) {
        chunk = takePrepared(until, budget);
    } else {
        SLUICE_TRY(chunk, make(m_next, until, budget));
    }
    m_next = chunk.next;
    if (!chunk.numbers.empty()) {
        SLUICE_TRY(handOn(std::move(chunk), context));
    }
    m_intake.publishWatermark(context);
    return m_next >= end() ? flow::PollOutcome::Finished : flow::PollOutcome::More;
}

Status NexmarkSource::handOn(Chunk chunk, flow::SourceContext& context)
{
    const SteadyTime now = context.clock().steadyNow();
    const std::int64_t arrivalNs = m_config.isPaced ? dueNs(chunk.numbers.front()) : now.ns;
    if (chunk.raw) {
        chunk.raw->ingestTimeUs = context.clock().wallNow().us;
        chunk.raw->arrivalNs = arrivalNs;
        return m_intake.take(chunk.raw, context);
    }
    chunk.rows.arrivalNs = arrivalNs;
    m_intake.watermarks().observe(*m_partition, newestOf(*chunk.rows.eventTimes), now);
    context.emit(std::move(chunk.rows));
    return ok();
}

std::string NexmarkSource::position() const
{
    JsonWriter json;
    json.beginObject().key("next").value(m_next).key("watermarks");
    m_intake.writeWatermarks(json, {*m_partition});
    json.endObject();
    return json.take();
}

} // namespace sluice::connectors
