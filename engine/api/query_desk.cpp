// SPDX-License-Identifier: Apache-2.0
#include "engine/api/query_desk.h"

#include "engine/columns/types.h"
#include "engine/connectors/connection_test.h"

#include <algorithm>

namespace sluice::api {
namespace {

std::string layerOf(const std::string& table)
{
    return table.substr(0, table.find('.'));
}

TableInfo infoOf(const lake::TableSummary& summary)
{
    TableInfo out{.name = summary.name,
                  .layer = layerOf(summary.name),
                  .version = summary.version,
                  .rows = summary.rows,
                  .bytes = summary.bytes,
                  .files = summary.files,
                  .lastCommitUs = summary.lastCommitMs * 1000,
                  .partitionColumns = summary.partitionColumns,
                  .trouble = {}};
    if (summary.trouble)
        out.trouble = summary.trouble->text();
    return out;
}

std::vector<ColumnInfo> columnsOf(const arrow::Schema& schema)
{
    std::vector<ColumnInfo> out;
    for (const auto& field : schema.fields())
        out.push_back({field->name(), isJsonField(*field) ? "json" : typeName(*field->type()),
                       field->nullable()});
    return out;
}

} // namespace

Grid gridOf(const std::shared_ptr<arrow::Schema>& schema,
            const std::vector<std::shared_ptr<arrow::RecordBatch>>& batches, std::int64_t maxRows)
{
    Grid out;
    out.columns = columnsOf(*schema);
    for (const auto& batch : batches) {
        for (std::int64_t row = 0;
             row < batch->num_rows() && std::int64_t(out.rows.size()) < maxRows; ++row) {
            std::vector<std::optional<std::string>> cells;
            for (const auto& column : batch->columns()) {
                if (column->IsNull(row))
                    cells.emplace_back();
                else
                    cells.emplace_back(query::cellText(*column, row));
            }
            out.rows.push_back(std::move(cells));
        }
    }
    return out;
}

QueryDesk::QueryDesk(WorkspaceLink& workspace, const SeriesStore& series,
                     std::function<void()> wake)
    : m_workspace(workspace)
    , m_series(series)
    , m_wake(std::move(wake))
    , m_thread([this] { work(); })
{
}

QueryDesk::~QueryDesk()
{
    m_isStopping = true;
    m_workspace.sql().cancelAll();
    {
        const std::lock_guard lock(m_mutex);
        m_asked.clear();
    }
    m_hasWork.notify_all();
    m_thread.join();
}

RequestId QueryDesk::ask(Query query)
{
    const bool isLive = std::holds_alternative<RecentRecordsQuery>(query)
        || std::holds_alternative<DocumentQuery>(query)
        || std::holds_alternative<DecisionsQuery>(query);
    RequestId id = 0;
    {
        const std::lock_guard lock(m_mutex);
        id = ++m_lastId;
        (isLive ? m_live : m_asked).push_back({id, std::move(query)});
    }
    if (isLive)
        m_wake();
    else
        m_hasWork.notify_one();
    return id;
}

std::vector<Answer> QueryDesk::takeAnswers()
{
    const std::lock_guard lock(m_mutex);
    return std::exchange(m_answers, {});
}

void QueryDesk::put(RequestId id, AnswerBody body)
{
    const std::lock_guard lock(m_mutex);
    m_answers.push_back({id, std::move(body)});
}

void QueryDesk::answerLive(const std::function<AnswerBody(const Query&)>& answer)
{
    std::deque<Asked> asked;
    {
        const std::lock_guard lock(m_mutex);
        asked.swap(m_live);
    }
    for (const Asked& each : asked)
        put(each.id, answer(each.query));
}

void QueryDesk::work()
{
    for (;;) {
        Asked next;
        {
            std::unique_lock lock(m_mutex);
            m_hasWork.wait(lock, [&] { return m_isStopping || !m_asked.empty(); });
            if (m_isStopping)
                return;
            next = std::move(m_asked.front());
            m_asked.pop_front();
        }
        put(next.id, answer(next.id, next.query));
    }
}

AnswerBody QueryDesk::answer(RequestId id, const Query& query)
{
    if (const auto* test = std::get_if<ConnectionTestQuery>(&query))
        return testConnection(id, *test);
    return std::visit(
        [this](const auto& each) -> AnswerBody {
            if constexpr (requires { this->answer(each); })
                return this->answer(each);
            else
                return Error{.code = ErrorCode::Internal,
                             .message = "nobody answers this question",
                             .object = {},
                             .hint = {},
                             .cause = {}};
        },
        query);
}

AnswerBody QueryDesk::answer(const SeriesQuery& query) const
{
    SeriesAnswer out;
    const std::string name
        = query.object.empty() ? query.metric : query.object + "/" + query.metric;
    for (const SeriesPoint& point : m_series.query(name, query.fromUs, query.toUs, query.columns))
        out.cells.push_back(
            {point.timeUs, double(point.min), double(point.max), double(point.last)});
    return out;
}

AnswerBody QueryDesk::answer(const TableListQuery&) const
{
    TableListAnswer out;
    for (const lake::TableSummary& table : m_workspace.catalog().tables())
        out.tables.push_back(infoOf(table));
    return out;
}

AnswerBody QueryDesk::answer(const TableDetailQuery& query) const
{
    const lake::LakeCatalog& catalog = m_workspace.catalog();
    const lake::TableSummary summary = catalog.summary(query.table, query.version);
    TableDetailAnswer out;
    out.info = infoOf(summary);
    if (summary.trouble)
        return summary.trouble->code == ErrorCode::NotFound ? AnswerBody(*summary.trouble)
                                                            : AnswerBody(out);
    if (summary.schema)
        out.schema = columnsOf(*summary.schema);
    constexpr std::size_t kHistory = 200;
    const auto history = catalog.history(query.table, kHistory);
    if (!history)
        return history.error();
    for (const lake::HistoryEntry& entry : *history)
        out.history.push_back({.version = entry.version,
                               .timeUs = entry.timeMs * 1000,
                               .rows = entry.addedRows,
                               .addedFiles = entry.addedFiles,
                               .removedFiles = entry.removedFiles,
                               .bytes = entry.addedBytes,
                               .operation = entry.operation,
                               .engine = entry.engine});
    if (query.previewRows > 0) {
        const auto preview = catalog.preview(query.table, query.previewRows, query.version);
        if (!preview)
            return preview.error();
        out.preview = gridOf(preview->schema, preview->batches, query.previewRows);
        out.preview.totalRows = summary.rows;
    }
    return out;
}

AnswerBody QueryDesk::answer(const SqlQuery& query) const
{
    const auto result = m_workspace.sql().run(query.sql, query.maxRows);
    if (!result)
        return result.error();
    SqlAnswer out;
    out.grid
        = gridOf(result->schema, result->batches, query.maxRows > 0 ? query.maxRows : INT64_MAX);
    out.grid.totalRows = result->isTruncated ? -1 : result->rows;
    out.seconds = result->seconds;
    out.isTruncated = result->isTruncated;
    return out;
}

AnswerBody QueryDesk::testConnection(RequestId id, const ConnectionTestQuery& query)
{
    std::map<std::string, std::string> typed(query.options.begin(), query.options.end());
    Result<std::map<std::string, std::string>> options = m_workspace.withSecrets(typed);
    if (!query.connection.empty()) {
        const auto saved = m_workspace.connection(query.connection);
        options = saved ? Result<std::map<std::string, std::string>>(saved->options)
                        : Result<std::map<std::string, std::string>>(saved.error());
    }
    if (!options)
        return options.error();
    const auto shown = [](const std::vector<connectors::TestStep>& steps, bool isDone) {
        ConnectionTestAnswer out;
        for (const connectors::TestStep& step : steps)
            out.steps.push_back(
                {step.name, ConnectionTestStep::State(int(step.state)), step.detail, step.seconds});
        out.isDone = isDone;
        return out;
    };
    const flow::Connection connection{query.connection.empty() ? "as typed" : query.connection,
                                      "kafka", *options};
    const auto steps
        = connectors::testConnection(connection, query.topic, m_isStopping,
                                     [&](const auto& soFar) { put(id, shown(soFar, false)); });
    return shown(steps, true);
}

} // namespace sluice::api
