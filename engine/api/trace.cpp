// SPDX-License-Identifier: Apache-2.0
#include "engine/api/trace.h"

#include "engine/api/control.h"
#include "engine/api/shadow.h"
#include "engine/base/json_writer.h"
#include "engine/columns/batch.h"
#include "engine/formats/json_encoder.h"
#include "engine/query/table_view.h"

#include <algorithm>
#include <charconv>
#include <set>

#include <arrow/array.h>

namespace sluice::api {
namespace {

constexpr std::array kVerdicts{Verdict::DeadLetter, Verdict::Late, Verdict::Quarantined};

std::string textAt(const arrow::RecordBatch& rows, const char* column, std::int64_t row)
{
    const auto values = rows.GetColumnByName(column);
    return !values || values->IsNull(row) ? std::string() : query::cellText(*values, row);
}

std::int64_t numberAt(const arrow::RecordBatch& rows, const char* column, std::int64_t row)
{
    const auto values = rows.GetColumnByName(column);
    return !values || values->IsNull(row)
        ? 0
        : static_cast<const arrow::Int64Array&>(*values).Value(row);
}

std::string fieldOf(const DocumentNode& map, const char* key)
{
    const DocumentNode* node = map.find(key);
    return node ? node->text : std::string();
}

std::int64_t numberOf(const DocumentNode& map, const char* key)
{
    std::int64_t out = 0;
    const std::string text = fieldOf(map, key);
    std::from_chars(text.data(), text.data() + text.size(), out);
    return out;
}

// Looks for one record; one instance, one request.
class Tracer
{
public:
    Tracer(WorkspaceLink& link, const TraceRequest& request, runtime::Plan plan)
        : m_link(link)
        , m_request(request)
        , m_plan(std::move(plan))
    {
    }

    Result<TraceAnswer> run()
    {
        SLUICE_TRY(findKept());
        SLUICE_TRY(findRejected());
        if (m_out.records.empty())
            return Error{.code = ErrorCode::NotFound,
                         .message = "no bronze or reject table of the pipeline has this record",
                         .object = m_request.pipeline,
                         .hint = "Records are kept by a delta_sink with write: raw, and those that "
                                 "were turned away by their own tables.",
                         .cause = {}};
        SLUICE_TRY(findRows());
        for (RecordTrace& record : m_out.records)
            tellWay(record);
        return std::move(m_out);
    }

private:
    bool has(const std::string& table) const
    {
        return m_link.catalog().summary(table).version >= 0;
    }

    // Chooses rows by the record's bytes as text, or by where it stood.
    std::string condition(const std::string& text, const char* position) const
    {
        if (m_request.key.empty())
            return "\"partition\" = " + query::quotedText(m_request.partition) + " AND \""
                + position + "\" = " + std::to_string(m_request.position);
        const std::string value = query::quotedText(m_request.value);
        return "CASE WHEN json_valid(" + text + ") THEN json_extract_string(" + text + ", "
            + query::quotedText("$.\"" + m_request.key + "\"") + ") = " + value + " ELSE contains("
            + text + ", " + value + ") END";
    }

    Status findKept()
    {
        for (const runtime::PlannedNode& node : m_plan.nodes) {
            const DocumentNode* write
                = m_plan.document.find("nodes")->find(node.name)->find("write");
            if (!write || write->text != "raw" || !has(node.bound.target))
                continue;
            SLUICE_TRY(addRecords("SELECT source, \"partition\", \"offset\" AS pos, "
                                  "epoch_us(event_time) AS event_us, epoch_us(ingest_time) AS "
                                  "arrival_us, event_data AS text FROM "
                                      + node.bound.target + " WHERE "
                                      + condition("event_data", "offset"),
                                  node.name));
        }
        return ok();
    }

    Status findRejected()
    {
        for (const Verdict verdict : kVerdicts) {
            const std::string table = runtime::rejectTable(verdict, m_plan.pipeline);
            if (!has(table))
                continue;
            SLUICE_TRY(addRecords("SELECT source, \"partition\", \"position\" AS pos, "
                                  "epoch_us(event_time) AS event_us, epoch_us(ingest_time) AS "
                                  "arrival_us, TRY(decode(data)) AS text FROM "
                                      + table + " WHERE "
                                      + condition("TRY(decode(data))", "position"),
                                  {}));
        }
        return ok();
    }

    // keptBy: the sink whose table is asked, "" for rejects.
    Status addRecords(const std::string& select, const std::string& keptBy)
    {
        SLUICE_TRY(const query::SqlResult result,
                   m_link.sql().run(select + " ORDER BY arrival_us DESC LIMIT "
                                        + std::to_string(m_request.limit),
                                    0));
        for (const auto& rows : result.batches) {
            for (std::int64_t row = 0; row < rows->num_rows(); ++row) {
                RecordTrace record{.source = textAt(*rows, "source", row),
                                   .partition = textAt(*rows, "partition", row),
                                   .position = numberAt(*rows, "pos", row),
                                   .eventUs = numberAt(*rows, "event_us", row),
                                   .arrivalUs = numberAt(*rows, "arrival_us", row),
                                   .data = textAt(*rows, "text", row)};
                auto known = std::ranges::find_if(m_out.records, [&](const RecordTrace& other) {
                    return other.source == record.source && other.partition == record.partition
                        && other.position == record.position;
                });
                if (known == m_out.records.end()) {
                    if (int(m_out.records.size()) == m_request.limit)
                        continue;
                    SLUICE_TRY(addRejects(record));
                    m_out.records.push_back(std::move(record));
                    known = std::prev(m_out.records.end());
                }
                if (!keptBy.empty())
                    known->steps.push_back(
                        {.node = keptBy, .verdict = "written", .knownBy = "table"});
            }
        }
        return ok();
    }

    // The verdicts that its reject tables hold of a record.
    Status addRejects(RecordTrace& record)
    {
        const std::string replayed = runtime::replayedTable(m_plan.pipeline);
        const std::string where = " WHERE r.source = " + query::quotedText(record.source)
            + " AND r.\"partition\" = " + query::quotedText(record.partition)
            + " AND r.\"position\" = " + std::to_string(record.position);
        for (const Verdict verdict : kVerdicts) {
            const std::string table = runtime::rejectTable(verdict, m_plan.pipeline);
            if (!has(table))
                continue;
            const auto columns = m_link.catalog().tableSchema(table);
            const bool counts = columns && (*columns)->GetFieldByName("attempt");
            const std::string attempt = counts ? "coalesce(r.attempt, 1)" : "1::BIGINT";
            const std::string join = has(replayed) ? " LEFT JOIN " + replayed
                    + " t ON t.verdict = r.verdict AND t.node = r.node AND t.source = r.source AND "
                      "t.\"partition\" = r.\"partition\" AND t.\"position\" = r.\"position\" AND "
                      "t.attempt = "
                    + attempt
                                                   : std::string();
            SLUICE_TRY(const query::SqlResult result,
                       m_link.sql().run(
                           "SELECT r.node, r.verdict, r.rule, r.reason, r.\"values\" AS operands, "
                           "r.pipeline_version AS version, "
                               + attempt + " AS attempt, " + (join.empty() ? "NULL" : "t.replay_id")
                               + " AS replayed_by, epoch_us(r.ingest_time) AS at FROM " + table
                               + " r" + join + where + " ORDER BY attempt",
                           0));
            for (const auto& rows : result.batches)
                for (std::int64_t row = 0; row < rows->num_rows(); ++row)
                    record.steps.push_back({.node = textAt(*rows, "node", row),
                                            .verdict = textAt(*rows, "verdict", row),
                                            .rule = textAt(*rows, "rule", row),
                                            .reason = textAt(*rows, "reason", row),
                                            .values = textAt(*rows, "operands", row),
                                            .knownBy = "table",
                                            .version = numberAt(*rows, "version", row),
                                            .timeUs = numberAt(*rows, "at", row),
                                            .attempt = numberAt(*rows, "attempt", row),
                                            .replayId = textAt(*rows, "replayed_by", row)});
        }
        return ok();
    }

    Status findRows()
    {
        if (m_request.key.empty())
            return ok();
        for (const runtime::PlannedNode& node : m_plan.nodes) {
            if (!node.bound.tableColumns || !has(node.bound.target)
                || !node.bound.tableColumns->GetFieldByName(m_request.key))
                continue;
            const std::string from = " FROM " + node.bound.target + " WHERE CAST("
                + query::quotedName(m_request.key)
                + " AS VARCHAR) = " + query::quotedText(m_request.value);
            TraceRows rows{.node = node.name, .table = node.bound.target};
            SLUICE_TRY(const query::SqlResult count,
                       m_link.sql().run("SELECT count(*) AS n" + from, 0));
            rows.rows = numberAt(*count.batches.at(0), "n", 0);
            SLUICE_TRY(const query::SqlResult some,
                       m_link.sql().run("SELECT *" + from + " LIMIT 3", 0));
            for (const auto& batch : some.batches) {
                for (std::int64_t row = 0; row < batch->num_rows(); ++row) {
                    rows.samples.emplace_back();
                    formats::encodeJsonRow(*batch, row, rows.samples.back());
                }
            }
            m_out.tables.push_back(std::move(rows));
        }
        return ok();
    }

    // What the nodes of a run remember of the record.
    void addRemembered(RecordTrace& record) const
    {
        JsonWriter json;
        json.beginObject().key("command").value("decisions");
        json.key("pipeline").value(m_plan.pipeline).key("partition").value(record.partition);
        json.key("position").value(record.position).endObject();
        const auto answer = askHolder(m_link.folder(), json.text());
        if (!answer)
            return; // nobody runs it
        Diagnostics ignored("decisions");
        const DocumentNode root = parseDocument(*answer, ignored);
        const DocumentNode* decisions = root.find("decisions");
        for (std::size_t i = 0; decisions && i < decisions->items.size(); ++i) {
            const DocumentNode& item = decisions->items[i];
            const std::string node = fieldOf(item, "node");
            const bool isTold
                = std::ranges::find(record.steps, node, &TraceStep::node) != record.steps.end();
            const runtime::PlannedNode* planned = m_plan.find(node);
            if (!isTold && !(planned && planned->bound.createSink)) // what is written is asked for
                record.steps.push_back({.node = node,
                                        .verdict = fieldOf(item, "verdict"),
                                        .rule = fieldOf(item, "rule"),
                                        .reason = fieldOf(item, "text"),
                                        .values = fieldOf(item, "values"),
                                        .knownBy = "ring",
                                        .version = numberOf(item, "version"),
                                        .timeUs = numberOf(item, "time_us")});
        }
    }

    // Puts the steps in the order of the plan and says what is known of the other nodes.
    void tellWay(RecordTrace& record) const
    {
        addRemembered(record);
        std::map<std::string, std::vector<TraceStep>> told;
        for (TraceStep& step : record.steps)
            told[step.node].push_back(std::move(step));
        for (const TraceRows& rows : m_out.tables)
            if (rows.rows > 0 && !told.contains(rows.node))
                told[rows.node].push_back(
                    {.node = rows.node, .verdict = "written", .knownBy = "table"});
        const std::set<std::string> below = withReaders(m_plan, {record.source});
        std::set<std::string> passed, cut; // had by a node below; below a node that ended it
        for (std::size_t i = m_plan.nodes.size(); i-- > 0;)
            if (told.contains(m_plan.nodes[i].name) || passed.contains(m_plan.nodes[i].name))
                for (const std::size_t input : m_plan.nodes[i].inputs)
                    passed.insert(m_plan.nodes[input].name);
        record.steps.clear();
        for (const runtime::PlannedNode& node : m_plan.nodes) {
            if (!below.contains(node.name))
                continue;
            const bool isCut
                = !node.inputs.empty() && std::ranges::all_of(node.inputs, [&](std::size_t input) {
                      return cut.contains(m_plan.nodes[input].name);
                  });
            if (const auto found = told.find(node.name); found != told.end()) {
                const TraceStep& last = found->second.back();
                if (last.verdict != "pass" && last.verdict != "written" && last.verdict != "kept"
                    && last.replayId.empty())
                    cut.insert(node.name);
                for (TraceStep& step : found->second)
                    addStep(record, node, std::move(step));
            } else if (passed.contains(node.name)) {
                addStep(record, node, {.node = node.name, .verdict = "pass", .knownBy = "way"});
            } else if (isCut) {
                cut.insert(node.name);
                addStep(record, node, {.node = node.name, .verdict = "not reached"});
            } else {
                addStep(record, node, {.node = node.name, .verdict = "unknown"});
            }
        }
    }

    static void addStep(RecordTrace& record, const runtime::PlannedNode& node, TraceStep step)
    {
        step.type = node.kind ? node.kind->name : std::string();
        step.target = node.bound.target;
        record.steps.push_back(std::move(step));
    }

    WorkspaceLink& m_link;
    const TraceRequest& m_request;
    const runtime::Plan m_plan;
    TraceAnswer m_out;
};

} // namespace

Result<TraceAnswer> traceRecord(const std::string& workspace, const TraceRequest& request)
{
    initializeColumns();
    SLUICE_TRY(const auto link, WorkspaceLink::open(workspace, true));
    SLUICE_TRY(const auto stored, link->workspace().pipelines());
    const auto found
        = std::ranges::find(stored, request.pipeline, &workspace::StoredPipeline::name);
    if (found == stored.end())
        return Error{.code = ErrorCode::NotFound,
                     .message = "there is no pipeline \"" + request.pipeline + "\"",
                     .object = workspace,
                     .hint = "sluicectl status lists the pipelines.",
                     .cause = {}};
    Diagnostics ignored(found->documentPath);
    runtime::Plan plan = checkDocument(found->text, found->documentPath,
                                       link->servicesFor(found->documentPath), ignored);
    return Tracer(*link, request, std::move(plan)).run();
}

} // namespace sluice::api
