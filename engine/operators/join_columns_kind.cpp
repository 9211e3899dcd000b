// SPDX-License-Identifier: Apache-2.0
#include "engine/columns/types.h"
#include "engine/flow/change_stream.h"
#include "engine/operators/join_columns.h"
#include "engine/operators/late_expression.h"

#include <algorithm>

namespace sluice::operators {
namespace {

constexpr std::size_t kLeft = std::size_t(JoinSide::Left), kRight = std::size_t(JoinSide::Right);

void readKeys(const flow::BindContext& context, JoinColumns& join)
{
    const DocumentNode* on = context.options.node("on");
    if (!on || !on->isMap())
        return;
    for (const DocumentNode::Entry& entry : on->entries) {
        const std::string option = "on." + entry.key;
        const int left = findColumn(context, option, entry.keyAt, entry.key, *join.inputs[kLeft]);
        const int right
            = findColumn(context, option, entry.value.at, entry.value.text, *join.inputs[kRight]);
        if (left < 0 || right < 0)
            continue;
        const auto& leftField = join.inputs[kLeft]->field(left);
        const auto& rightField = join.inputs[kRight]->field(right);
        if (!canMatch(*leftField->type(), *rightField->type()))
            context.error(option, entry.value.at,
                          "\"" + entry.key + "\" of \"" + context.inputNames[kLeft] + "\" is "
                              + typeName(*leftField->type()) + " but \"" + entry.value.text
                              + "\" of \"" + context.inputNames[kRight] + "\" is "
                              + typeName(*rightField->type()),
                          "derive a column as CAST(" + entry.key + " AS ...) first");
        join.keys[kLeft].push_back(entry.key);
        join.keys[kRight].push_back(entry.value.text);
        join.keyFields[kLeft].push_back(leftField);
        join.keyFields[kRight].push_back(rightField);
    }
    if (on->entries.empty())
        context.error("on", on->at, "there is no key", "on: {auction: id}");
}

std::vector<std::string> chosenColumns(const flow::BindContext& context, const char* option,
                                       const arrow::Schema& input)
{
    const DocumentNode* list = context.options.node(option);
    if (!list)
        return flow::columnNames(input);
    std::vector<std::string> out;
    for (const DocumentNode& item : list->items)
        if (findColumn(context, option, item.at, item.text, input) >= 0)
            out.push_back(item.text);
    return out;
}

std::shared_ptr<arrow::Schema> withoutChangeColumn(const flow::StreamSchema& input)
{
    arrow::FieldVector fields = input.columns->fields();
    if (input.isChangeStream)
        std::erase_if(fields,
                      [](const auto& field) { return field->name() == flow::kChangeColumn; });
    return arrow::schema(std::move(fields));
}

bool isSharedKey(const JoinColumns& join, const std::string& name)
{
    for (std::size_t i = 0; i < join.keys[kLeft].size(); ++i)
        if (join.keys[kLeft][i] == name && join.keys[kRight][i] == name)
            return join.keyFields[kLeft][i]->type()->Equals(*join.keyFields[kRight][i]->type());
    return false;
}

void readColumns(const flow::BindContext& context, JoinColumns& join)
{
    for (const std::string& name : chosenColumns(context, "left_columns", *join.inputs[kLeft]))
        join.columns.push_back(
            {name, {name, ""}, join.inputs[kLeft]->GetFieldByName(name)->type()});
    const std::string prefix = context.options.text("right_prefix");
    for (const std::string& from : chosenColumns(context, "right_columns", *join.inputs[kRight])) {
        const std::string name = prefix + from;
        const auto taken = std::ranges::find(join.columns, name, &JoinedColumn::name);
        if (taken == join.columns.end())
            join.columns.push_back(
                {name, {"", from}, join.inputs[kRight]->GetFieldByName(from)->type()});
        else if (isSharedKey(join, from) && taken->from[kRight].empty() && prefix.empty())
            taken->from[kRight] = from;
        else
            context.error("right_prefix", context.options.at("right_prefix"),
                          "both inputs have a column \"" + name + "\"",
                          "right_prefix: " + context.inputNames[kRight]
                              + "_, or name the columns you want in left_columns and "
                                "right_columns");
    }
}

} // namespace

std::vector<OptionSpec> joinOptions()
{
    return {{.name = "on",
             .type = OptionType::MapOf,
             .isRequired = true,
             .help = "column of the left input: column of the right one. Null equals nothing.",
             .itemType = OptionType::Text},
            {.name = "left_columns",
             .type = OptionType::ColumnList,
             .help = "Columns of the left input that go on; all unless written."},
            {.name = "right_columns",
             .type = OptionType::ColumnList,
             .help = "Columns of the right input that go on; all unless written. A key of the "
                     "same name on both sides is one column."},
            {.name = "right_prefix",
             .type = OptionType::Text,
             .help = "Put before the names of the right input's columns."}};
}

OptionSpec joinKindOption()
{
    return {.name = "join",
            .type = OptionType::Choice,
            .defaultValue = "inner",
            .choices = {"inner", "left", "full"},
            .help = "Whether rows without a partner go on, with nulls: none, those of the left "
                    "input, those of both."};
}

JoinKind readJoinKind(const Options& options)
{
    const std::string kind = options.text("join");
    return kind == "left" ? JoinKind::Left : kind == "full" ? JoinKind::Full : JoinKind::Inner;
}

void checkJoinInputs(const flow::BindContext& context, bool needsEventTime, bool isRightHistory)
{
    const DocumentNode* input = context.map.find("input");
    const TextPosition at = input ? input->at : context.map.at;
    for (std::size_t i = 0; i < context.inputs.size(); ++i) {
        if (context.inputs[i].isChangeStream && !(isRightHistory && i == kRight))
            context.error("input", at,
                          "a join cannot take rows back, but \"" + context.inputNames[i]
                              + "\" is a stream of changes",
                          "join the rows that it is made from, or final results of windows");
        if (needsEventTime && !context.inputs[i].hasEventTime)
            context.error("input", at,
                          "the join needs the event time of the rows of \"" + context.inputNames[i]
                              + "\"",
                          "give its source an event_time: {column: ...}");
    }
}

std::optional<JoinColumns> readJoinColumns(const flow::BindContext& context,
                                           const std::vector<std::string>& alsoOn)
{
    JoinColumns join;
    for (const std::size_t side : {kLeft, kRight})
        join.inputs[side] = withoutChangeColumn(context.inputs[side]);
    readKeys(context, join);
    for (const std::string& name : alsoOn)
        for (const std::size_t side : {kLeft, kRight}) {
            join.keys[side].push_back(name);
            join.keyFields[side].push_back(join.inputs[side]->GetFieldByName(name));
        }
    readColumns(context, join);
    const auto codec = state::KeyCodec::make(join.keyFields[kLeft]);
    if (!codec)
        context.error("on", context.options.at("on"), codec.error().message, codec.error().hint);
    if (!codec || join.keys[kLeft].empty())
        return std::nullopt;
    return join;
}

} // namespace sluice::operators
