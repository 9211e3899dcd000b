// SPDX-License-Identifier: Apache-2.0
#include "tests/semantics/example_values.h"

#include "engine/base/json_writer.h"
#include "engine/base/time.h"
#include "engine/expr/value_text.h"

namespace sluice::test {
namespace {

std::string listJson(const DocumentNode& value, const arrow::DataType& type)
{
    std::string out = "[";
    for (const DocumentNode& item : value.items)
        out += (out.size() > 1 ? "," : "") + exampleJson(item, *type.field(0)->type());
    return out + "]";
}

std::string structJson(const DocumentNode& value, const arrow::DataType& type)
{
    std::string out = "{";
    for (const auto& field : type.fields()) {
        const DocumentNode* part = value.find(field->name());
        if (out.size() > 1)
            out += ',';
        appendJsonString(out, field->name());
        out += ':' + (part ? exampleJson(*part, *field->type()) : std::string("null"));
    }
    return out + "}";
}

} // namespace

std::optional<std::int64_t> exampleTime(const std::string& text)
{
    std::int64_t us = 0;
    if (expr::readTimestamp(text, us) || expr::readTimestamp("2026-01-01 " + text, us))
        return us;
    return std::nullopt;
}

std::string exampleJson(const DocumentNode& value, const arrow::DataType& type)
{
    if (value.isNull())
        return "null";
    if (value.isSequence())
        return listJson(value, type);
    if (value.isMap())
        return structJson(value, type);
    std::string out;
    if (type.id() == arrow::Type::TIMESTAMP) {
        const auto us = exampleTime(value.text);
        appendJsonString(out, us ? timestampText(*us) : value.text);
    } else if (type.id() == arrow::Type::STRING || type.id() == arrow::Type::DATE32) {
        appendJsonString(out, value.text);
    } else {
        out = value.text;
    }
    return out;
}

std::string exampleRow(const DocumentNode& row, const arrow::Schema& schema, std::string& findings)
{
    for (const auto& entry : row.entries)
        if (schema.GetFieldIndex(entry.key) < 0)
            findings += "there is no column " + entry.key + "\n";
    std::string out = "{";
    for (const auto& field : schema.fields()) {
        const DocumentNode* value = row.find(field->name());
        if (!value)
            findings += "column " + field->name() + " has no value\n";
        if (out.size() > 1)
            out += ',';
        appendJsonString(out, field->name());
        out += ':' + (value ? exampleJson(*value, *field->type()) : std::string("null"));
    }
    return out + "}";
}

} // namespace sluice::test
