// SPDX-License-Identifier: Apache-2.0
#include "engine/api/tools.h"

#include "engine/api/workspace_link.h"
#include "engine/columns/batch.h"
#include "engine/expr/expression.h"
#include "engine/formats/json_encoder.h"
#include "engine/query/sample_profile.h"
#include "engine/workspace/vault.h"

#include <algorithm>
#include <cctype>
#include <cmath>
#include <cstdlib>
#include <filesystem>

namespace sluice::api {
namespace {

std::string wordOf(const std::string& text)
{
    std::string out;
    for (const unsigned char c : text)
        out += std::isalnum(c) ? char(std::tolower(c)) : '_';
    if (out.empty() || std::isdigit(static_cast<unsigned char>(out[0])))
        out = "p_" + out;
    return out;
}

std::string quotedYaml(const std::string& text)
{
    std::string out = "\"";
    for (const char c : text)
        out += c == '"' || c == '\\' ? std::string("\\") + c : std::string(1, c);
    return out + "\"";
}

bool isPlain(const std::string& name)
{
    return std::ranges::all_of(name, [](unsigned char c) { return std::isalnum(c) || c == '_'; })
        && !name.empty();
}

// What looks like a point in time: a timestamp, or whole numbers of the size of seconds or
// milliseconds of our days in a column with a telling name.
std::string eventTimeUnit(const query::SampleColumn& column)
{
    if (column.type == "timestamp")
        return "timestamp";
    const bool hasName = column.name == "ts" || column.name.ends_with("_ts")
        || column.name.find("time") != std::string::npos;
    const double greatest = std::atof(column.greatest.c_str());
    if (column.type != "long" || !hasName)
        return {};
    if (greatest > 1e12 && greatest < 1e13)
        return "timestamp(ms)";
    return greatest > 1e9 && greatest < 1e10 ? "timestamp(s)" : std::string();
}

// A name as an expression writes it: in quotes if it is a word of SQL.
std::string sqlName(const std::string& name)
{
    const std::vector<std::string> read = expr::mentionedColumns(name);
    return read.size() == 1 && read[0] == name ? name : "\"" + name + "\"";
}

class DocumentWriter
{
public:
    DocumentWriter(query::SampleProfile profile, std::string samplePath)
        : m_profile(std::move(profile))
        , m_path(std::move(samplePath))
        , m_name(wordOf(std::filesystem::path(m_path).stem().string()))
    {
        for (query::SampleColumn& column : m_profile.columns) {
            if (const std::string unit = eventTimeUnit(column);
                !unit.empty() && m_eventTime.empty() && column.nullShare == 0) {
                m_eventTime = column.name;
                column.type = unit;
            }
            const bool isKeyLike = column.nullShare == 0
                && (column.type == "string" || column.type == "long")
                && double(column.distinct) > 0.9 * double(m_profile.rows);
            if (m_key.empty() && isKeyLike && column.name != m_eventTime)
                m_key = column.name;
        }
    }

    std::string write()
    {
        m_out = "# Written from " + std::to_string(m_profile.rows) + " records of " + m_path
            + "; look through it and make it yours.\n";
        m_out += "pipeline: " + m_name + "\n\nnodes:\n  source:\n    type: file_source\n    path: "
            + quotedYaml(m_path) + "\n";
        m_out += std::string("    format: ") + (m_profile.isCsv ? "csv" : "json") + "\n";
        if (m_profile.isCsv)
            m_out += "    null_values: [\"\", \"NA\"]\n";
        m_out += "    schema:\n";
        for (const query::SampleColumn& column : m_profile.columns)
            writeColumn(column);
        if (!m_eventTime.empty())
            m_out += "    event_time: {column: " + m_eventTime + ", out_of_order: 1m}\n";
        m_out += "\n  bronze: {type: delta_sink, input: source, table: bronze." + m_name
            + ", write: raw}\n";
        std::string input = writeRules();
        if (!m_eventTime.empty() && !m_key.empty()) {
            m_out += "\n  unique: {type: deduplicate, input: " + input + ", keys: [" + m_key
                + "], within: 1h}\n";
            input = "unique";
        }
        m_out += "\n  silver: {type: delta_sink, input: " + input + ", table: silver." + m_name
            + "}\n";
        if (!m_eventTime.empty())
            m_out += "\n  per_minute:\n    type: window_aggregate\n    input: " + input
                + "\n    window: {tumbling: 1m}\n    aggregates: {records: count(*)}\n\n  gold: "
                  "{type: delta_sink, input: per_minute, table: gold."
                + m_name + "_per_minute}\n";
        return m_out;
    }

private:
    void writeColumn(const query::SampleColumn& column)
    {
        const std::string type = column.type
            + (column.nullShare == 0 && (column.name == m_key || column.name == m_eventTime)
                   ? " not null"
                   : "");
        if (isPlain(column.name))
            m_out += "      " + column.name + ": \"" + type + "\"";
        else
            m_out += "      " + wordOf(column.name) + ": {type: \"" + type
                + "\", path: " + quotedYaml("$['" + column.name + "']") + "}";
        std::string evidence
            = column.least.empty() ? std::string() : column.least + " .. " + column.greatest;
        if (evidence.size() > 60 || evidence.find('\n') != std::string::npos)
            evidence.clear();
        m_out += "  # " + (evidence.empty() ? std::string() : evidence + ", ") + "about "
            + std::to_string(column.distinct) + " values, "
            + std::to_string(std::lround(column.nullShare * 100)) + "% null\n";
    }
    std::string writeRules()
    {
        std::string rules;
        for (const query::SampleColumn& column : m_profile.columns) {
            if (!isPlain(column.name) || column.type == "json" || rules.size() > 600)
                continue;
            const bool isNumber = column.type == "long" || column.type == "double"
                || column.type.starts_with("decimal");
            if (column.nullShare == 0)
                rules += "      - {name: " + wordOf(column.name) + "_known, check: '"
                    + sqlName(column.name) + " IS NOT NULL', on_fail: warn}\n";
            if (isNumber && !column.least.empty() && column.name != m_key)
                rules += "      - {name: " + wordOf(column.name) + "_in_range, check: '"
                    + sqlName(column.name) + " BETWEEN " + column.least + " AND " + column.greatest
                    + "', on_fail: warn, nulls: pass}\n";
        }
        if (rules.empty())
            return "source";
        m_out += "\n  checked:\n    type: expect\n    input: source\n    rules:\n" + rules;
        return "checked";
    }

    query::SampleProfile m_profile;
    std::string m_path, m_name, m_eventTime, m_key, m_out;
};

Result<workspace::Vault> openVault(const std::string& folder)
{
    SLUICE_TRY(const workspace::VaultKey key, workspace::VaultKey::fromEnvironment());
    return workspace::Vault::open(folder + "/vault", key);
}

} // namespace

Result<std::string> documentFromSample(const std::string& samplePath)
{
    SLUICE_TRY(query::SampleProfile profile, query::profileSample(samplePath));
    if (profile.columns.empty())
        return Error{.code = ErrorCode::ConfigInvalid,
                     .message = "no columns were found",
                     .object = samplePath,
                     .hint = {},
                     .cause = {}};
    std::error_code error;
    return DocumentWriter(std::move(profile), std::filesystem::absolute(samplePath, error).string())
        .write();
}

Result<std::vector<std::string>> secretNames(const std::string& workspace)
{
    SLUICE_TRY(const workspace::Vault vault, openVault(workspace));
    return vault.names();
}

Status putSecret(const std::string& workspace, const std::string& name, const std::string& value)
{
    SLUICE_TRY(workspace::Vault vault, openVault(workspace));
    return vault.put(name, value);
}

Status removeSecret(const std::string& workspace, const std::string& name)
{
    SLUICE_TRY(workspace::Vault vault, openVault(workspace));
    return vault.remove(name);
}

Status sqlAsJson(const std::string& workspace, const std::string& sql,
                 const std::function<void(const std::string&)>& row)
{
    initializeColumns();
    SLUICE_TRY(const auto link, WorkspaceLink::open(workspace, true));
    SLUICE_TRY(const query::SqlResult result, link->sql().run(sql, 0));
    for (const auto& batch : result.batches) {
        for (std::int64_t i = 0; i < batch->num_rows(); ++i) {
            std::string text;
            formats::encodeJsonRow(*batch, i, text);
            row(text);
        }
    }
    return ok();
}

} // namespace sluice::api
