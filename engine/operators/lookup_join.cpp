// SPDX-License-Identifier: Apache-2.0
#include "engine/operators/lookup_join.h"

#include "engine/columns/types.h"
#include "engine/operators/late_expression.h"
#include "engine/state/keyed_rows.h"

#include <algorithm>

#include <arrow/array/builder_primitive.h>
#include <arrow/compute/api.h>
#include <arrow/table.h>
#include <arrow/util/byte_size.h>

namespace sluice::operators {

LookupJoin::LookupJoin(LookupConfig config, state::KeyCodec codec, const flow::TableCatalog& tables,
                       const flow::ColumnSet& needed)
    : m_config(std::move(config))
    , m_codec(std::move(codec))
    , m_tables(tables)
    , m_bound(m_config.bound)
{
    for (const auto& column : m_config.add)
        if (needed.contains(column.first))
            m_add.push_back(column);
}

Status LookupJoin::loadTable()
{
    SLUICE_TRY(const flow::TableContent content, m_tables.readTable(m_config.table));
    auto table = arrow::Table::FromRecordBatches(content.schema, content.batches);
    auto whole = table.ok() ? (*table)->CombineChunksToBatch()
                            : arrow::Result<std::shared_ptr<arrow::RecordBatch>>(table.status());
    if (!whole.ok())
        return errorFromArrow(whole.status(), m_config.table);
    const arrow::RecordBatch& rows = **whole;
    arrow::ArrayVector keys, added;
    for (std::size_t i = 0; i < m_config.on.size(); ++i) {
        SLUICE_TRY(auto column, columnNamed(rows, m_config.on[i].second));
        auto cast = arrow::compute::Cast(*column, m_config.keyFields[i]->type());
        if (!cast.ok())
            return errorFromArrow(cast.status(), m_config.table + "." + m_config.on[i].second);
        keys.push_back(std::move(*cast));
    }
    arrow::FieldVector fields;
    for (const auto& [name, from] : m_add) {
        SLUICE_TRY(auto column, columnNamed(rows, from));
        fields.push_back(arrow::field(name, column->type()));
        added.push_back(std::move(column));
    }
    state::EncodedKeys encoded;
    m_codec.encode(keys, encoded);
    state::KeyTable keyTable;
    std::vector<std::int64_t> rowOf;
    for (std::size_t row = 0; row < encoded.rows(); ++row)
        if (keyTable.intern(encoded.key(row), encoded.hashes[row]) == rowOf.size())
            rowOf.push_back(std::int64_t(row));
    m_keys = std::move(keyTable);
    m_rowOf = std::move(rowOf);
    m_rows = arrow::RecordBatch::Make(arrow::schema(std::move(fields)), rows.num_rows(),
                                      std::move(added));
    m_rowBytes = arrow::util::TotalBufferSize(*m_rows);
    return ok();
}

Result<bool> LookupJoin::refreshIfDue(flow::NodeContext& context)
{
    const std::int64_t now = context.clock().steadyNow().ns;
    if (m_loadedNs < 0) {
        m_loadedNs = now;
        // Rows of a restored state came in during an earlier run.
        NodeCounters::add(context.counters().created, std::uint64_t(m_held.rows()));
    }
    if (m_config.refresh.count() == 0 || now - m_loadedNs < m_config.refresh.count() * 1000)
        return false;
    m_loadedNs = now;
    SLUICE_TRY(loadTable());
    return true;
}

// The row of the table for each row of a batch, -1 if there is none.
Result<std::vector<std::int64_t>> LookupJoin::lookUp(const Batch& batch)
{
    arrow::ArrayVector keys;
    for (const auto& [mine, theirs] : m_config.on) {
        SLUICE_TRY(auto column, columnNamed(*batch.columns, mine));
        keys.push_back(std::move(column));
    }
    m_codec.encode(keys, m_encoded);
    const std::vector<bool> hasNull = state::rowsWithNull(keys, batch.rows()); // equals nothing
    std::vector<std::int64_t> found(std::size_t(batch.rows()), -1);
    for (std::size_t row = 0; row < found.size(); ++row) {
        if (hasNull[row])
            continue;
        const std::uint32_t number = m_keys.find(m_encoded.key(row), m_encoded.hashes[row]);
        if (number != state::KeyTable::kNone)
            found[row] = m_rowOf[number];
    }
    return found;
}

Status LookupJoin::join(const Batch& batch, WallTime until, flow::NodeContext& context)
{
    SLUICE_TRY(std::vector<std::int64_t> found, lookUp(batch));
    const bool isOver = m_watermark == EventTime::max() || context.clock().wallNow() >= until;
    const OnMiss policy
        = m_config.onMiss == OnMiss::Retry && isOver ? m_config.afterRetry : m_config.onMiss;
    std::vector<std::uint32_t> missed, kept;
    for (std::uint32_t row = 0; row < found.size(); ++row)
        (found[row] < 0 ? missed : kept).push_back(row);
    if (missed.empty() || policy == OnMiss::Null)
        return emitFound(batch, found, context);
    if (policy == OnMiss::Drop)
        context.count(Verdict::Dropped, missed.size());
    else if (policy == OnMiss::DeadLetter)
        context.reject(batch, missed, Verdict::DeadLetter,
                       {.rule = "lookup",
                        .message = "no row of " + m_config.table + " has its key",
                        .values = {}});
    auto rest = takeRows(batch, kept);
    auto waiting = takeRows(batch, missed);
    if (!rest.ok() || !waiting.ok())
        return errorFromArrow(rest.ok() ? waiting.status() : rest.status(), m_config.table);
    if (policy == OnMiss::Retry)
        m_held.add(*waiting, until);
    std::erase_if(found, [](std::int64_t row) { return row < 0; });
    return emitFound(*rest, found, context);
}

Status LookupJoin::emitFound(const Batch& rows, const std::vector<std::int64_t>& found,
                             flow::NodeContext& context) const
{
    if (found.empty())
        return ok();
    arrow::Int64Builder builder;
    arrow::Status status = builder.Reserve(std::int64_t(found.size()));
    for (const std::int64_t row : found) {
        if (row < 0)
            builder.UnsafeAppendNull();
        else
            builder.UnsafeAppend(row);
    }
    std::shared_ptr<arrow::Array> indices;
    if (status.ok())
        status = builder.Finish(&indices);
    std::shared_ptr<arrow::RecordBatch> columns = rows.columns;
    for (int i = 0; i < m_rows->num_columns() && status.ok(); ++i) {
        auto taken = arrow::compute::Take(*m_rows->column(i), *indices,
                                          arrow::compute::TakeOptions::NoBoundsCheck());
        auto wider = taken.ok()
            ? columns->AddColumn(columns->num_columns(), m_rows->schema()->field(i), *taken)
            : arrow::Result<std::shared_ptr<arrow::RecordBatch>>(taken.status());
        status = wider.status();
        if (wider.ok())
            columns = std::move(*wider);
    }
    if (!status.ok())
        return errorFromArrow(status, m_config.table);
    context.emit(withColumns(rows, std::move(columns)));
    return ok();
}

// Reads the table again if that is due, and looks at the rows that wait if something may have
// changed for them.
Status LookupJoin::lookAgain(flow::NodeContext& context)
{
    SLUICE_TRY(const bool isNew, refreshIfDue(context));
    const bool isOver
        = m_watermark == EventTime::max() || context.clock().wallNow() >= m_held.firstUntil();
    if (m_held.rows() == 0 || (!isNew && !isOver))
        return ok();
    for (const HeldRows::Part& part : m_held.takeAll())
        SLUICE_TRY(join(part.rows, part.until, context));
    return ok();
}

Status LookupJoin::process(std::size_t, const Batch& batch, flow::NodeContext& context)
{
    SLUICE_TRY(lookAgain(context));
    const WallTime until{context.clock().wallNow().us + m_config.retryFor.count()};
    SLUICE_TRY(join(batch, until, context));
    return tell(context);
}

Status LookupJoin::onWatermark(EventTime watermark, flow::NodeContext& context)
{
    m_watermark = watermark;
    SLUICE_TRY(lookAgain(context));
    return tell(context);
}

std::optional<WallTime> LookupJoin::wakesAt() const
{
    if (m_held.rows() == 0)
        return std::nullopt;
    return std::min(m_refreshAt, m_held.firstUntil());
}

Status LookupJoin::onClock(flow::NodeContext& context)
{
    SLUICE_TRY(lookAgain(context));
    return tell(context);
}

Status LookupJoin::tell(flow::NodeContext& context)
{
    const std::int64_t sinceLoad = (context.clock().steadyNow().ns - m_loadedNs) / 1000;
    m_refreshAt = {context.clock().wallNow().us + m_config.refresh.count() - sinceLoad};
    NodeCounters::set(context.counters().heldRows, m_held.rows());
    return m_bound.check(context.counters(), std::int64_t(m_keys.size()),
                         std::int64_t(m_keys.bytes()) + m_rowBytes + m_held.bytes(), "keys");
}

// The rows that wait, all of them each time one came or went; the table is read at the start.
Result<flow::SaveKind> LookupJoin::save(ByteWriter& out, flow::SaveKind wanted)
{
    if (wanted == flow::SaveKind::Whole || m_held.hasChanged())
        SLUICE_TRY(m_held.save(out));
    return wanted;
}

Status LookupJoin::load(ByteReader& in, flow::SaveKind)
{
    return m_held.load(in);
}

} // namespace sluice::operators
