// SPDX-License-Identifier: Apache-2.0
#include "engine/operators/lookup_join.h"

#include "engine/columns/types.h"
#include "engine/operators/join_columns.h"
#include "engine/operators/late_expression.h"

namespace sluice::operators {
namespace {

const std::vector<std::string> kMisses{"null", "drop", "dead_letter", "retry"};

OnMiss missOf(const std::string& word)
{
    return word == "drop"       ? OnMiss::Drop
        : word == "dead_letter" ? OnMiss::DeadLetter
        : word == "retry"       ? OnMiss::Retry
                                : OnMiss::Null;
}

void bindKeys(const flow::BindContext& context, const arrow::Schema& input,
              const arrow::Schema& table, LookupConfig& config)
{
    const DocumentNode* on = context.options.node("on");
    if (!on || !on->isMap())
        return;
    for (const DocumentNode::Entry& entry : on->entries) {
        const std::string option = "on." + entry.key;
        const int mine = findColumn(context, option, entry.keyAt, entry.key, input);
        const int theirs = findColumn(context, option, entry.value.at, entry.value.text, table);
        if (mine < 0 || theirs < 0)
            continue;
        const auto& mineType = *input.field(mine)->type();
        const auto& theirType = *table.field(theirs)->type();
        if (!canMatch(mineType, theirType))
            context.error(option, entry.value.at,
                          "\"" + entry.key + "\" is " + typeName(mineType) + " but \""
                              + entry.value.text + "\" of the table is " + typeName(theirType),
                          "derive a column as CAST(" + entry.key + " AS ...) first");
        config.on.emplace_back(entry.key, entry.value.text);
        config.keyFields.push_back(input.field(mine));
    }
    if (on->entries.empty())
        context.error("on", on->at, "there is no key", "on: {customer: id}");
}

void bindAdded(const flow::BindContext& context, const arrow::Schema& table, LookupConfig& config,
               arrow::FieldVector& fields)
{
    const auto put = [&](const std::string& option, TextPosition at, const std::string& name,
                         const std::string& from) {
        const int index = findColumn(context, option, at, from, table);
        for (const auto& field : fields)
            if (field->name() == name)
                context.error(option, at, "there is a column \"" + name + "\" already",
                              "give it a new name: add_as: {new_name: " + from + "}");
        if (index < 0)
            return;
        config.add.emplace_back(name, from);
        fields.push_back(arrow::field(name, table.field(index)->type()));
    };
    if (const DocumentNode* add = context.options.node("add"))
        for (const DocumentNode& item : add->items)
            put("add", item.at, item.text, item.text);
    if (const DocumentNode* renamed = context.options.node("add_as"))
        for (const DocumentNode::Entry& entry : renamed->entries)
            put("add_as." + entry.key, entry.value.at, entry.key, entry.value.text);
    if (!context.options.has("add") && !context.options.has("add_as"))
        context.error("add", context.map.at, "no column is added",
                      "add: [name], or add_as: {new_name: name}");
}

flow::BoundNode bindLookup(const flow::BindContext& context)
{
    flow::BoundNode bound;
    bound.output = context.inputs.front();
    LookupConfig config;
    config.table = context.options.text("table");
    config.refresh = context.options.duration("refresh");
    config.onMiss = missOf(context.options.text("on_miss"));
    const DocumentNode* after = context.map.find("after_retry");
    if (after && after->isNull()) // the word null without quotes
        config.afterRetry = OnMiss::Null;
    else
        config.afterRetry = missOf(context.options.text("after_retry"));
    config.retryFor = context.options.duration("retry_for");
    config.bound = StateBound(context, "Look up in a smaller table, or hold rows for less long");
    if (config.onMiss == OnMiss::Retry && config.refresh.count() == 0)
        context.error("refresh", context.options.at("refresh"),
                      "a row that waits for its key needs the table to be read again",
                      "refresh: 10s");
    const auto table = context.services.tables->tableSchema(config.table);
    if (!table) {
        if (!config.table.empty())
            context.error("table", context.options.at("table"), table.error().message,
                          table.error().hint);
        return bound;
    }
    bindKeys(context, *bound.output.columns, **table, config);
    arrow::FieldVector fields = bound.output.columns->fields();
    bindAdded(context, **table, config, fields);
    bound.output.columns = arrow::schema(fields);
    bound.summary = config.table;
    if (config.onMiss == OnMiss::DeadLetter
        || (config.onMiss == OnMiss::Retry && config.afterRetry == OnMiss::DeadLetter))
        bound.rejects = {Verdict::DeadLetter};
    bound.neededInput = [config](const flow::ColumnSet& needed) {
        flow::ColumnSet out = needed;
        for (const auto& [name, from] : config.add)
            out.erase(name);
        for (const auto& [mine, theirs] : config.on)
            out.insert(mine);
        return out;
    };
    const auto codec = state::KeyCodec::make(config.keyFields);
    if (!codec) {
        context.error("on", context.options.at("on"), codec.error().message, codec.error().hint);
        return bound;
    }
    bound.createOperator
        = [config, made = *codec](
              const flow::CreateContext& create) -> Result<std::unique_ptr<flow::Operator>> {
        auto join = std::make_unique<LookupJoin>(config, made, *create.services->tables,
                                                 create.neededColumns);
        SLUICE_TRY(join->loadTable());
        return std::unique_ptr<flow::Operator>(std::move(join));
    };
    return bound;
}

} // namespace

flow::NodeKind LookupJoin::kind()
{
    return {.name = "lookup_join",
            .title = "Lookup",
            .help = "Adds columns of a small table of the lake or a CSV file, found by key.",
            .category = flow::NodeCategory::Join,
            .options
            = {{.name = "table",
                .type = OptionType::Table,
                .isRequired = true,
                .help = "A table of the lake, or a CSV file beside the document."},
               {.name = "on",
                .type = OptionType::MapOf,
                .isRequired = true,
                .help = "column: column of the table.",
                .itemType = OptionType::Text},
               {.name = "add",
                .type = OptionType::ColumnList,
                .help = "Columns of the table to add under their names."},
               {.name = "add_as",
                .type = OptionType::MapOf,
                .help = "new name: column of the table.",
                .itemType = OptionType::Text},
               {.name = "on_miss",
                .type = OptionType::Choice,
                .defaultValue = "null",
                .choices = kMisses,
                .help = "What becomes of a row without a partner."},
               {.name = "retry_for",
                .type = OptionType::Duration,
                .defaultValue = "5m",
                .min = "1ms",
                .help = "retry: how long a row waits for its key to appear, by the clock."},
               {.name = "after_retry",
                .type = OptionType::Choice,
                .defaultValue = "dead_letter",
                .choices = {"null", "drop", "dead_letter"},
                .help = "retry: what becomes of a row whose key has not appeared."},
               {.name = "refresh",
                .type = OptionType::Duration,
                .defaultValue = "0s",
                .help = "Read the table again after so long; 0s reads it once."},
               StateBound::option()},
            .bind = bindLookup};
}

} // namespace sluice::operators
