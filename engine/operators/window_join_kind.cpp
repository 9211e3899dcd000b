// SPDX-License-Identifier: Apache-2.0
#include "engine/columns/types.h"
#include "engine/operators/window_join.h"

namespace sluice::operators {
namespace {

bool carriesWindow(const arrow::Schema& schema)
{
    for (const char* name : {"window_start", "window_end"}) {
        const auto field = schema.GetFieldByName(name);
        if (!field || field->type()->id() != arrow::Type::TIMESTAMP)
            return false;
    }
    return true;
}

// The columns of the output; finds names that are taken.
arrow::FieldVector outputFields(const flow::BindContext& context, const JoinColumns& columns,
                                bool hasOwnWindows)
{
    arrow::FieldVector fields;
    if (hasOwnWindows)
        for (const char* name : {"window_start", "window_end"})
            fields.push_back(arrow::field(name, timestampType()));
    for (const JoinedColumn& column : columns.columns) {
        if (hasOwnWindows && (column.name == "window_start" || column.name == "window_end"))
            context.error("window", context.options.at("window"),
                          "there is a column \"" + column.name + "\" already",
                          "leave it out with left_columns or right_columns");
        fields.push_back(arrow::field(column.name, column.type));
    }
    return fields;
}

flow::BoundNode bindWindowJoin(const flow::BindContext& context)
{
    flow::BoundNode bound;
    WindowJoinConfig config;
    config.kind = readJoinKind(context.options);
    const auto size = context.options.durationIfSet("window");
    config.size = size.value_or(Micros{0});
    config.bound = StateBound(context, "Make the window shorter");
    checkJoinInputs(context, true);
    const bool carry
        = carriesWindow(*context.inputs[0].columns) && carriesWindow(*context.inputs[1].columns);
    if (!size && !carry)
        context.error("window", context.map.at, "the join has no window",
                      "window: 10s, or inputs whose rows carry window_start and window_end");
    const auto columns
        = readJoinColumns(context,
                          size || !carry ? std::vector<std::string>{}
                                         : std::vector<std::string>{"window_start", "window_end"});
    bound.output.columns = context.inputs.front().columns;
    bound.output.hasEventTime = true;
    bound.rejects = {Verdict::Late};
    if (!size)
        bound.rejects.insert(Verdict::DeadLetter);
    bound.summary = size ? "window of " + durationText(*size) : "same window";
    if (!columns)
        return bound;
    bound.output.columns = arrow::schema(outputFields(context, *columns, size.has_value()));
    bound.neededOfInput = [made = *columns](const flow::ColumnSet& output, std::size_t input) {
        return made.neededOf(input, output);
    };
    bound.createOperator
        = [config, made = *columns](
              const flow::CreateContext& create) -> Result<std::unique_ptr<flow::Operator>> {
        WindowJoinConfig own = config;
        own.columns = made.reducedTo(create.neededColumns);
        SLUICE_TRY(state::KeyCodec left, state::KeyCodec::make(made.keyFields[0]));
        SLUICE_TRY(state::KeyCodec right, state::KeyCodec::make(made.keyFields[1]));
        return std::unique_ptr<flow::Operator>(
            std::make_unique<WindowJoin>(std::move(own), std::move(left), std::move(right)));
    };
    return bound;
}

} // namespace

flow::NodeKind WindowJoin::kind()
{
    std::vector<OptionSpec> options = joinOptions();
    options.push_back({.name = "window",
                       .type = OptionType::Duration,
                       .min = "1ms",
                       .help = "Length of tumbling windows; not needed when the rows of both "
                               "inputs carry window_start and window_end."});
    options.push_back(joinKindOption());
    options.push_back(StateBound::option());
    return {.name = "window_join",
            .title = "Window join",
            .help = "Joins the rows of two inputs that are in the same window; once, when the "
                    "window closes.",
            .category = flow::NodeCategory::Join,
            .minInputs = 2,
            .maxInputs = 2,
            .options = std::move(options),
            .bind = bindWindowJoin};
}

} // namespace sluice::operators
