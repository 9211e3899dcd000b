// SPDX-License-Identifier: Apache-2.0
#include "engine/operators/window_aggregate.h"

#include "engine/columns/types.h"
#include "engine/operators/late_expression.h"

#include <algorithm>

namespace sluice::operators {
namespace {

std::vector<OptionSpec> windowOptions()
{
    return {{.name = "window",
             .type = OptionType::Object,
             .isRequired = true,
             .help = "How time is cut.",
             .fields = {{.name = "tumbling",
                         .type = OptionType::Duration,
                         .isRequired = true,
                         .min = "1ms",
                         .help = "Windows of this length, one after the other."},
                        {.name = "offset",
                         .type = OptionType::Duration,
                         .defaultValue = "0s",
                         .help = "Shift of the windows' begin, for days of another time zone."}}},
            {.name = "group_by",
             .type = OptionType::ColumnList,
             .help = "Columns whose values make the groups."},
            {.name = "aggregates",
             .type = OptionType::MapOf,
             .isRequired = true,
             .help = "name: count(*), sum(x), avg(x), min(x), max(x), approx_quantile(x, 0.95), "
                     "approx_distinct(x).",
             .itemType = OptionType::Expression},
            {.name = "allowed_lateness",
             .type = OptionType::Duration,
             .defaultValue = "0s",
             .help = "How long after its end a window takes rows, emitting what changed again with "
                     "the next revision."}};
}

void bindGroups(const flow::BindContext& context, const arrow::Schema& input, WindowConfig& config,
                arrow::FieldVector& fields, std::vector<std::shared_ptr<arrow::Field>>& keys)
{
    const DocumentNode* list = context.options.node("group_by");
    for (std::size_t i = 0; list && i < list->items.size(); ++i) {
        const DocumentNode& item = list->items[i];
        const int index = findColumn(context, "group_by", item.at, item.text, input);
        if (index < 0)
            continue;
        config.groupBy.push_back(item.text);
        fields.push_back(input.field(index));
        keys.push_back(input.field(index));
    }
}

flow::ColumnSet bindAggregates(const flow::BindContext& context, const arrow::Schema& input,
                               WindowConfig& config, arrow::FieldVector& fields)
{
    flow::ColumnSet read;
    const DocumentNode* map = context.options.node("aggregates");
    for (std::size_t i = 0; map && i < map->entries.size(); ++i) {
        const DocumentNode::Entry& entry = map->entries[i];
        const std::string path = context.node + ".aggregates." + entry.key;
        const bool isTaken = std::ranges::any_of(fields, [&](const auto& field) {
            return field->name() == entry.key;
        });
        if (isTaken || entry.key == "window_start" || entry.key == "window_end"
            || entry.key == "revision")
            context.error("aggregates." + entry.key, entry.keyAt,
                          "there is a column \"" + entry.key + "\" already");
        const auto call = expr::compileCall(entry.value, input, path, context.diagnostics);
        if (!call)
            continue;
        for (const expr::Expression& argument : call->arguments)
            read.merge(columnsOf(argument, input));
        if (call->filter)
            read.merge(columnsOf(*call->filter, input));
        if (const auto bound = bindAggregate(*call, path, context.diagnostics)) {
            config.columns.push_back({entry.key, entry.value, *bound});
            fields.push_back(arrow::field(entry.key, bound->output));
        }
    }
    if (map && map->entries.empty())
        context.error("aggregates", map->at, "there is no aggregate", "orders: count(*)");
    return read;
}

flow::BoundNode bindWindow(const flow::BindContext& context)
{
    const flow::StreamSchema& input = context.inputs.front();
    flow::BoundNode bound;
    WindowConfig config;
    if (!input.hasEventTime)
        context.error({}, context.map.at, "windows need the event time of their rows",
                      "give the source an event_time: {column: ...}");
    const DocumentNode* window = context.options.node("window");
    if (window && window->isMap()) {
        const std::vector<OptionSpec> all = windowOptions();
        const Options options(*window, all.front().fields);
        config.size = options.duration("tumbling");
        config.offset = options.duration("offset");
    }
    config.allowedLateness = context.options.duration("allowed_lateness");
    arrow::FieldVector fields{arrow::field("window_start", timestampType(), false),
                              arrow::field("window_end", timestampType(), false)};
    std::vector<std::shared_ptr<arrow::Field>> keys;
    bindGroups(context, *input.columns, config, fields, keys);
    flow::ColumnSet read = bindAggregates(context, *input.columns, config, fields);
    read.insert(config.groupBy.begin(), config.groupBy.end());
    if (config.allowedLateness.count() > 0)
        fields.push_back(arrow::field("revision", arrow::int32(), false));
    config.output = arrow::schema(fields);
    bound.output = {.columns = config.output, .hasEventTime = true, .hasRaw = false};
    bound.summary = "Window, " + durationText(config.size);
    bound.rejects = {Verdict::Late, Verdict::DeadLetter};
    bound.neededInput = [read](const flow::ColumnSet&) { return read; };
    const auto codec = state::KeyCodec::make(keys);
    if (!codec) {
        context.error("group_by", context.options.at("group_by"), codec.error().message,
                      codec.error().hint);
        return bound;
    }
    if (config.size.count() > 0)
        bound.createOperator
            = [config, made = *codec](
                  const flow::CreateContext&) -> Result<std::unique_ptr<flow::Operator>> {
            return std::unique_ptr<flow::Operator>(std::make_unique<WindowAggregate>(config, made));
        };
    return bound;
}

} // namespace

flow::NodeKind WindowAggregate::kind()
{
    return {.name = "window_aggregate",
            .title = "Window aggregate",
            .help = "Cuts event time into windows and computes aggregates for each group in each.",
            .category = flow::NodeCategory::Window,
            .options = windowOptions(),
            .bind = bindWindow};
}

} // namespace sluice::operators
