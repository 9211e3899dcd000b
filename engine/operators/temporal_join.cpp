// SPDX-License-Identifier: Apache-2.0
#include "engine/operators/temporal_join.h"

#include "engine/columns/types.h"
#include "engine/flow/change_stream.h"
#include "engine/operators/late_expression.h"

#include <algorithm>

#include <arrow/array/array_binary.h>

namespace sluice::operators {
namespace {

constexpr std::size_t kLeft = std::size_t(JoinSide::Left), kRight = std::size_t(JoinSide::Right);
constexpr std::size_t kMostPairs = 1 << 15; // of one batch out
constexpr std::int64_t kFewRows = 4096;     // not worth looking for old versions among them

flow::BoundNode bindTemporal(const flow::BindContext& context)
{
    flow::BoundNode bound;
    checkJoinInputs(context, true, true);
    const bool readsChanges = context.inputs.back().isChangeStream;
    const auto columns = readJoinColumns(context);
    bound.output.columns = context.inputs.front().columns;
    bound.output.hasEventTime = true;
    bound.rejects = {Verdict::Late};
    bound.summary = "version of " + context.inputNames.back();
    if (!columns)
        return bound;
    arrow::FieldVector fields;
    for (const JoinedColumn& column : columns->columns)
        fields.push_back(arrow::field(column.name, column.type));
    bound.output.columns = arrow::schema(std::move(fields));
    bound.neededOfInput
        = [made = *columns, readsChanges](const flow::ColumnSet& output, std::size_t input) {
              flow::ColumnSet needed = made.neededOf(input, output);
              if (readsChanges && input == kRight)
                  needed.insert(flow::kChangeColumn);
              return needed;
          };
    bound.createOperator
        = [made = *columns, kind = readJoinKind(context.options), readsChanges,
           limit = StateBound(context, "Keep fewer columns, or fewer versions of a key")](
              const flow::CreateContext& create) -> Result<std::unique_ptr<flow::Operator>> {
        SLUICE_TRY(state::KeyCodec left, state::KeyCodec::make(made.keyFields[kLeft]));
        SLUICE_TRY(state::KeyCodec right, state::KeyCodec::make(made.keyFields[kRight]));
        TemporalJoinConfig config{made.reducedTo(create.neededColumns), kind, limit, readsChanges};
        return std::unique_ptr<flow::Operator>(
            std::make_unique<TemporalJoin>(std::move(config), std::move(left), std::move(right)));
    };
    return bound;
}

} // namespace

flow::NodeKind TemporalJoin::kind()
{
    std::vector<OptionSpec> options = joinOptions();
    options.push_back({.name = "join",
                       .type = OptionType::Choice,
                       .defaultValue = "left",
                       .choices = {"inner", "left"},
                       .help = "left: rows without a version go on with nulls; inner: they do "
                               "not."});
    options.push_back(StateBound::option());
    return {.name = "temporal_join",
            .title = "Temporal join",
            .help = "Adds to each row of the first input the row of the second one, a history of "
                    "versions by key, that is valid at its event time.",
            .category = flow::NodeCategory::Join,
            .minInputs = 2,
            .maxInputs = 2,
            .options = std::move(options),
            .bind = bindTemporal};
}

TemporalJoin::TemporalJoin(TemporalJoinConfig config, state::KeyCodec left, state::KeyCodec right)
    : m_config(std::move(config))
    , m_bound(m_config.bound)
    , m_waiting(std::move(left), m_config.columns.keys[kLeft])
    , m_versions(std::move(right), m_config.columns.keys[kRight])
{
}

Status TemporalJoin::takeLeft(const Batch& batch, flow::NodeContext& context)
{
    std::vector<std::uint32_t> late, kept;
    for (std::uint32_t row = 0; row < std::uint32_t(batch.rows()); ++row)
        (batch.eventTime(row) <= m_watermark ? late : kept).push_back(row);
    const std::string values = "{\"watermark\":\"" + timestampText(m_watermark.us) + "\"}";
    context.reject(batch, late, Verdict::Late,
                   {.rule = "join",
                    .message = "it is behind the watermark: its version may be gone",
                    .values = values});
    if (kept.empty())
        return ok();
    auto rest = late.empty() ? arrow::Result<Batch>(batch) : takeRows(batch, kept);
    if (!rest.ok())
        return errorFromArrow(rest.status(), "temporal_join");
    SLUICE_TRY(const auto rows, rowsToKeep(*rest, m_config.columns.keptOf(kLeft)));
    SLUICE_TRY(const state::RowId first, m_waiting.append(*rows));
    for (std::int64_t row = 0; row < rest->rows(); ++row)
        m_due.push(rest->eventTime(row).us, first + std::uint64_t(row));
    NodeCounters::add(context.counters().merged, kept.size());
    return ok();
}

// An update_preimage says nothing that the row behind it does not say.
Status TemporalJoin::takeVersions(const Batch& batch)
{
    std::vector<std::string> names = m_config.columns.keptOf(kRight);
    if (!m_config.readsChanges) {
        SLUICE_TRY(const auto rows, rowsToKeep(batch, names));
        return keepVersions(*rows);
    }
    SLUICE_TRY(const auto column, columnNamed(*batch.columns, flow::kChangeColumn));
    const auto& words = static_cast<const arrow::StringArray&>(*column);
    std::vector<std::uint32_t> kept;
    for (std::uint32_t row = 0; row < std::uint32_t(batch.rows()); ++row)
        if (words.GetView(row) != flow::changeName(flow::Change::UpdateBefore))
            kept.push_back(row);
    if (kept.empty())
        return ok();
    auto rest = takeRows(batch, kept);
    if (!rest.ok())
        return errorFromArrow(rest.status(), "temporal_join");
    names.emplace_back(flow::kChangeColumn);
    SLUICE_TRY(const auto rows, rowsToKeep(*rest, names));
    return keepVersions(*rows);
}

Status TemporalJoin::keepVersions(const arrow::RecordBatch& rows)
{
    SLUICE_TRY(const state::RowId first, m_versions.append(rows));
    if (!m_config.readsChanges)
        return ok();
    const auto column = rows.GetColumnByName(flow::kChangeColumn);
    const auto& words = static_cast<const arrow::StringArray&>(*column);
    for (std::int64_t row = 0; row < words.length(); ++row)
        if (flow::isRetraction(words.GetView(row)))
            m_versions.mark(first + std::uint64_t(row));
    return ok();
}

// Marks are not saved, the words are.
void TemporalJoin::markDeletions()
{
    const state::RowStore& rows = m_versions.store();
    for (std::uint64_t chunk = rows.firstChunk(); chunk < rows.endChunk(); ++chunk) {
        const arrow::RecordBatch* columns = rows.chunk(chunk);
        if (!columns)
            continue;
        const auto column = columns->GetColumnByName(flow::kChangeColumn);
        const auto& words = static_cast<const arrow::StringArray&>(*column);
        for (std::int64_t row = 0; row < words.length(); ++row)
            if (flow::isRetraction(words.GetView(row)))
                m_versions.mark((chunk << state::kChunkRowBits) + std::uint64_t(row));
    }
}

Status TemporalJoin::process(std::size_t input, const Batch& batch, flow::NodeContext& context)
{
    if (m_isRestored)
        requeue();
    m_watermark = std::max(m_watermark, context.watermark());
    if (input == kLeft) {
        SLUICE_TRY(takeLeft(batch, context));
    } else {
        SLUICE_TRY(takeVersions(batch));
        NodeCounters::add(context.counters().merged, std::uint64_t(batch.rows()));
    }
    return tell(context);
}

Status TemporalJoin::emitPairs(std::vector<state::RowId>& left, std::vector<state::RowId>& right,
                               flow::NodeContext& context) const
{
    if (left.empty())
        return ok();
    SLUICE_TRY(Batch joined,
               joinRows(m_config.columns, m_waiting.store(), left, m_versions.store(), right));
    NodeCounters::add(context.counters().created, std::uint64_t(joined.rows()));
    context.emit(std::move(joined));
    left.clear();
    right.clear();
    return ok();
}

Status TemporalJoin::answer(flow::NodeContext& context)
{
    std::vector<state::RowId> left, right;
    for (const auto& [time, id] : m_due.takeUntil(m_watermark.us)) {
        const std::uint32_t key = m_waiting.keyNumber(id);
        state::RowId version = state::kNoRow;
        if (key != state::KeyTable::kNone) {
            const std::string_view bytes = m_waiting.key(key);
            version = m_versions.latestAt(m_versions.newest(bytes, state::hashBytes(bytes)), time);
        }
        if (version != state::kNoRow && m_versions.isMarked(version))
            version = state::kNoRow;
        if (version == state::kNoRow && m_config.kind == JoinKind::Inner)
            continue;
        left.push_back(id);
        right.push_back(version);
        if (left.size() >= kMostPairs)
            SLUICE_TRY(emitPairs(left, right, context));
    }
    return emitPairs(left, right, context);
}

Status TemporalJoin::onWatermark(EventTime watermark, flow::NodeContext& context)
{
    if (m_isRestored)
        requeue();
    m_watermark = std::max(m_watermark, watermark);
    SLUICE_TRY(answer(context));
    m_waiting.releaseBefore(m_watermark == EventTime::max() ? INT64_MAX : m_watermark.us + 1);
    SLUICE_TRY(dropOldVersions());
    return tell(context);
}

// A row still to come is newer than the watermark: of the versions before that it can ask for the
// newest only. Looked for when the versions have doubled, so that a version is moved about once.
Status TemporalJoin::dropOldVersions()
{
    if (m_versions.rows() <= std::max(kFewRows, 2 * m_kept))
        return ok();
    std::vector<state::RowId> kept;
    m_versions.forEachChain([&](state::RowId newest) {
        m_versions.walk(newest, INT64_MIN, [&](state::RowId id, std::int64_t time) {
            if (time > m_watermark.us)
                kept.push_back(id);
            return true;
        });
        const state::RowId last = m_versions.latestAt(newest, m_watermark.us);
        if (last != state::kNoRow && !m_versions.isMarked(last)) // no version: as if deleted
            kept.push_back(last);
    });
    std::sort(kept.begin(), kept.end());
    if (std::int64_t(kept.size()) < m_versions.rows()) {
        SLUICE_TRY(const auto rows, m_versions.gather(kept));
        m_versions.clear();
        SLUICE_TRY(keepVersions(*rows));
        m_mustSaveWhole = true;
    }
    m_kept = std::int64_t(kept.size());
    return ok();
}

void TemporalJoin::requeue()
{
    m_isRestored = false;
    m_kept = m_versions.rows() / 2;
    if (m_config.readsChanges)
        markDeletions();
    m_waiting.forEach([&](state::RowId id, std::int64_t time) {
        if (time > m_watermark.us)
            m_due.push(time, id);
    });
}

Status TemporalJoin::tell(flow::NodeContext& context)
{
    return m_bound.check(context.counters(), std::int64_t(m_versions.keys()),
                         m_versions.bytes() + m_waiting.bytes() + std::int64_t(m_due.bytes()),
                         "keys");
}

// The watermark, the rows that wait, the versions.
Result<flow::SaveKind> TemporalJoin::save(ByteWriter& out, flow::SaveKind wanted)
{
    const bool isWhole = wanted == flow::SaveKind::Whole || m_mustSaveWhole;
    if (!isWhole && m_watermark == m_savedWatermark && !m_waiting.hasUnsaved()
        && !m_versions.hasUnsaved())
        return wanted;
    m_savedWatermark = m_watermark;
    m_mustSaveWhole = false;
    out.i64(m_watermark.us);
    SLUICE_TRY(m_waiting.save(out, isWhole));
    SLUICE_TRY(m_versions.save(out, isWhole));
    return isWhole ? flow::SaveKind::Whole : flow::SaveKind::Changes;
}

Status TemporalJoin::load(ByteReader& in, flow::SaveKind kind)
{
    if (kind == flow::SaveKind::Whole) {
        m_waiting.clear();
        m_versions.clear();
    }
    m_watermark = m_savedWatermark = {in.i64()};
    SLUICE_TRY(m_waiting.load(in));
    SLUICE_TRY(m_versions.load(in));
    m_isRestored = true;
    return ok();
}

} // namespace sluice::operators
