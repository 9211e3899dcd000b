// SPDX-License-Identifier: Apache-2.0
#include "engine/lake/schema_json.h"

#include "engine/base/json_writer.h"
#include "engine/lake/lake_error.h"

#include <arrow/util/key_value_metadata.h>
#include <simdjson.h>

namespace sluice::lake {
namespace {

using simdjson::dom::element;
using TypePtr = std::shared_ptr<arrow::DataType>;

Status writeType(JsonWriter& out, const arrow::DataType& type, const std::string& column);

std::string primitiveName(const arrow::DataType& type)
{
    switch (type.id()) {
    case arrow::Type::BOOL: return "boolean";
    case arrow::Type::INT8: return "byte";
    case arrow::Type::INT16: return "short";
    case arrow::Type::INT32: return "integer";
    case arrow::Type::INT64: return "long";
    case arrow::Type::FLOAT: return "float";
    case arrow::Type::DOUBLE: return "double";
    case arrow::Type::STRING: return "string";
    case arrow::Type::BINARY: return "binary";
    case arrow::Type::DATE32: return "date";
    case arrow::Type::DECIMAL128: {
        const auto& decimal = static_cast<const arrow::Decimal128Type&>(type);
        return "decimal(" + std::to_string(decimal.precision()) + ","
            + std::to_string(decimal.scale()) + ")";
    }
    case arrow::Type::TIMESTAMP: {
        const auto& time = static_cast<const arrow::TimestampType&>(type);
        // A time without a zone would need the feature timestampNtz, which few readers have.
        return time.unit() == arrow::TimeUnit::MICRO && !time.timezone().empty() ? "timestamp" : "";
    }
    default: return {};
    }
}

Status writeFields(JsonWriter& out, const arrow::FieldVector& fields, const std::string& prefix);

Status writeField(JsonWriter& out, const arrow::Field& field, const std::string& prefix)
{
    out.beginObject().key("name").value(field.name()).key("type");
    SLUICE_TRY(writeType(out, *field.type(), prefix + field.name()));
    out.key("nullable")
        .value(true); // see lake rules: "not null" is guarded by rules, not by the file
    out.key("metadata").beginObject();
    if (isJsonField(field))
        out.key("sluice.json").value("1");
    out.endObject().endObject();
    return ok();
}

Status writeFields(JsonWriter& out, const arrow::FieldVector& fields, const std::string& prefix)
{
    out.beginObject().key("type").value("struct").key("fields").beginArray();
    for (const auto& field : fields)
        SLUICE_TRY(writeField(out, *field, prefix));
    out.endArray().endObject();
    return ok();
}

Status writeType(JsonWriter& out, const arrow::DataType& type, const std::string& column)
{
    switch (type.id()) {
    case arrow::Type::STRUCT: return writeFields(out, type.fields(), column + ".");
    case arrow::Type::LIST:
        out.beginObject().key("type").value("array").key("elementType");
        SLUICE_TRY(writeType(out, *static_cast<const arrow::ListType&>(type).value_type(), column));
        out.key("containsNull").value(true).endObject();
        return ok();
    case arrow::Type::MAP: {
        const auto& map = static_cast<const arrow::MapType&>(type);
        out.beginObject().key("type").value("map").key("keyType");
        SLUICE_TRY(writeType(out, *map.key_type(), column));
        out.key("valueType");
        SLUICE_TRY(writeType(out, *map.item_type(), column));
        out.key("valueContainsNull").value(true).endObject();
        return ok();
    }
    default: break;
    }
    const std::string name = primitiveName(type);
    if (name.empty())
        return lakeError(ErrorCode::ConfigInvalid,
                         "column \"" + column + "\" is " + typeName(type)
                             + ", which a Delta table cannot hold",
                         {}, "Cast it to a type of the pipeline document, for example to string.");
    out.value(name);
    return ok();
}

Error badSchema(const std::string& table, const std::string& what)
{
    return lakeError(ErrorCode::DecodeFailed, "the schema of the table cannot be read: " + what,
                     table, "Check metaData.schemaString in the table's log.");
}

class SchemaReader
{
public:
    explicit SchemaReader(const std::string& table)
        : m_table(table)
    {
    }

    Result<arrow::FieldVector> fields(const element& structure) const
    {
        arrow::FieldVector out;
        simdjson::dom::array items;
        if (structure["fields"].get(items) != simdjson::SUCCESS)
            return badSchema(m_table, "a struct without fields");
        for (const element item : items) {
            std::string_view name;
            element type;
            if (item["name"].get(name) != simdjson::SUCCESS
                || item["type"].get(type) != simdjson::SUCCESS)
                return badSchema(m_table, "a field without name or type");
            SLUICE_TRY(TypePtr arrowType, this->type(type));
            bool isNullable = true;
            if (item["nullable"].get(isNullable) != simdjson::SUCCESS)
                isNullable = true;
            out.push_back(arrow::field(std::string(name), arrowType, isNullable, metadata(item)));
        }
        return out;
    }

private:
    static std::shared_ptr<const arrow::KeyValueMetadata> metadata(const element& item)
    {
        simdjson::dom::object entries;
        if (item["metadata"].get(entries) != simdjson::SUCCESS || entries.size() == 0)
            return nullptr;
        auto out = std::make_shared<arrow::KeyValueMetadata>();
        for (const auto& entry : entries) {
            std::string_view text;
            if (entry.value.get(text) == simdjson::SUCCESS)
                out->Append(std::string(entry.key), std::string(text));
            else
                out->Append(std::string(entry.key), simdjson::minify(entry.value));
        }
        return out;
    }

    Result<TypePtr> type(const element& from) const
    {
        std::string_view name;
        if (from.get(name) == simdjson::SUCCESS)
            return primitive(name);
        if (from["type"].get(name) != simdjson::SUCCESS)
            return badSchema(m_table, "a type without a name");
        if (name == "struct") {
            SLUICE_TRY(arrow::FieldVector inner, fields(from));
            return TypePtr(arrow::struct_(std::move(inner)));
        }
        if (name == "array") {
            SLUICE_TRY(TypePtr item, part(from, "elementType"));
            return TypePtr(arrow::list(arrow::field("element", item)));
        }
        if (name == "map") {
            SLUICE_TRY(TypePtr key, part(from, "keyType"));
            SLUICE_TRY(TypePtr value, part(from, "valueType"));
            return TypePtr(arrow::map(key, value));
        }
        return badSchema(m_table, "unknown type \"" + std::string(name) + "\"");
    }

    Result<TypePtr> part(const element& from, const char* name) const
    {
        element inner;
        if (from[name].get(inner) != simdjson::SUCCESS)
            return badSchema(m_table, std::string("a type without ") + name);
        return type(inner);
    }

    Result<TypePtr> primitive(std::string_view name) const
    {
        if (name == "timestamp_ntz")
            return arrow::timestamp(arrow::TimeUnit::MICRO);
        if (name == "void")
            return arrow::null();
        Result<TypePtr> type = parseType(name); // the other names are those of our documents
        if (!type)
            return badSchema(m_table, "unknown type \"" + std::string(name) + "\"");
        return type;
    }

    const std::string& m_table;
};

} // namespace

Result<std::string> schemaText(const arrow::Schema& schema)
{
    JsonWriter out;
    SLUICE_TRY(writeFields(out, schema.fields(), {}));
    return out.take();
}

Result<std::shared_ptr<arrow::Schema>> parseSchema(const std::string& text,
                                                   const std::string& table)
{
    simdjson::dom::parser parser;
    element root;
    if (parser.parse(text).get(root) != simdjson::SUCCESS)
        return badSchema(table, "it is not JSON");
    SLUICE_TRY(arrow::FieldVector fields, SchemaReader(table).fields(root));
    return arrow::schema(std::move(fields));
}

Result<std::string> withAddedColumns(const std::string& schemaText,
                                     const std::vector<std::shared_ptr<arrow::Field>>& fields,
                                     const std::string& table)
{
    simdjson::dom::parser parser;
    element root;
    simdjson::dom::array present;
    if (parser.parse(schemaText).get(root) != simdjson::SUCCESS
        || root["fields"].get(present) != simdjson::SUCCESS)
        return badSchema(table, "it has no fields");
    JsonWriter out;
    out.beginObject().key("type").value("struct").key("fields").beginArray();
    for (const element field : present)
        out.raw(simdjson::minify(field));
    for (const auto& field : fields)
        SLUICE_TRY(writeField(out, *field, {}));
    out.endArray().endObject();
    return out.take();
}

std::string columnNameFault(const std::string& name)
{
    if (name.empty())
        return "it is empty";
    const std::size_t at = name.find_first_of(" ,;{}()\n\t=");
    if (at == std::string::npos)
        return {};
    switch (name[at]) {
    case ' ': return "it has a space";
    case '\n': return "it has a line end";
    case '\t': return "it has a tab";
    default: return std::string("it has a \"") + name[at] + "\"";
    }
}

} // namespace sluice::lake
