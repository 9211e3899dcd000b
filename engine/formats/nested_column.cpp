// SPDX-License-Identifier: Apache-2.0
#include "engine/formats/nested_column.h"

#include "engine/columns/types.h"
#include "engine/formats/column_buffer.h"

#include <arrow/builder.h>
#include <arrow/compute/api_vector.h>

namespace sluice::formats {
namespace {

using simdjson::dom::element;
using simdjson::dom::element_type;

const char* kindOf(element value)
{
    switch (value.type()) {
    case element_type::ARRAY: return "a list";
    case element_type::OBJECT: return "an object";
    case element_type::STRING: return "a string";
    case element_type::BOOL: return "a boolean";
    case element_type::NULL_VALUE: return "null";
    default: return "a number";
    }
}

// Appends JSON values to Arrow builders of any type.
class Appender
{
public:
    Appender(std::string& reason, std::int64_t numberUnitNs)
        : m_reason(reason)
        , m_numberUnitNs(numberUnitNs)
    {
    }

    bool append(element value, arrow::ArrayBuilder& builder)
    {
        if (value.is_null())
            return builder.AppendNull().ok();
        switch (builder.type()->id()) {
        case arrow::Type::STRUCT:
            return structure(value, static_cast<arrow::StructBuilder&>(builder));
        case arrow::Type::LIST: return list(value, static_cast<arrow::ListBuilder&>(builder));
        case arrow::Type::MAP: return map(value, static_cast<arrow::MapBuilder&>(builder));
        default: return scalar(value, builder);
        }
    }

private:
    bool structure(element value, arrow::StructBuilder& builder)
    {
        simdjson::dom::object object;
        if (value.get(object) != simdjson::SUCCESS)
            return misfit(value, builder);
        if (!builder.Append().ok())
            return false;
        const std::shared_ptr<arrow::DataType> type = builder.type(); // made anew by each call
        for (int i = 0; i < type->num_fields(); ++i) {
            element field;
            arrow::ArrayBuilder& child = *builder.field_builder(i);
            const bool isThere
                = object.at_key(type->field(i)->name()).get(field) == simdjson::SUCCESS;
            if (isThere ? !append(field, child) : !child.AppendNull().ok())
                return false;
        }
        return true;
    }

    bool list(element value, arrow::ListBuilder& builder)
    {
        simdjson::dom::array array;
        if (value.get(array) != simdjson::SUCCESS)
            return misfit(value, builder);
        if (!builder.Append().ok())
            return false;
        for (const element item : array) {
            if (!append(item, *builder.value_builder()))
                return false;
        }
        return true;
    }

    bool map(element value, arrow::MapBuilder& builder)
    {
        simdjson::dom::object object;
        if (value.get(object) != simdjson::SUCCESS
            || builder.key_builder()->type()->id() != arrow::Type::STRING)
            return misfit(value, builder);
        if (!builder.Append().ok())
            return false;
        for (const auto& [key, item] : object) {
            if (!static_cast<arrow::StringBuilder*>(builder.key_builder())->Append(key).ok()
                || !append(item, *builder.item_builder()))
                return false;
        }
        return true;
    }

    // One value by way of a column of one row: the same rules as for flat columns.
    bool scalar(element value, arrow::ArrayBuilder& builder)
    {
        SchemaColumn column{.name = "value",
                            .type = builder.type(),
                            .path = {},
                            .numberUnitNs = m_numberUnitNs};
        if (column.numberUnitNs == 0)
            column.numberUnitNs = 1'000'000;
        std::string text;
        const bool isText = value.is_string();
        if (isText)
            text = std::string(value.get_string().value_unsafe());
        else if (value.is_array() || value.is_object())
            return misfit(value, builder);
        else
            text = simdjson::minify(value);
        ColumnBuffer one(column);
        if (!one.begin(1, text.size()).ok())
            return false;
        const bool takesText = one.shape() == Shape::Text || one.shape() == Shape::Date
            || one.shape() == Shape::Timestamp || one.shape() == Shape::Decimal;
        const bool takesBool = one.shape() == Shape::Bool;
        if ((isText && !takesText) || (one.shape() == Shape::Text && !isText)
            || (value.is_bool() != takesBool) || !one.setFromText(0, text))
            return misfit(value, builder);
        const auto array = one.finish(1);
        return array.ok() && builder.AppendArraySlice(*(*array)->data(), 0, 1).ok();
    }

    bool misfit(element value, const arrow::ArrayBuilder& builder)
    {
        m_reason = "expected " + typeName(*builder.type()) + ", found " + kindOf(value);
        return false;
    }

    std::string& m_reason;
    std::int64_t m_numberUnitNs;
};

} // namespace

NestedColumn::NestedColumn(const SchemaColumn& column)
    : m_column(column)
{
}

void NestedColumn::begin()
{
    m_builder = arrow::MakeBuilder(m_column.type).ValueOrDie();
    m_rows.clear();
}

bool NestedColumn::read(element top, std::string& reason)
{
    return readAt(top, 1, reason);
}

bool NestedColumn::readAt(element value, std::size_t step, std::string& reason)
{
    for (; step < m_column.path.size(); ++step) {
        const PathStep& next = m_column.path[step];
        element inner;
        bool isThere = false;
        if (const auto* key = std::get_if<std::string>(&next))
            isThere = value.is_object() && value.at_key(*key).get(inner) == simdjson::SUCCESS;
        else
            isThere = value.is_array()
                && value.get_array().value_unsafe().at(std::get<std::size_t>(next)).get(inner)
                    == simdjson::SUCCESS;
        if (!isThere)
            return readNull(reason);
        value = inner;
    }
    if (value.is_null())
        return readNull(reason);
    if (m_column.isJson)
        return static_cast<arrow::StringBuilder&>(*m_builder).Append(simdjson::minify(value)).ok();
    // A value that fails halfway would leave the builder's children at different lengths, so each
    // is built alone first.
    std::string why;
    std::unique_ptr<arrow::ArrayBuilder> one = arrow::MakeBuilder(m_column.type).ValueOrDie();
    if (Appender(why, m_column.numberUnitNs).append(value, *one)) {
        const auto array = one->Finish();
        return array.ok() && m_builder->AppendArraySlice(*(*array)->data(), 0, 1).ok();
    }
    if (m_column.isNullOnError && m_column.isNullable)
        return m_builder->AppendNull().ok();
    reason = m_column.name + ": " + why;
    return false;
}

bool NestedColumn::readNull(std::string& reason)
{
    if (m_column.isNullable)
        return m_builder->AppendNull().ok();
    reason = m_column.name + ": a value is required";
    return false;
}

void NestedColumn::keepRow()
{
    m_rows.push_back(m_builder->length() - 1);
}

arrow::Result<std::shared_ptr<arrow::Array>> NestedColumn::finish()
{
    ARROW_ASSIGN_OR_RAISE(std::shared_ptr<arrow::Array> all, m_builder->Finish());
    if (all->length() == std::int64_t(m_rows.size()))
        return all;
    const arrow::Int64Array rows(std::int64_t(m_rows.size()), arrow::Buffer::Wrap(m_rows));
    return arrow::compute::Take(*all, rows);
}

} // namespace sluice::formats
