// SPDX-License-Identifier: Apache-2.0
#include "engine/query/table_view.h"

#include <algorithm>
#include <map>
#include <optional>
#include <vector>

namespace sluice::query {
namespace {

std::string quoted(const std::string& text, char quote)
{
    std::string out(1, quote);
    for (const char c : text) {
        if (c == quote)
            out += quote;
        out += c;
    }
    return out + quote;
}

std::string fieldList(const arrow::DataType& type)
{
    std::string out;
    for (const auto& field : type.fields())
        out += (out.empty() ? "" : ", ") + quotedName(field->name()) + " "
            + duckType(*field->type());
    return out;
}

// One branch: the files of one partition, with its values as columns.
std::string partSelect(const flow::TableFileSet& table, const flow::TableFile& like,
                       const std::string& files)
{
    std::string out = "SELECT *";
    for (const std::string& column : table.partitionColumns) {
        const auto value = like.partitionValues.find(column);
        const bool isNull = value == like.partitionValues.end() || !value->second;
        const auto field = table.columns->GetFieldByName(column);
        out += ", CAST(" + (isNull ? std::string("NULL") : quotedText(*value->second)) + " AS "
            + (field ? duckType(*field->type()) : "VARCHAR") + ") AS " + quotedName(column);
    }
    return out + " FROM read_parquet([" + files
        + "], union_by_name = true, hive_partitioning = false)";
}

} // namespace

std::string quotedName(const std::string& name)
{
    return quoted(name, '"');
}

std::string quotedText(const std::string& text)
{
    return quoted(text, '\'');
}

std::string duckType(const arrow::DataType& type)
{
    switch (type.id()) {
    case arrow::Type::BOOL: return "BOOLEAN";
    case arrow::Type::INT8: return "TINYINT";
    case arrow::Type::INT16: return "SMALLINT";
    case arrow::Type::INT32: return "INTEGER";
    case arrow::Type::INT64: return "BIGINT";
    case arrow::Type::FLOAT: return "FLOAT";
    case arrow::Type::DOUBLE: return "DOUBLE";
    case arrow::Type::DECIMAL128: {
        const auto& decimal = static_cast<const arrow::Decimal128Type&>(type);
        return "DECIMAL(" + std::to_string(decimal.precision()) + ","
            + std::to_string(decimal.scale()) + ")";
    }
    case arrow::Type::BINARY: return "BLOB";
    case arrow::Type::DATE32: return "DATE";
    case arrow::Type::TIMESTAMP: return "TIMESTAMPTZ";
    case arrow::Type::LIST: return duckType(*type.field(0)->type()) + "[]";
    case arrow::Type::STRUCT: return "STRUCT(" + fieldList(type) + ")";
    case arrow::Type::MAP: {
        const auto& map = static_cast<const arrow::MapType&>(type);
        return "MAP(" + duckType(*map.key_type()) + ", " + duckType(*map.item_type()) + ")";
    }
    default: return "VARCHAR";
    }
}

std::string viewStatements(const flow::TableFileSet& table)
{
    const std::size_t dot = table.table.find('.');
    const std::string schema = table.table.substr(0, dot);
    const std::string name = table.table.substr(dot + 1);
    // The empty branch gives every column its type and place, whatever the files have.
    std::string columns;
    for (const auto& field : table.columns->fields())
        columns += (columns.empty() ? "" : ", ")
            + ("CAST(NULL AS " + duckType(*field->type()) + ") AS " + quotedName(field->name()));
    std::string body = "SELECT " + columns + " WHERE false";
    std::map<std::map<std::string, std::optional<std::string>>, std::vector<const flow::TableFile*>>
        parts;
    for (const flow::TableFile& file : table.files)
        parts[table.partitionColumns.empty() ? std::map<std::string, std::optional<std::string>>{}
                                             : file.partitionValues]
            .push_back(&file);
    for (const auto& [values, files] : parts) {
        std::string list;
        for (const flow::TableFile* file : files)
            list += (list.empty() ? "" : ", ") + quotedText(file->path);
        body += " UNION ALL BY NAME " + partSelect(table, *files.front(), list);
    }
    return "CREATE SCHEMA IF NOT EXISTS " + quotedName(schema) + "; CREATE VIEW "
        + quotedName(schema) + "." + quotedName(name) + " AS " + body + ";";
}

} // namespace sluice::query
