// SPDX-License-Identifier: Apache-2.0
#include "engine/operators/interval_join.h"

namespace sluice::operators {
namespace {

// Reads "-5s" or "10s" as microseconds.
bool readOffset(const std::string& text, std::int64_t& us)
{
    const bool isNegative = text.starts_with('-');
    Micros span{0};
    if (!parseDuration(text.substr(isNegative ? 1 : 0), span))
        return false;
    us = isNegative ? -span.count() : span.count();
    return true;
}

void readBetween(const flow::BindContext& context, IntervalJoinConfig& config)
{
    IntervalJoinConfig::Bounds& bounds = config.bounds.emplace();
    const DocumentNode* list = context.options.node("between");
    if (!list)
        return;
    const bool isPair = list->items.size() == 2 && readOffset(list->items[0].text, bounds.lower)
        && readOffset(list->items[1].text, bounds.upper);
    if (!isPair)
        context.error("between", list->at, "expected two offsets from the left row's event time",
                      "between: [-5s, 10s]");
    else if (bounds.lower > bounds.upper)
        context.error("between", list->at, "the first offset is after the second",
                      "between: [" + list->items[1].text + ", " + list->items[0].text + "]");
}

flow::BoundNode bindInterval(const flow::BindContext& context)
{
    flow::BoundNode bound;
    IntervalJoinConfig config;
    config.kind = readJoinKind(context.options);
    checkJoinInputs(context, true);
    readBetween(context, config);
    if (const DocumentNode* list = context.options.node("between"); list && list->items.size() == 2)
        bound.summary = list->items[0].text + " to " + list->items[1].text;
    if (const DocumentNode* where = context.options.node("where"))
        config.where = *where;
    config.bound = StateBound(context, "Make the bounds of between narrower");
    bound.rejects = {Verdict::Late};
    bindPairJoin(context, std::move(config), bound);
    return bound;
}

} // namespace

void bindPairJoin(const flow::BindContext& context, IntervalJoinConfig config,
                  flow::BoundNode& bound)
{
    const auto columns = readJoinColumns(context);
    arrow::FieldVector fields;
    if (columns)
        for (const JoinedColumn& column : columns->columns)
            fields.push_back(arrow::field(column.name, column.type));
    bound.output.columns = columns ? arrow::schema(fields) : context.inputs.front().columns;
    bound.output.hasEventTime = context.inputs[0].hasEventTime && context.inputs[1].hasEventTime;
    flow::ColumnSet condition;
    if (columns && config.where) {
        const auto where = expr::compileCondition(*config.where, *bound.output.columns,
                                                  context.node + ".where", context.diagnostics);
        if (!where)
            return;
        condition = columnsOf(*where, *bound.output.columns);
        bound.rejects.insert(Verdict::DeadLetter);
    }
    if (!columns)
        return;
    const auto read = [condition](const flow::ColumnSet& output) {
        flow::ColumnSet all = output;
        all.insert(condition.begin(), condition.end());
        return all;
    };
    bound.neededOfInput
        = [read, made = *columns](const flow::ColumnSet& output, std::size_t input) {
              return made.neededOf(input, read(output));
          };
    bound.createOperator
        = [read, config, made = *columns, hasEventTime = bound.output.hasEventTime](
              const flow::CreateContext& create) -> Result<std::unique_ptr<flow::Operator>> {
        IntervalJoinConfig own = config;
        own.hasEventTime = hasEventTime;
        own.columns = made.reducedTo(read(create.neededColumns));
        SLUICE_TRY(state::KeyCodec left, state::KeyCodec::make(made.keyFields[0]));
        SLUICE_TRY(state::KeyCodec right, state::KeyCodec::make(made.keyFields[1]));
        return std::unique_ptr<flow::Operator>(
            std::make_unique<IntervalJoin>(std::move(own), std::move(left), std::move(right)));
    };
}

flow::NodeKind IntervalJoin::kind()
{
    std::vector<OptionSpec> options = joinOptions();
    options.push_back({.name = "between",
                       .type = OptionType::ColumnList,
                       .isRequired = true,
                       .help = "[lower, upper]: how far the right row's event time may be from "
                               "the left row's, such as [-5s, 10s]."});
    options.push_back(joinKindOption());
    options.push_back({.name = "where",
                       .type = OptionType::Expression,
                       .help = "A further condition over the columns of the joined row."});
    options.push_back(StateBound::option());
    return {.name = "interval_join",
            .title = "Interval join",
            .help = "Joins rows of two inputs whose keys are equal and whose event times are near "
                    "each other; the watermark says when a row is not needed any more.",
            .category = flow::NodeCategory::Join,
            .minInputs = 2,
            .maxInputs = 2,
            .options = std::move(options),
            .bind = bindInterval};
}

} // namespace sluice::operators
