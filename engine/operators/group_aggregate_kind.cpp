// SPDX-License-Identifier: Apache-2.0
#include "engine/flow/change_stream.h"
#include "engine/operators/group_aggregate.h"

namespace sluice::operators {
namespace {

std::vector<OptionSpec> groupOptions()
{
    return {{.name = "group_by",
             .type = OptionType::ColumnList,
             .help = "Columns whose values make the groups."},
            aggregatesOption(),
            {.name = "emit_every",
             .type = OptionType::Duration,
             .min = "1ms",
             .help
             = "Emit what changed each time the watermark has gone on by this, not after each "
               "batch."},
            {.name = "time_to_live",
             .type = OptionType::Duration,
             .min = "1ms",
             .help = "Forget a group when the watermark is so far past its newest row. A row that "
                     "comes later begins it anew."},
            StateBound::option()};
}

// A change stream takes rows back; an aggregate that cannot would be wrong without a word.
void takeRowsOut(const flow::BindContext& context, GroupConfig& config)
{
    for (AggregateEntry& entry : config.aggregates) {
        std::string cure;
        entry.aggregate.takesRowsOut = true;
        if (!entry.aggregate.canTakeRowsOut(cure))
            context.error("aggregates." + entry.name, entry.call.at,
                          entry.aggregate.function
                              + " cannot take rows back, which the change stream of \""
                              + context.inputNames.front() + "\" does",
                          cure);
    }
}

flow::BoundNode bindGroup(const flow::BindContext& context)
{
    const flow::StreamSchema& input = context.inputs.front();
    GroupConfig config;
    config.node = context.node;
    config.readsChanges = input.isChangeStream;
    config.hasEventTime = input.hasEventTime;
    config.emitEvery = context.options.durationIfSet("emit_every").value_or(Micros(0)).count();
    config.timeToLive = context.options.durationIfSet("time_to_live").value_or(Micros(0)).count();
    config.bound = StateBound(context, "Group by fewer values, or set time_to_live");
    for (const char* name : {"emit_every", "time_to_live"})
        if (context.options.has(name) && !input.hasEventTime)
            context.error(name, context.options.at(name), "it needs the event time of the rows",
                          "give the source an event_time: {column: ...}");
    bindGroups(context, *input.columns, config.keys);
    arrow::FieldVector fields = config.keys;
    flow::ColumnSet read
        = bindAggregates(context, *input.columns, {flow::kChangeColumn}, config.aggregates, fields);
    for (const auto& key : config.keys)
        read.insert(key->name());
    if (config.readsChanges) {
        read.insert(flow::kChangeColumn);
        takeRowsOut(context, config);
    }
    fields.push_back(arrow::field(flow::kChangeColumn, arrow::utf8(), false));
    config.output = arrow::schema(fields);
    flow::BoundNode bound;
    bound.output = {.columns = config.output,
                    .hasEventTime = input.hasEventTime,
                    .hasRaw = false,
                    .isChangeStream = true};
    bound.summary = "Groups, " + std::to_string(config.aggregates.size()) + " aggregates";
    bound.rejects = {Verdict::DeadLetter};
    bound.neededInput = [read](const flow::ColumnSet&) { return read; };
    if (const auto keys = state::KeyIndex::make(config.keys); !keys) {
        context.error("group_by", context.options.at("group_by"), keys.error().message,
                      keys.error().hint);
        return bound;
    }
    bound.createOperator
        = [config](const flow::CreateContext&) -> Result<std::unique_ptr<flow::Operator>> {
        SLUICE_TRY(auto keys, state::KeyIndex::make(config.keys));
        return std::unique_ptr<flow::Operator>(
            std::make_unique<GroupAggregate>(config, std::move(keys)));
    };
    return bound;
}

} // namespace

flow::NodeKind GroupAggregate::kind()
{
    return {.name = "group_aggregate",
            .title = "Group aggregate",
            .help
            = "Computes aggregates over all rows of each group so far and emits what changes.",
            .category = flow::NodeCategory::Window,
            .options = groupOptions(),
            .bind = bindGroup};
}

} // namespace sluice::operators
