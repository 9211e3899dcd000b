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

std::string misfitReason(element value, const arrow::DataType& type)
{
    return "expected " + typeName(type) + ", found " + kindOf(value);
}

// Numbers below the top level are milliseconds unless the column says otherwise.
SchemaColumn flatColumn(SchemaColumn column)
{
    if (column.numberUnitNs == 0)
        column.numberUnitNs = 1'000'000;
    return column;
}

bool setScalar(element value, ColumnBuffer& to, std::size_t row)
{
    const bool isText = value.is_string();
    const bool takesText = to.shape() == Shape::Text || to.shape() == Shape::Date
        || to.shape() == Shape::Timestamp || to.shape() == Shape::Decimal;
    if (value.is_array() || value.is_object() || (isText && !takesText)
        || (to.shape() == Shape::Text && !isText) || value.is_bool() != (to.shape() == Shape::Bool))
        return false;
    if (isText)
        return to.setFromText(row, value.get_string().value_unsafe());
    return to.setFromText(row, simdjson::minify(value));
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
        ColumnBuffer one(flatColumn(
            {.name = "value", .type = builder.type(), .path = {}, .numberUnitNs = m_numberUnitNs}));
        if (!one.begin(1, 0).ok())
            return false;
        if (!setScalar(value, one, 0))
            return misfit(value, builder);
        const auto array = one.finish(1);
        return array.ok() && builder.AppendArraySlice(*(*array)->data(), 0, 1).ok();
    }

    bool misfit(element value, const arrow::ArrayBuilder& builder)
    {
        m_reason = misfitReason(value, *builder.type());
        return false;
    }

    std::string& m_reason;
    std::int64_t m_numberUnitNs;
};

} // namespace

NestedColumn::NestedColumn(const SchemaColumn& column)
    : m_column(column)
{
    Shape shape{};
    if (shapeOf(*column.type, shape))
        m_flat.emplace(flatColumn(column));
}

arrow::Status NestedColumn::begin(std::size_t rows, std::size_t textBytes)
{
    if (m_flat)
        return m_flat->begin(rows, m_flat->shape() == Shape::Text ? textBytes : 0);
    m_builder = arrow::MakeBuilder(m_column.type).ValueOrDie();
    m_rows.clear();
    return arrow::Status::OK();
}

bool NestedColumn::read(element value, std::size_t row, std::string& reason)
{
    for (std::size_t step = 1; step < m_column.path.size(); ++step) {
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
            return readNull(row, reason);
        value = inner;
    }
    if (value.is_null())
        return readNull(row, reason);
    std::string why;
    if (put(value, row, why))
        return true;
    if (m_column.isNullOnError && m_column.isNullable)
        return readNull(row, reason);
    reason = m_column.name + ": " + why;
    return false;
}

bool NestedColumn::put(element value, std::size_t row, std::string& why)
{
    if (m_flat && m_column.isJson) {
        m_flat->setText(row, simdjson::minify(value));
        return true;
    }
    if (m_flat) {
        if (setScalar(value, *m_flat, row))
            return true;
        why = misfitReason(value, *m_column.type);
        return false;
    }
    // A value that fails halfway would leave the builder's children at different lengths, so each
    // is built alone first.
    std::unique_ptr<arrow::ArrayBuilder> one = arrow::MakeBuilder(m_column.type).ValueOrDie();
    if (!Appender(why, m_column.numberUnitNs).append(value, *one))
        return false;
    const auto array = one->Finish();
    return array.ok() && m_builder->AppendArraySlice(*(*array)->data(), 0, 1).ok();
}

bool NestedColumn::readNull(std::size_t row, std::string& reason)
{
    if (!m_column.isNullable) {
        reason = m_column.name + ": a value is required";
        return false;
    }
    if (!m_flat)
        return m_builder->AppendNull().ok();
    m_flat->setNull(row);
    return true;
}

void NestedColumn::keepRow()
{
    if (!m_flat)
        m_rows.push_back(m_builder->length() - 1);
}

arrow::Result<std::shared_ptr<arrow::Array>> NestedColumn::finish(std::size_t rows)
{
    if (m_flat)
        return m_flat->finish(rows);
    ARROW_ASSIGN_OR_RAISE(std::shared_ptr<arrow::Array> all, m_builder->Finish());
    if (all->length() == std::int64_t(m_rows.size()))
        return all;
    const arrow::Int64Array picked(std::int64_t(m_rows.size()), arrow::Buffer::Wrap(m_rows));
    return arrow::compute::Take(*all, picked);
}

} // namespace sluice::formats
