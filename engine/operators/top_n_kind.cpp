// SPDX-License-Identifier: Apache-2.0
#include "engine/columns/types.h"
#include "engine/operators/late_expression.h"
#include "engine/operators/top_n.h"
#include "engine/operators/top_n_of_changes.h"

#include <algorithm>

namespace sluice::operators {
namespace {

bool hasWindowColumns(const arrow::Schema& schema)
{
    const auto isTime = [&](const char* name) {
        const auto field = schema.GetFieldByName(name);
        return field && field->type()->id() == arrow::Type::TIMESTAMP;
    };
    return isTime("window_start") && isTime("window_end");
}

void bindOrder(const flow::BindContext& context, const arrow::Schema& input,
               std::vector<state::OrderCodec::Column>& order)
{
    const DocumentNode* list = context.options.node("order_by");
    if (!list)
        return;
    for (const DocumentNode& item : list->items) {
        for (const DocumentNode::Entry& entry : item.entries) {
            const int index = findColumn(context, "order_by", entry.keyAt, entry.key, input);
            if (entry.value.text != "asc" && entry.value.text != "desc")
                context.error("order_by", entry.value.at,
                              "expected asc or desc, found \"" + entry.value.text + "\"",
                              "order_by: [{price: desc}, {bid_id: asc}]");
            if (index >= 0)
                order.push_back({input.field(index), entry.value.text == "desc"});
        }
    }
    if (list->items.empty())
        context.error("order_by", list->at, "there is no column to order by",
                      "order_by: [{price: desc}, {bid_id: asc}]");
}

// A row may be taken back at any time: nothing is ever final, and nothing may be forgotten.
void bindToChanges(const flow::BindContext& context)
{
    const std::string changes
        = " of a stream of changes, as \"" + context.inputNames.front() + "\" is";
    if (context.options.durationIfSet("window"))
        context.error("window", context.options.at("window"), "there are no windows" + changes,
                      "remove the line: the first rows come as changes");
    if (context.options.text("emit") == "final")
        context.error("emit", context.options.at("emit"), "there is no final answer" + changes,
                      "emit: changes");
    if (context.options.durationIfSet("time_to_live"))
        context.error("time_to_live", context.options.at("time_to_live"),
                      "no partition may be forgotten" + changes,
                      "give a time_to_live to \"" + context.inputNames.front() + "\"");
}

void bindWindows(const flow::BindContext& context, const flow::StreamSchema& input,
                 TopNConfig& config)
{
    const auto size = context.options.durationIfSet("window");
    if (input.isChangeStream) {
        bindToChanges(context);
        return;
    }
    const bool isFinal = context.options.text("emit") != "changes";
    if (size)
        config.windowSize = *size;
    if (size && !isFinal)
        context.error("emit", context.options.at("emit"),
                      "a window is emitted once, when it is closed",
                      "remove the line, or remove window");
    if (size)
        config.windows = TopWindows::Tumbling;
    else if (hasWindowColumns(*input.columns) && isFinal)
        config.windows = TopWindows::Columns;
    else if (context.options.text("emit") == "final")
        context.error("emit", context.options.at("emit"),
                      "without windows there is no final answer",
                      "window: 10s, or an input with window_start and window_end");
    if (config.windows != TopWindows::None && !input.hasEventTime)
        context.error("window", context.map.at, "a window needs the event time of its rows",
                      "give the source an event_time: {column: ...}");
    config.timeToLive = context.options.durationIfSet("time_to_live");
    if (config.timeToLive && (config.windows != TopWindows::None || !input.hasEventTime))
        context.error("time_to_live", context.options.at("time_to_live"),
                      config.windows != TopWindows::None
                          ? "windows are released when they close"
                          : "time_to_live needs the event time of the rows",
                      "remove the line");
}

// The columns of the input that are ranked: all but the word of a change.
arrow::FieldVector rankedFields(const arrow::Schema& input, const TopNConfig& config)
{
    arrow::FieldVector out;
    for (const auto& field : input.fields())
        if (!config.readsChanges || field->name() != flow::kChangeColumn)
            out.push_back(field);
    return out;
}

// The columns of the output, in order; finds names that are taken.
arrow::FieldVector outputFields(const flow::BindContext& context, const arrow::Schema& input,
                                const TopNConfig& config)
{
    arrow::FieldVector fields;
    const auto add = [&](const char* option, const std::string& name,
                         std::shared_ptr<arrow::DataType> type) {
        if (input.GetFieldIndex(name) >= 0)
            context.error(option, context.options.at(option),
                          "there is a column \"" + name + "\" already",
                          "leave it out with a select before this node, or choose another name");
        fields.push_back(arrow::field(name, std::move(type)));
    };
    if (config.windows == TopWindows::Tumbling) {
        add("window", "window_start", timestampType());
        add("window", "window_end", timestampType());
    }
    for (const auto& field : rankedFields(input, config))
        fields.push_back(field);
    if (!config.rankAs.empty())
        add("rank_as", config.rankAs, arrow::int64());
    if (config.readsChanges)
        fields.push_back(arrow::field(flow::kChangeColumn, arrow::utf8()));
    else if (config.windows == TopWindows::None)
        add("emit", flow::kChangeColumn, arrow::utf8());
    return fields;
}

TopNConfig readConfig(const flow::BindContext& context, const flow::StreamSchema& input)
{
    TopNConfig config;
    config.limit = std::size_t(std::max<std::int64_t>(1, context.options.integer("limit")));
    config.withTies = context.options.boolean("ties");
    config.rankAs = context.options.text("rank_as");
    config.hasEventTime = input.hasEventTime;
    config.readsChanges = input.isChangeStream;
    if (const DocumentNode* list = context.options.node("partition_by"))
        for (const DocumentNode& item : list->items)
            if (findColumn(context, "partition_by", item.at, item.text, *input.columns) >= 0)
                config.partitionBy.push_back(item.text);
    config.node = context.node;
    config.bound
        = StateBound(context,
                     "Partition by fewer values, lower the limit, or set a window or time_to_live");
    bindWindows(context, input, config);
    return config;
}

// All its values, for a row is found by them when it is taken back.
void checkKeptTypes(const flow::BindContext& context, const arrow::Schema& input)
{
    for (const auto& field : input.fields())
        if (!state::isKeyType(*field->type()))
            context.error("input", context.map.at,
                          "a " + typeName(*field->type()) + ", as \"" + field->name()
                              + "\" is, cannot be found again when its row is taken back",
                          "leave it out with a select before this node");
}

flow::BoundNode bindTopN(const flow::BindContext& context)
{
    const flow::StreamSchema& input = context.inputs.front();
    flow::BoundNode bound;
    bound.output = input;
    if (input.isChangeStream)
        checkKeptTypes(context, *input.columns);
    TopNConfig config = readConfig(context, input);
    std::vector<state::OrderCodec::Column> columns;
    bindOrder(context, *input.columns, columns);
    arrow::FieldVector keys;
    for (const std::string& name : config.partitionBy)
        keys.push_back(input.columns->GetFieldByName(name));
    const auto index = state::KeyIndex::make(keys);
    if (!index)
        context.error("partition_by", context.options.at("partition_by"), index.error().message,
                      index.error().hint);
    const auto order = state::OrderCodec::make(columns);
    if (!order)
        context.error("order_by", context.options.at("order_by"), order.error().message,
                      order.error().hint);
    flow::ColumnSet read(config.partitionBy.begin(), config.partitionBy.end());
    if (config.readsChanges) // a row is known by all its columns
        for (const auto& field : input.columns->fields())
            read.insert(field->name());
    for (const auto& column : columns)
        read.insert(column.field->name());
    if (config.windows == TopWindows::Columns)
        read.insert({"window_start", "window_end"});
    bound.output.columns = arrow::schema(outputFields(context, *input.columns, config));
    bound.output.hasRaw = false;
    bound.output.isChangeStream = config.windows == TopWindows::None;
    bound.rejects = config.windows == TopWindows::None
        ? std::set<Verdict>{}
        : std::set<Verdict>{Verdict::Late, Verdict::DeadLetter};
    bound.summary = "top " + std::to_string(config.limit) + (config.withTies ? " with ties" : "");
    const arrow::FieldVector ranked = rankedFields(*input.columns, config);
    std::vector<std::string> names;
    for (const auto& field : ranked)
        names.push_back(field->name());
    const auto needed = [read, names](const flow::ColumnSet& output) {
        flow::ColumnSet all = read;
        for (const std::string& name : names)
            if (output.contains(name))
                all.insert(name);
        return all;
    };
    bound.neededInput = needed;
    if (!index || !order || columns.empty())
        return bound;
    bound.createOperator
        = [config, needed, names, ranked, keys, places = *order](
              const flow::CreateContext& create) -> Result<std::unique_ptr<flow::Operator>> {
        TopNConfig own = config;
        const flow::ColumnSet kept = needed(create.neededColumns);
        for (const std::string& name : names) {
            if (kept.contains(name))
                own.kept.push_back(name);
            if (create.neededColumns.contains(name))
                own.emitted.push_back(name);
        }
        SLUICE_TRY(auto made, state::KeyIndex::make(keys));
        if (config.readsChanges) {
            SLUICE_TRY(auto rows, state::KeyCodec::make(ranked));
            return std::unique_ptr<flow::Operator>(
                std::make_unique<TopNOfChanges>(std::move(own), std::move(made), places,
                                                std::move(rows)));
        }
        return std::unique_ptr<flow::Operator>(
            std::make_unique<TopN>(std::move(own), std::move(made), places));
    };
    return bound;
}

} // namespace

flow::NodeKind TopN::kind()
{
    return {.name = "top_n",
            .title = "Top N",
            .help = "Keeps the first rows of each partition in a declared order: once for each "
                    "window, or continuously as a stream of changes.",
            .category = flow::NodeCategory::Window,
            .options
            = {{.name = "partition_by",
                .type = OptionType::ColumnList,
                .help = "Columns whose values make a partition; without it all rows are one."},
               {.name = "order_by",
                .type = OptionType::ListOf,
                .isRequired = true,
                .help = "[{column: asc or desc}, ...]; the later ones decide between equal rows, "
                        "then the first to come is first (of changes, that with the lesser "
                        "values). Null is last."},
               {.name = "limit",
                .type = OptionType::Integer,
                .defaultValue = "1",
                .unit = "rows",
                .min = "1",
                .max = "10000",
                .help = "How many rows of each partition are kept."},
               {.name = "ties",
                .type = OptionType::Boolean,
                .defaultValue = "false",
                .help = "Keep every row that is equal to the last one kept, as RANK does."},
               {.name = "window",
                .type = OptionType::Duration,
                .min = "1ms",
                .help = "Rank within tumbling windows of this length; not needed when the rows "
                        "carry window_start and window_end."},
               {.name = "emit",
                .type = OptionType::Choice,
                .choices = {"final", "changes"},
                .help = "final: once, when the window closes; changes: a stream of changes. By "
                        "default final when there are windows."},
               {.name = "rank_as",
                .type = OptionType::Text,
                .help = "Name of a column that gets the rank, from 1."},
               {.name = "time_to_live",
                .type = OptionType::Duration,
                .help = "changes: forget a partition whose best rows have not changed for so long "
                        "of event time; what was emitted stays."},
               StateBound::option()},
            .bind = bindTopN};
}

} // namespace sluice::operators
