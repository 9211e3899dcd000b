// SPDX-License-Identifier: Apache-2.0
#include "engine/api/comparison.h"

#include "engine/api/shadow.h"
#include "engine/columns/batch.h"
#include "engine/formats/json_encoder.h"
#include "engine/query/table_view.h"

#include <algorithm>

#include <arrow/array.h>

namespace sluice::api {
namespace {

std::string listed(const std::vector<std::string>& columns)
{
    std::string out;
    for (const std::string& column : columns)
        out += (out.empty() ? "" : ", ") + query::quotedName(column);
    return out;
}

// One table against its shadow.
class Comparison
{
public:
    Comparison(WorkspaceLink& link, const CompareRequest& request, std::string table, bool isBronze)
        : m_link(link)
        , m_request(request)
        , m_table(std::move(table))
        , m_shadow(shadowTable(m_table))
        , m_isBronze(isBronze)
    {
    }

    Result<TableComparison> run()
    {
        SLUICE_TRY(findColumns());
        TableComparison out{.table = m_table, .shadow = m_shadow};
        SLUICE_TRY(out.rows, count("FROM " + m_table));
        SLUICE_TRY(out.shadowRows, count("FROM " + m_shadow));
        const std::string onlyTable = only(m_table, m_shadow), onlyShadow = only(m_shadow, m_table);
        SLUICE_TRY(out.onlyTable, count(onlyTable));
        SLUICE_TRY(out.onlyShadow, count(onlyShadow));
        SLUICE_TRY(out.onlyTableSamples, samples("SELECT * " + onlyTable));
        SLUICE_TRY(out.onlyShadowSamples, samples("SELECT * " + onlyShadow));
        if (m_request.key.empty())
            return out;
        const std::string both = "FROM " + m_table + " a JOIN " + m_shadow + " b ON " + keyEquals()
            + " WHERE " + packed("a", m_columns) + " IS DISTINCT FROM " + packed("b", m_columns);
        SLUICE_TRY(out.differing, count(both));
        SLUICE_TRY(out.differingSamples,
                   samples("SELECT " + packed("a", m_request.key) + " AS \"key\", "
                           + packed("a", m_columns) + " AS \"table\", " + packed("b", m_columns)
                           + " AS shadow " + both));
        return out;
    }

private:
    Status findColumns()
    {
        SLUICE_TRY(const auto real, m_link.catalog().tableSchema(m_table));
        SLUICE_TRY(const auto shadow, m_link.catalog().tableSchema(m_shadow));
        for (const auto& field : real->fields())
            // When a record was read the second time says nothing about it.
            if (shadow->GetFieldByName(field->name())
                && !(m_isBronze && field->name() == "ingest_time"))
                m_columns.push_back(field->name());
        for (const std::string& key : m_request.key)
            if (std::ranges::find(m_columns, key) == m_columns.end())
                return Error{.code = ErrorCode::ConfigUnknown,
                             .message = "there is no column \"" + key + "\"",
                             .object = m_table,
                             .hint = "Name columns that the table and its shadow have; --table "
                                     "chooses one table.",
                             .cause = {}};
        return ok();
    }
    std::string keyEquals() const
    {
        std::string out;
        for (const std::string& key : m_request.key) {
            const std::string name = query::quotedName(key);
            out += (out.empty() ? "" : " AND ") + ("a." + name) + " IS NOT DISTINCT FROM b." + name;
        }
        return out;
    }
    // The rows of one that the other has not.
    std::string only(const std::string& one, const std::string& other) const
    {
        if (m_request.key.empty())
            return "FROM (SELECT " + listed(m_columns) + " FROM " + one + " EXCEPT ALL SELECT "
                + listed(m_columns) + " FROM " + other + ")";
        return "FROM " + one + " a ANTI JOIN " + other + " b ON " + keyEquals();
    }
    static std::string packed(const std::string& alias, const std::vector<std::string>& columns)
    {
        std::string out;
        for (const std::string& column : columns)
            out += (out.empty() ? "" : ", ") + query::quotedName(column) + " := " + alias + "."
                + query::quotedName(column);
        return "struct_pack(" + out + ")";
    }
    Result<std::int64_t> count(const std::string& from)
    {
        SLUICE_TRY(const query::SqlResult result,
                   m_link.sql().run("SELECT count(*) AS n " + from, 0));
        return static_cast<const arrow::Int64Array&>(*result.batches.at(0)->column(0)).Value(0);
    }
    Result<std::vector<std::string>> samples(const std::string& select)
    {
        std::vector<std::string> out;
        if (m_request.samples == 0)
            return out;
        SLUICE_TRY(const query::SqlResult result,
                   m_link.sql().run(select + " ORDER BY ALL LIMIT "
                                        + std::to_string(m_request.samples),
                                    0));
        for (const auto& batch : result.batches) {
            for (std::int64_t row = 0; row < batch->num_rows(); ++row) {
                out.emplace_back();
                formats::encodeJsonRow(*batch, row, out.back());
            }
        }
        return out;
    }

    WorkspaceLink& m_link;
    const CompareRequest& m_request;
    const std::string m_table, m_shadow;
    const bool m_isBronze;
    std::vector<std::string> m_columns;
};

} // namespace

Result<std::vector<TableComparison>> compareShadow(const std::string& workspace,
                                                   const CompareRequest& request)
{
    initializeColumns();
    SLUICE_TRY(const auto link, WorkspaceLink::open(workspace, true));
    SLUICE_TRY(const auto spec, readShadow(*link, request.pipeline));
    if (!spec)
        return Error{.code = ErrorCode::NotFound,
                     .message = "this pipeline has no shadow",
                     .object = request.pipeline,
                     .hint = "sluicectl replay " + request.pipeline + " makes one.",
                     .cause = {}};
    std::vector<TableComparison> out;
    for (const auto& [sink, table] : spec->sinks) {
        if (!request.table.empty() && request.table != table)
            continue;
        SLUICE_TRY(TableComparison compared,
                   Comparison(*link, request, table, spec->bronze.contains(sink)).run());
        out.push_back(std::move(compared));
    }
    if (out.empty())
        return Error{.code = ErrorCode::NotFound,
                     .message = "there is no shadow of table " + request.table,
                     .object = request.pipeline,
                     .hint = {},
                     .cause = {}};
    return out;
}

Result<std::int64_t> timeOf(const std::string& text)
{
    const lake::LakeCatalog nothing("/nowhere");
    query::SqlEngine sql(nothing, "/nowhere");
    SLUICE_TRY(const query::SqlResult result,
               sql.run("SELECT epoch_us(CAST(" + query::quotedText(text) + " AS TIMESTAMPTZ)) AS t",
                       0));
    return static_cast<const arrow::Int64Array&>(*result.batches.at(0)->column(0)).Value(0);
}

} // namespace sluice::api
