// SPDX-License-Identifier: Apache-2.0
#include "engine/api/reject_store.h"

#include "engine/base/time.h"
#include "engine/columns/batch.h"
#include "engine/columns/types.h"
#include "engine/formats/json_encoder.h"
#include "engine/query/table_view.h"

#include <algorithm>
#include <array>

#include <arrow/array.h>

namespace sluice::api {
namespace {

constexpr std::array kVerdicts{Verdict::DeadLetter, Verdict::Late, Verdict::Quarantined};

// Names the columns that tables of former versions lack, and their types.
const char* const kAllColumns
    = "SELECT ''::VARCHAR AS event_id, ''::VARCHAR AS source, ''::VARCHAR AS \"partition\", "
      "0::BIGINT AS \"position\", NULL::TIMESTAMPTZ AS event_time, NULL::TIMESTAMPTZ AS "
      "ingest_time, ''::VARCHAR AS node, ''::VARCHAR AS verdict, ''::VARCHAR AS rule, ''::VARCHAR "
      "AS reason, ''::VARCHAR AS \"values\", ''::BLOB AS data, 0::BIGINT AS pipeline_version, "
      "0::BIGINT AS attempt, ''::VARCHAR AS replay_id WHERE false";

// Numbers and quoted texts differ from row to row; what is left is the reason.
const char* const kReasonPattern
    = "regexp_replace(regexp_replace(coalesce(reason, ''), '\"[^\"]*\"', '\"...\"', 'g'), "
      "'[0-9]+([.:-][0-9]+)*', '#', 'g')";

std::string whenSql(const std::string& text)
{
    Micros span{};
    if (parseDuration(text, span))
        return "TIMESTAMPTZ "
            + query::quotedText(timestampText(systemClock().wallNow().us - span.count()));
    return "CAST(" + query::quotedText(text) + " AS TIMESTAMPTZ)";
}

std::string textAt(const arrow::RecordBatch& rows, const char* column, std::int64_t row)
{
    const auto values = rows.GetColumnByName(column);
    return values->IsNull(row) ? std::string() : query::cellText(*values, row);
}

std::int64_t numberAt(const arrow::RecordBatch& rows, const char* column, std::int64_t row)
{
    const auto& values = static_cast<const arrow::Int64Array&>(*rows.GetColumnByName(column));
    return values.IsNull(row) ? 0 : values.Value(row);
}

// SQL gives JSON as text; marked as JSON it is written as it is.
std::shared_ptr<arrow::RecordBatch> withJson(const arrow::RecordBatch& rows)
{
    arrow::FieldVector fields = rows.schema()->fields();
    for (auto& field : fields)
        if (field->name() == "data" || field->name() == "values")
            field = jsonField(field->name());
    return arrow::RecordBatch::Make(arrow::schema(std::move(fields)), rows.num_rows(),
                                    rows.columns());
}

} // namespace

bool RejectStore::has(const std::string& table) const
{
    return m_link.catalog().summary(table).version >= 0;
}

Result<query::SqlResult> RejectStore::run(const std::string& select) const
{
    SLUICE_TRY(const std::string rejects, rejectsSql());
    return m_link.sql().run(rejects + select, 0);
}

// All rejects of the pipeline as `chosen`: those that the filter means, with is_replayed.
Result<std::string> RejectStore::rejectsSql() const
{
    std::string out = "WITH every AS (" + std::string(kAllColumns);
    for (const Verdict verdict : kVerdicts)
        if (const std::string table = runtime::rejectTable(verdict, m_filter.pipeline); has(table))
            out += " UNION ALL BY NAME SELECT * FROM " + table;
    out += "), tried AS (";
    const std::string replayed = runtime::replayedTable(m_filter.pipeline);
    out += has(replayed)
        ? "SELECT DISTINCT verdict, node, source, \"partition\", \"position\", attempt FROM "
            + replayed
        : std::string("SELECT verdict, node, source, \"partition\", \"position\", attempt FROM "
                      "every WHERE false");
    out += "), numbered AS (SELECT * REPLACE (coalesce(attempt, 1) AS attempt) FROM every), "
           "judged AS (SELECT n.*, t.verdict IS NOT NULL AS is_replayed FROM numbered n LEFT JOIN "
           "tried t ON n.verdict = t.verdict AND n.node = t.node AND n.source = t.source AND "
           "n.\"partition\" = t.\"partition\" AND n.\"position\" = t.\"position\" AND n.attempt = "
           "t.attempt), chosen AS (SELECT * FROM judged WHERE true";
    SLUICE_TRY(const std::string where, conditions());
    out += where + " ORDER BY ingest_time, source, \"partition\", \"position\"";
    if (m_filter.limit > 0)
        out += " LIMIT " + std::to_string(m_filter.limit);
    return out + ") ";
}

Result<std::string> RejectStore::conditions() const
{
    std::string out;
    if (!m_filter.withReplayed)
        out += " AND NOT is_replayed";
    const auto equals = [&](const char* column, const std::string& value) {
        if (!value.empty())
            out += std::string(" AND ") + column + " = " + query::quotedText(value);
    };
    if (!m_filter.verdict.empty() && std::ranges::none_of(kVerdicts, [&](Verdict verdict) {
            return m_filter.verdict == verdictName(verdict);
        }))
        return Error{.code = ErrorCode::ConfigInvalid,
                     .message = "\"" + m_filter.verdict + "\" is no verdict that keeps rows",
                     .object = m_filter.pipeline,
                     .hint = "dead_letter, late and quarantined do.",
                     .cause = {}};
    equals("verdict", m_filter.verdict);
    equals("node", m_filter.node);
    equals("rule", m_filter.rule);
    if (!m_filter.reason.empty())
        out += " AND (contains(reason, " + query::quotedText(m_filter.reason) + ") OR "
            + kReasonPattern + " = " + query::quotedText(m_filter.reason) + ")";
    if (!m_filter.since.empty())
        out += " AND ingest_time >= " + whenSql(m_filter.since);
    if (!m_filter.until.empty())
        out += " AND ingest_time < " + whenSql(m_filter.until);
    return out;
}

Result<std::vector<RejectGroup>> RejectStore::groups() const
{
    SLUICE_TRY(const query::SqlResult result,
               run(std::string("SELECT verdict, node, coalesce(rule, '') AS rule, ")
                   + kReasonPattern
                   + " AS why, count(*) AS n, count(*) FILTER (is_replayed) AS replayed, "
                     "max(attempt) AS most, coalesce(epoch_us(min(ingest_time)), 0) AS first_us, "
                     "coalesce(epoch_us(max(ingest_time)), 0) AS last_us FROM chosen GROUP BY ALL "
                     "ORDER BY n DESC, verdict, node, rule, why"));
    std::vector<RejectGroup> out;
    for (const auto& rows : result.batches)
        for (std::int64_t row = 0; row < rows->num_rows(); ++row)
            out.push_back({.verdict = textAt(*rows, "verdict", row),
                           .node = textAt(*rows, "node", row),
                           .rule = textAt(*rows, "rule", row),
                           .reason = textAt(*rows, "why", row),
                           .rows = numberAt(*rows, "n", row),
                           .replayed = numberAt(*rows, "replayed", row),
                           .mostAttempts = numberAt(*rows, "most", row),
                           .firstUs = numberAt(*rows, "first_us", row),
                           .lastUs = numberAt(*rows, "last_us", row)});
    return out;
}

Status RejectStore::writeLines(const std::function<void(const std::string&)>& line) const
{
    SLUICE_TRY(
        const query::SqlResult result,
        run("SELECT verdict, node, source, \"partition\", \"position\", attempt, event_time, "
            "ingest_time, rule, reason, TRY_CAST(\"values\" AS JSON) AS \"values\", "
            "pipeline_version, replay_id, CASE WHEN json_valid(text) AND text LIKE '{%' THEN "
            "CAST(text AS JSON) ELSE to_json(text) END AS data, CASE WHEN text IS NULL THEN "
            "base64(data) END AS data_base64 FROM (SELECT *, TRY(decode(data)) AS text FROM "
            "chosen)"));
    for (const auto& batch : result.batches) {
        const auto rows = withJson(*batch);
        for (std::int64_t row = 0; row < rows->num_rows(); ++row) {
            std::string text;
            formats::encodeJsonRow(*rows, row, text);
            line(text);
        }
    }
    return ok();
}

RejectStore::Identity RejectStore::identityOf(const runtime::KeptRecord& record)
{
    return {record.verdict,   record.node,     record.source,
            record.partition, record.position, record.attempt};
}

Result<RejectStore::Chosen> RejectStore::records() const
{
    SLUICE_TRY(const query::SqlResult result,
               run("SELECT verdict, node, source, \"partition\", \"position\", attempt, "
                   "event_time IS NOT NULL AS has_time, coalesce(epoch_us(event_time), 0) AS "
                   "event_us, coalesce(epoch_us(ingest_time), 0) AS ingest_us, data FROM chosen"));
    Chosen out;
    std::map<Identity, bool> seen;
    for (const auto& rows : result.batches) {
        const auto& data = static_cast<const arrow::BinaryArray&>(*rows->GetColumnByName("data"));
        const auto& hasTime
            = static_cast<const arrow::BooleanArray&>(*rows->GetColumnByName("has_time"));
        for (std::int64_t row = 0; row < rows->num_rows(); ++row) {
            if (data.IsNull(row)) {
                ++out.withoutRecord;
                continue;
            }
            runtime::KeptRecord record{.verdict = textAt(*rows, "verdict", row),
                                       .node = textAt(*rows, "node", row),
                                       .source = textAt(*rows, "source", row),
                                       .partition = textAt(*rows, "partition", row),
                                       .position = numberAt(*rows, "position", row),
                                       .attempt = numberAt(*rows, "attempt", row),
                                       .into = {},
                                       .eventTimeUs = {},
                                       .ingestTimeUs = numberAt(*rows, "ingest_us", row),
                                       .data = std::string(data.GetView(row))};
            if (hasTime.Value(row))
                record.eventTimeUs = numberAt(*rows, "event_us", row);
            // A record that became several rows is one record still.
            if (seen.emplace(identityOf(record), true).second)
                out.records.push_back(std::move(record));
        }
    }
    return out;
}

Result<std::int64_t> RejectStore::replayedBy(const std::string& id) const
{
    const std::string table = runtime::replayedTable(m_filter.pipeline);
    if (!has(table))
        return std::int64_t(0);
    SLUICE_TRY(const query::SqlResult result,
               m_link.sql().run("SELECT count(*) AS n FROM " + table
                                    + " WHERE replay_id = " + query::quotedText(id),
                                0));
    return numberAt(*result.batches.at(0), "n", 0);
}

namespace {

Result<std::unique_ptr<WorkspaceLink>> lookInto(const std::string& workspace,
                                                const std::string& pipeline)
{
    initializeColumns();
    SLUICE_TRY(auto link, WorkspaceLink::open(workspace, true));
    SLUICE_TRY(const auto stored, link->workspace().pipelines());
    if (std::ranges::find(stored, pipeline, &workspace::StoredPipeline::name) == stored.end())
        return Error{.code = ErrorCode::NotFound,
                     .message = "there is no pipeline \"" + pipeline + "\"",
                     .object = workspace,
                     .hint = "sluicectl status lists the pipelines.",
                     .cause = {}};
    return link;
}

} // namespace

Result<std::vector<RejectGroup>> listRejects(const std::string& workspace,
                                             const RejectFilter& filter)
{
    SLUICE_TRY(const auto link, lookInto(workspace, filter.pipeline));
    return RejectStore(*link, filter).groups();
}

Status exportRejects(const std::string& workspace, const RejectFilter& filter,
                     const std::function<void(const std::string&)>& line)
{
    SLUICE_TRY(const auto link, lookInto(workspace, filter.pipeline));
    return RejectStore(*link, filter).writeLines(line);
}

} // namespace sluice::api
