// SPDX-License-Identifier: Apache-2.0
// Lists, maps and structs.
#include "engine/expr/functions/characters.h"
#include "engine/expr/functions/comparison.h"
#include "engine/expr/type_rules.h"

#include <arrow/builder.h>
#include <arrow/compute/api.h>

namespace sluice::expr {
namespace {

using arrow::Type;

bool isList(const arrow::DataType& type)
{
    return type.id() == Type::LIST || type.id() == Type::MAP;
}

const TypePtr& itemType(const arrow::DataType& list)
{
    return static_cast<const arrow::ListType&>(list).value_type();
}

arrow::Result<std::shared_ptr<arrow::Array>> toArray(const Datum& value, std::int64_t rows)
{
    return value.is_array() ? value.make_array()
                            : arrow::MakeArrayFromScalar(*value.scalar(), rows);
}

// Takes one item of values for each row; find(row) returns its place or -1.
template <class Find>
arrow::Result<Datum> takeItems(const std::shared_ptr<arrow::Array>& values,
                               const Validity& validity, std::int64_t rows, const Find& find)
{
    arrow::Int64Builder indices;
    ARROW_RETURN_NOT_OK(indices.Reserve(rows));
    for (std::int64_t row = 0; row < rows; ++row) {
        const std::int64_t at = validity.isValid(row) ? find(row) : -1;
        if (at < 0)
            indices.UnsafeAppendNull();
        else
            indices.UnsafeAppend(at);
    }
    ARROW_ASSIGN_OR_RAISE(auto taken, indices.Finish());
    return arrow::compute::Take(Datum(values), Datum(taken));
}

// list[n]: from 1, from the end when negative; null when there is none.
arrow::Result<Datum> listItem(Arguments arguments, Evaluation& evaluation)
{
    ARROW_ASSIGN_OR_RAISE(auto array, toArray(arguments[0], evaluation.rows));
    const auto& lists = static_cast<const arrow::ListArray&>(*array);
    const Reader<std::int64_t> index(arguments[1]);
    const Validity validity = Validity::ofAll(arguments, evaluation.rows);
    return takeItems(lists.values(), validity, evaluation.rows,
                     [&](std::int64_t row) -> std::int64_t {
                         const std::int64_t size = lists.value_length(row);
                         const std::int64_t at
                             = index[row] < 0 ? size + index[row] : index[row] - 1;
                         return at < 0 || at >= size ? -1 : lists.value_offset(row) + at;
                     });
}

struct MapItem
{
    template <class T> Kernel operator()(std::type_identity<T>) const
    {
        return [](Arguments arguments, Evaluation& evaluation) -> arrow::Result<Datum> {
            ARROW_ASSIGN_OR_RAISE(auto array, toArray(arguments[0], evaluation.rows));
            const auto& maps = static_cast<const arrow::MapArray&>(*array);
            const Reader<T> keys{Datum(maps.keys())};
            const Reader<T> wanted(arguments[1]);
            const Validity validity = Validity::ofAll(arguments, evaluation.rows);
            return takeItems(maps.items(), validity, evaluation.rows,
                             [&](std::int64_t row) -> std::int64_t {
                                 for (std::int64_t at = maps.value_offset(row);
                                      at < maps.value_offset(row + 1); ++at) {
                                     if (Equal<T>()(keys[at], wanted[row]))
                                         return at;
                                 }
                                 return -1;
                             });
        };
    }
};

Binding bindItem(Operands& operands)
{
    const TypePtr type = operands.type(0);
    if (type->id() == Type::MAP) {
        const auto& map = static_cast<const arrow::MapType&>(*type);
        if (auto failure = operands.convert(1, map.key_type()))
            return *failure;
        Kernel kernel = dispatchComparable(*map.key_type(), MapItem());
        if (kernel)
            return {.type = map.item_type(), .kernel = std::move(kernel)};
    }
    if (type->id() != Type::LIST && !isText(*type))
        return Binding::failure("[] takes an item of a list, a map or a string, not of "
                                    + displayName(*type),
                                0);
    if (!isInteger(*operands.type(1)) && !isNullType(*operands.type(1)))
        return Binding::failure("an item is taken by a number, not by "
                                    + displayName(*operands.type(1)),
                                1);
    if (auto failure = operands.convert(1, arrow::int64()))
        return *failure;
    if (type->id() == Type::LIST)
        return {.type = itemType(*type), .kernel = listItem};
    return {.type = arrow::utf8(),
            .kernel = eachRow<std::string_view, std::string_view, std::int64_t>(
                arrow::utf8(), [](std::string_view text, std::int64_t index) {
                    const std::int64_t at = index < 0 ? characterCount(text) + index : index - 1;
                    return at < 0 ? std::string_view() : characterRange(text, at, at + 1);
                })};
}

// Where a value stands in a list, from 1; 0 when it is not there.
struct ListSearch
{
    bool isPosition;

    template <class T> Kernel operator()(std::type_identity<T>) const
    {
        return [isPosition = isPosition](Arguments arguments,
                                         Evaluation& evaluation) -> arrow::Result<Datum> {
            ARROW_ASSIGN_OR_RAISE(auto array, toArray(arguments[0], evaluation.rows));
            const auto& lists = static_cast<const arrow::ListArray&>(*array);
            const Datum items(lists.values());
            const Reader<T> values(items);
            const NullReader nulls(items);
            const Reader<T> wanted(arguments[1]);
            Validity validity = Validity::ofAll(arguments, evaluation.rows);
            const auto find = [&](std::int64_t row) -> std::int32_t {
                for (std::int64_t at = lists.value_offset(row); at < lists.value_offset(row + 1);
                     ++at) {
                    if (nulls.isValid(at) && Equal<T>()(values[at], wanted[row]))
                        return std::int32_t(at - lists.value_offset(row)) + 1;
                }
                return 0;
            };
            if (!isPosition) {
                Writer<bool> writer;
                ARROW_RETURN_NOT_OK(writer.reserve(evaluation.rows));
                for (std::int64_t row = 0; row < evaluation.rows; ++row)
                    writer.set(row, validity.isValid(row) && find(row) > 0);
                return writer.finish(arrow::boolean(), evaluation.rows, validity);
            }
            Writer<std::int32_t> writer;
            ARROW_RETURN_NOT_OK(writer.reserve(evaluation.rows));
            for (std::int64_t row = 0; row < evaluation.rows; ++row) {
                const std::int32_t position = validity.isValid(row) ? find(row) : 0;
                writer.set(row, position);
                if (position == 0)
                    validity.setNull(row);
            }
            return writer.finish(arrow::int32(), evaluation.rows, validity);
        };
    }
};

Binding bindSearch(Operands& operands, bool isPosition)
{
    const TypePtr type = operands.type(0);
    if (type->id() != Type::LIST)
        return Binding::failure(operands.name() + " searches a list, not " + displayName(*type), 0);
    if (auto failure = operands.convert(1, itemType(*type)))
        return *failure;
    Kernel kernel = dispatchComparable(*itemType(*type), ListSearch{isPosition});
    if (!kernel)
        return Binding::failure("items of type " + displayName(*itemType(*type))
                                    + " cannot be compared",
                                0);
    return {.type = isPosition ? arrow::int32() : arrow::boolean(), .kernel = std::move(kernel)};
}

arrow::Result<Datum> listLength(Arguments arguments, Evaluation& evaluation)
{
    ARROW_ASSIGN_OR_RAISE(auto array, toArray(arguments[0], evaluation.rows));
    const auto& lists = static_cast<const arrow::ListArray&>(*array);
    Validity validity = Validity::ofAll(arguments, evaluation.rows);
    Writer<std::int64_t> writer;
    ARROW_RETURN_NOT_OK(writer.reserve(evaluation.rows));
    for (std::int64_t row = 0; row < evaluation.rows; ++row)
        writer.set(row, validity.isValid(row) ? lists.value_length(row) : 0);
    return writer.finish(arrow::int64(), evaluation.rows, validity);
}

Binding bindLength(Operands& operands)
{
    if (isList(*operands.type(0)))
        return {.type = arrow::int64(), .kernel = listLength};
    if (!isText(*operands.type(0)) && !isNullType(*operands.type(0)))
        return Binding::failure(operands.name() + " takes a string or a list, not "
                                    + displayName(*operands.type(0)),
                                0);
    if (auto failure = operands.convert(0, arrow::utf8()))
        return *failure;
    return {.type = arrow::int64(),
            .kernel = eachRow<std::int64_t, std::string_view>(arrow::int64(), characterCount)};
}

Binding bindListLength(Operands& operands)
{
    if (isList(*operands.type(0)))
        return {.type = arrow::int64(), .kernel = listLength};
    return Binding::failure(operands.name() + " takes a list or a map, not "
                                + displayName(*operands.type(0)),
                            0);
}

Function row(const char* name, const char* category, const char* signature, const char* help,
             const char* spark, std::vector<std::string> aliases, int count,
             std::function<Binding(Operands&)> bind)
{
    return {.entry = {.name = name,
                      .category = category,
                      .signature = signature,
                      .help = help,
                      .spark = spark,
                      .aliases = std::move(aliases)},
            .least = count,
            .most = count,
            .bind = std::move(bind)};
}

} // namespace

std::vector<Function> nestedFunctions()
{
    std::vector<Function> rows{
        row("length", "text", "length(text) -> long, length(list)",
            "The number of characters of a text or items of a list.", "length(text), size(list)",
            {"len", "char_length", "character_length"}, 1, bindLength),
        row("[]", "nested", "list[n], map[key], text[n]",
            "One item, counted from 1 or from the end when negative; null when there is none.",
            "try_element_at(list, n)", {"list_extract", "list_element", "array_extract"}, 2,
            bindItem),
        row("list_contains", "nested", "list_contains(list, value) -> boolean",
            "Whether a list holds a value.", "array_contains(list, value)",
            {"list_has", "array_contains", "array_has"}, 2,
            [](Operands& operands) { return bindSearch(operands, false); }),
        row("list_position", "nested", "list_position(list, value) -> integer",
            "Where a value stands in a list, from 1; null when it is not there.",
            "nullif(array_position(list, value), 0)", {"array_position", "list_indexof"}, 2,
            [](Operands& operands) { return bindSearch(operands, true); }),
        row("cardinality", "nested", "cardinality(map) -> long",
            "The number of entries of a map or list.", "cardinality(map)", {"array_length"}, 1,
            bindListLength),
    };
    rows.front().entry.isOperator = false;
    rows[1].entry.isOperator = true;
    // Bound by name, see Binder::field.
    rows.push_back({.entry = {.name = "struct_extract",
                              .category = "nested",
                              .signature = "struct.field, struct_extract(struct, 'field')",
                              .help = "A field of a struct; null when the struct is null.",
                              .spark = "struct.field"}});
    return rows;
}

} // namespace sluice::expr
