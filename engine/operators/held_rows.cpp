// SPDX-License-Identifier: Apache-2.0
#include "engine/operators/held_rows.h"

#include "engine/columns/types.h"
#include "engine/state/row_bytes.h"

#include <algorithm>
#include <utility>

namespace sluice::operators {
namespace {

constexpr const char* kTimeColumn = "#event_time";

// The raw records of the rows of a batch, one a row.
std::shared_ptr<const RawRecords> ownRecords(const Batch& batch)
{
    if (!batch.raw)
        return nullptr;
    auto own = std::make_shared<RawRecords>();
    own->source = batch.raw->source;
    own->partition = batch.raw->partition;
    own->ingestTimeUs = batch.raw->ingestTimeUs;
    own->arrivalNs = batch.raw->arrivalNs;
    std::string bytes;
    for (std::int64_t row = 0; row < batch.rows(); ++row) {
        const std::size_t record = batch.rawRow(row);
        const std::string_view text = batch.raw->record(record);
        own->offsets.push_back(std::uint32_t(bytes.size()));
        own->lengths.push_back(std::uint32_t(text.size()));
        own->positions.push_back(batch.raw->positions[record]);
        if (!batch.raw->recordTimesUs.empty())
            own->recordTimesUs.push_back(batch.raw->recordTimesUs[record]);
        bytes += text;
    }
    own->bytes = arrow::Buffer::FromString(std::move(bytes));
    return own;
}

void writeRecords(const RawRecords& raw, ByteWriter& out)
{
    out.bytes(*raw.source);
    out.bytes(*raw.partition);
    out.i64(raw.ingestTimeUs);
    out.u8(raw.recordTimesUs.empty() ? 0 : 1);
    out.varint(raw.size());
    for (std::size_t i = 0; i < raw.size(); ++i) {
        out.i64(raw.positions[i]);
        if (!raw.recordTimesUs.empty())
            out.i64(raw.recordTimesUs[i]);
        out.bytes(raw.record(i));
    }
}

std::shared_ptr<const RawRecords> readRecords(ByteReader& in)
{
    auto raw = std::make_shared<RawRecords>();
    raw->source = std::make_shared<const std::string>(in.bytes());
    raw->partition = std::make_shared<const std::string>(in.bytes());
    raw->ingestTimeUs = in.i64();
    const bool hasTimes = in.u8() != 0;
    const std::uint64_t count = in.varint();
    std::string bytes;
    for (std::uint64_t i = 0; i < count && !in.hasFailed(); ++i) {
        raw->positions.push_back(in.i64());
        if (hasTimes)
            raw->recordTimesUs.push_back(in.i64());
        const std::string_view record = in.bytes();
        raw->offsets.push_back(std::uint32_t(bytes.size()));
        raw->lengths.push_back(std::uint32_t(record.size()));
        bytes += record;
    }
    raw->bytes = arrow::Buffer::FromString(std::move(bytes));
    return raw;
}

} // namespace

void HeldRows::add(const Batch& rows, WallTime until)
{
    if (rows.rows() == 0)
        return;
    Batch kept = rows;
    kept.raw = ownRecords(rows);
    kept.rawRows = nullptr;
    m_rows += kept.rows();
    m_hasChanged = true;
    m_parts.push_back({std::move(kept), until});
}

std::vector<HeldRows::Part> HeldRows::takeAll()
{
    m_hasChanged = m_hasChanged || m_rows > 0;
    m_rows = 0;
    return std::exchange(m_parts, {});
}

std::int64_t HeldRows::bytes() const
{
    std::int64_t total = 0;
    for (const Part& part : m_parts)
        total += batchBytes(part.rows) + (part.rows.raw ? part.rows.raw->bytes->size() : 0);
    return total;
}

WallTime HeldRows::firstUntil() const
{
    WallTime first{INT64_MAX};
    for (const Part& part : m_parts)
        first = std::min(first, part.until);
    return first;
}

// Number of parts; for each the time it waits until, its rows with the event time as a last column
// if they have one, and its raw records if it has them.
Status HeldRows::save(ByteWriter& out)
{
    m_hasChanged = false;
    out.varint(m_parts.size());
    for (const Part& part : m_parts) {
        out.i64(part.until.us);
        std::shared_ptr<arrow::RecordBatch> columns = part.rows.columns;
        if (part.rows.eventTimes) {
            auto wider
                = columns->AddColumn(columns->num_columns(), kTimeColumn, part.rows.eventTimes);
            if (!wider.ok())
                return errorFromArrow(wider.status(), "held rows");
            columns = std::move(*wider);
        }
        SLUICE_TRY(state::writeRows(*columns, out));
        out.u8(part.rows.raw ? 1 : 0);
        if (part.rows.raw)
            writeRecords(*part.rows.raw, out);
    }
    return ok();
}

Status HeldRows::load(ByteReader& in)
{
    m_parts.clear();
    m_rows = 0;
    const std::uint64_t count = in.varint();
    for (std::uint64_t i = 0; i < count && !in.hasFailed(); ++i) {
        Part part;
        part.until = {in.i64()};
        SLUICE_TRY(part.rows.columns, state::readRows(in));
        const int last = part.rows.columns->num_columns() - 1;
        if (last >= 0 && part.rows.columns->schema()->field(last)->name() == kTimeColumn) {
            part.rows.eventTimes
                = std::static_pointer_cast<arrow::Int64Array>(part.rows.columns->column(last));
            auto narrower = part.rows.columns->RemoveColumn(last);
            if (!narrower.ok())
                return errorFromArrow(narrower.status(), "held rows");
            part.rows.columns = std::move(*narrower);
        }
        if (in.u8() != 0)
            part.rows.raw = readRecords(in);
        if (part.rows.raw && std::int64_t(part.rows.raw->size()) != part.rows.rows())
            return Error{.code = ErrorCode::DecodeFailed,
                         .message = "rows and raw records differ in number",
                         .object = "held rows",
                         .hint = {},
                         .cause = {}};
        m_rows += part.rows.rows();
        m_parts.push_back(std::move(part));
    }
    return in.status("held rows");
}

} // namespace sluice::operators
