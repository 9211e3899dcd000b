// SPDX-License-Identifier: Apache-2.0
#include "engine/operators/lookup_join.h"

#include "engine/columns/types.h"
#include "engine/operators/late_expression.h"

#include <arrow/array/builder_primitive.h>
#include <arrow/compute/api.h>
#include <arrow/table.h>

namespace sluice::operators {
namespace {

const std::vector<std::string> kMisses{"null", "drop", "dead_letter"};

// Whether a key column of the table can be compared with one of the input.
bool canMatch(const arrow::DataType& input, const arrow::DataType& table)
{
    const auto isWhole = [](const arrow::DataType& type) { return arrow::is_integer(type.id()); };
    return input.Equals(table) || (isWhole(input) && isWhole(table));
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
    const std::string miss = context.options.text("on_miss");
    config.onMiss = miss == "drop" ? OnMiss::Drop
        : miss == "dead_letter"    ? OnMiss::DeadLetter
                                   : OnMiss::Null;
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
    if (config.onMiss == OnMiss::DeadLetter)
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
            .options = {{.name = "table",
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
                        {.name = "refresh",
                         .type = OptionType::Duration,
                         .defaultValue = "0s",
                         .help = "Read the table again after so long; 0s reads it once."}},
            .bind = bindLookup};
}

LookupJoin::LookupJoin(LookupConfig config, state::KeyCodec codec, const flow::TableCatalog& tables,
                       const flow::ColumnSet& needed)
    : m_config(std::move(config))
    , m_codec(std::move(codec))
    , m_tables(tables)
{
    for (const auto& column : m_config.add)
        if (needed.contains(column.first))
            m_add.push_back(column);
}

Status LookupJoin::loadTable()
{
    SLUICE_TRY(const flow::TableContent content, m_tables.readTable(m_config.table));
    auto table = arrow::Table::FromRecordBatches(content.schema, content.batches);
    auto whole = table.ok() ? (*table)->CombineChunksToBatch()
                            : arrow::Result<std::shared_ptr<arrow::RecordBatch>>(table.status());
    if (!whole.ok())
        return errorFromArrow(whole.status(), m_config.table);
    const arrow::RecordBatch& rows = **whole;
    arrow::ArrayVector keys, added;
    for (std::size_t i = 0; i < m_config.on.size(); ++i) {
        SLUICE_TRY(auto column, columnNamed(rows, m_config.on[i].second));
        auto cast = arrow::compute::Cast(*column, m_config.keyFields[i]->type());
        if (!cast.ok())
            return errorFromArrow(cast.status(), m_config.table + "." + m_config.on[i].second);
        keys.push_back(std::move(*cast));
    }
    arrow::FieldVector fields;
    for (const auto& [name, from] : m_add) {
        SLUICE_TRY(auto column, columnNamed(rows, from));
        fields.push_back(arrow::field(name, column->type()));
        added.push_back(std::move(column));
    }
    state::EncodedKeys encoded;
    m_codec.encode(keys, encoded);
    state::KeyTable keyTable;
    std::vector<std::int64_t> rowOf;
    for (std::size_t row = 0; row < encoded.rows(); ++row)
        if (keyTable.intern(encoded.key(row), encoded.hashes[row]) == rowOf.size())
            rowOf.push_back(std::int64_t(row));
    m_keys = std::move(keyTable);
    m_rowOf = std::move(rowOf);
    m_rows = arrow::RecordBatch::Make(arrow::schema(std::move(fields)), rows.num_rows(),
                                      std::move(added));
    return ok();
}

Status LookupJoin::refreshIfDue(flow::NodeContext& context)
{
    const std::int64_t now = context.clock().steadyNow().ns;
    if (m_loadedNs < 0) {
        m_loadedNs = now;
        NodeCounters::set(context.counters().stateKeys, m_keys.size());
        NodeCounters::set(context.counters().stateBytes, std::int64_t(m_keys.bytes()));
    }
    if (m_config.refresh.count() == 0 || now - m_loadedNs < m_config.refresh.count() * 1000)
        return ok();
    m_loadedNs = now;
    return loadTable();
}

Result<Batch> LookupJoin::handleMisses(const Batch& batch, std::vector<std::int64_t>& found,
                                       flow::NodeContext& context) const
{
    std::vector<std::uint32_t> missed, kept;
    for (std::uint32_t row = 0; row < found.size(); ++row)
        (found[row] < 0 ? missed : kept).push_back(row);
    if (missed.empty())
        return batch;
    if (m_config.onMiss == OnMiss::Drop)
        context.count(Verdict::Dropped, missed.size());
    else
        context.reject(batch, missed, Verdict::DeadLetter,
                       {.rule = "lookup",
                        .message = "no row of " + m_config.table + " has its key",
                        .values = {}});
    auto taken = takeRows(batch, kept);
    if (!taken.ok())
        return errorFromArrow(taken.status(), m_config.table);
    std::erase_if(found, [](std::int64_t row) { return row < 0; });
    return std::move(*taken);
}

Status LookupJoin::process(std::size_t, const Batch& batch, flow::NodeContext& context)
{
    SLUICE_TRY(refreshIfDue(context));
    arrow::ArrayVector keys;
    for (const auto& [mine, theirs] : m_config.on) {
        SLUICE_TRY(auto column, columnNamed(*batch.columns, mine));
        keys.push_back(std::move(column));
    }
    m_codec.encode(keys, m_encoded);
    std::vector<bool> hasNull(std::size_t(batch.rows()), false); // null equals nothing
    for (const auto& column : keys)
        for (std::int64_t row = 0; column->null_count() > 0 && row < batch.rows(); ++row)
            hasNull[std::size_t(row)] = hasNull[std::size_t(row)] || column->IsNull(row);
    std::vector<std::int64_t> found(std::size_t(batch.rows()), -1);
    for (std::size_t row = 0; row < found.size(); ++row) {
        if (hasNull[row])
            continue;
        const std::uint32_t number = m_keys.find(m_encoded.key(row), m_encoded.hashes[row]);
        if (number != state::KeyTable::kNone)
            found[row] = m_rowOf[number];
    }
    Batch rows = batch;
    if (m_config.onMiss != OnMiss::Null) {
        SLUICE_TRY(rows, handleMisses(batch, found, context));
    }
    arrow::Int64Builder builder;
    arrow::Status status = builder.Reserve(std::int64_t(found.size()));
    for (const std::int64_t row : found) {
        if (row < 0)
            builder.UnsafeAppendNull();
        else
            builder.UnsafeAppend(row);
    }
    std::shared_ptr<arrow::Array> indices;
    if (status.ok())
        status = builder.Finish(&indices);
    std::shared_ptr<arrow::RecordBatch> columns = rows.columns;
    for (int i = 0; i < m_rows->num_columns() && status.ok(); ++i) {
        auto taken = arrow::compute::Take(*m_rows->column(i), *indices,
                                          arrow::compute::TakeOptions::NoBoundsCheck());
        auto wider = taken.ok()
            ? columns->AddColumn(columns->num_columns(), m_rows->schema()->field(i), *taken)
            : arrow::Result<std::shared_ptr<arrow::RecordBatch>>(taken.status());
        status = wider.status();
        if (wider.ok())
            columns = std::move(*wider);
    }
    if (!status.ok())
        return errorFromArrow(status, m_config.table);
    context.emit(withColumns(rows, std::move(columns)));
    return ok();
}

} // namespace sluice::operators
