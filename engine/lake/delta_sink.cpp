// SPDX-License-Identifier: Apache-2.0
#include "engine/lake/delta_sink.h"

#include "engine/lake/delta_table.h"
#include "engine/lake/raw_columns.h"
#include "engine/lake/schema_json.h"
#include "engine/lake/table_sink.h"

namespace sluice::lake {
namespace {

std::vector<OptionSpec> sinkOptions()
{
    return {{.name = "table",
             .type = OptionType::Table,
             .isRequired = true,
             .help = "Table to append to, as schema.table; made if it is not there."},
            {.name = "write",
             .type = OptionType::Choice,
             .defaultValue = "columns",
             .choices = {"columns", "raw"},
             .help = "columns: the rows. raw: the records as they arrived, with their origin."},
            {.name = "partition_by",
             .type = OptionType::ColumnList,
             .help = "Columns that part the table into folders; date(ts) parts by day."},
            {.name = "merge_schema",
             .type = OptionType::Boolean,
             .defaultValue = "true",
             .help = "Add columns that the table does not have yet; a changed type is refused."},
            {.name = "codec",
             .type = OptionType::Choice,
             .defaultValue = "auto",
             .choices = {"auto", "zstd", "lz4", "snappy", "none"},
             .help
             = "How the files are compressed. auto is zstd, and snappy for a file that begins "
               "while rows wait.",
             .isAdvanced = true},
            {.name = "level",
             .type = OptionType::Integer,
             .defaultValue = "1",
             .min = "1",
             .max = "19",
             .help = "How hard zstd tries: 1 is fastest.",
             .isAdvanced = true},
            {.name = "target_file_size",
             .type = OptionType::Size,
             .defaultValue = "128MB",
             .unit = "bytes",
             .min = "1MB",
             .max = "4GB",
             .help = "A file that grows beyond this within one epoch is closed and another begun.",
             .isAdvanced = true},
            {.name = "max_partitions",
             .type = OptionType::Integer,
             .defaultValue = "100",
             .min = "1",
             .max = "10000",
             .help = "Partitions that one epoch may write to; more is taken for a mistake.",
             .isAdvanced = true}};
}

Codec codecOf(const std::string& name)
{
    for (const Codec codec : {Codec::Lz4, Codec::Snappy, Codec::None})
        if (name == codecName(codec))
            return codec;
    return Codec::Zstd;
}

std::string layerOf(const std::string& table)
{
    const std::string schema = table.substr(0, table.find('.'));
    return schema == "bronze" || schema == "silver" || schema == "gold" ? schema : std::string();
}

void report(const flow::BindContext& context, const std::string& option, const Error& error)
{
    context.error(option, context.options.at(option), error.message, error.hint);
}

std::vector<PartitionColumn> bindPartitions(const flow::BindContext& context,
                                            const arrow::Schema& columns)
{
    std::vector<PartitionColumn> out;
    for (const std::string& text : context.options.list("partition_by")) {
        const Result<PartitionColumn> column = parsePartitionColumn(text, columns);
        if (column)
            out.push_back(*column);
        else
            context.error("partition_by", context.options.at("partition_by"),
                          column.error().message, suggestionFor(text, flow::columnNames(columns)));
    }
    if (!out.empty() && out.size() >= std::size_t(columns.num_fields())
        && std::none_of(out.begin(), out.end(), [](const auto& column) { return column.isDay; }))
        context.error("partition_by", context.options.at("partition_by"),
                      "every column is a partition column, so no column is left for the files");
    return out;
}

// Finds at check time what open() would refuse.
void checkAgainstTable(const flow::BindContext& context, const arrow::Schema& written,
                       const std::string& table, bool mergesSchema)
{
    if (const Status named = checkColumnNames(written, table); !named)
        report(context, "table", named.error());
    if (const auto text = schemaText(written); !text)
        report(context, "table", text.error());
    const auto present = context.services.tables->tableSchema(table);
    if (!present)
        return; // not there yet, or damaged: open() says more about that
    arrow::FieldVector missing;
    if (const Status fits = checkColumns(written, **present, table, missing); !fits)
        report(context, "table", fits.error());
    else if (!missing.empty() && !mergesSchema)
        context.error("merge_schema", context.options.at("merge_schema"),
                      "table " + table + " has no column \"" + missing.front()->name() + "\"");
}

TableSinkConfig bindConfig(const flow::BindContext& context, const flow::StreamSchema& input)
{
    const Options& options = context.options;
    TableSinkConfig config;
    config.table = options.text("table");
    config.lakeFolder = context.services.lakeFolder;
    config.input = input.columns;
    config.writesRaw = options.text("write") == "raw";
    config.mergesSchema = options.boolean("merge_schema");
    config.files.codec = codecOf(options.text("codec"));
    config.files.yieldsToLoad = options.text("codec") == "auto";
    config.files.level = int(options.integer("level"));
    config.targetFileBytes = options.size("target_file_size");
    config.maxPartitions = std::size_t(options.integer("max_partitions"));
    if (const auto folder = tableFolder(config.lakeFolder, config.table); !folder) {
        report(context, "table", folder.error());
        return config;
    }
    if (config.writesRaw && !input.hasRaw)
        context.error("write", options.at("write"),
                      "these rows no longer know the records that they came from",
                      "read from the source, or from a node before the rows were merged");
    if (!input.columns)
        return config;
    const arrow::Schema& columns = config.writesRaw ? *rawSchema() : *input.columns;
    config.partitions = bindPartitions(context, columns);
    checkAgainstTable(context, *tableColumns(columns, config.partitions), config.table,
                      config.mergesSchema);
    return config;
}

flow::BoundNode bindSink(const flow::BindContext& context)
{
    flow::BoundNode bound;
    if (context.inputs.empty())
        return bound;
    const flow::StreamSchema& input = context.inputs.front();
    const TableSinkConfig config = bindConfig(context, input);
    bound.target = config.table;
    bound.summary = config.table + (config.writesRaw ? ", raw records" : "");
    bound.layer = layerOf(config.table);
    if (input.columns)
        bound.tableColumns
            = tableColumns(config.writesRaw ? *rawSchema() : *input.columns, config.partitions);
    const bool writesRaw = config.writesRaw;
    if (writesRaw)
        bound.rejects = {Verdict::DeadLetter};
    bound.neededInput = [writesRaw, columns = input.columns](const flow::ColumnSet&) {
        return writesRaw || !columns ? flow::ColumnSet() : flow::allColumns(*columns);
    };
    if (context.diagnostics.hasErrors() || !input.columns)
        return bound;
    bound.createSink
        = [config](const flow::CreateContext& create) -> Result<std::unique_ptr<flow::Sink>> {
        TableSinkConfig own = config;
        own.pipeline = create.pipeline;
        own.node = create.node;
        own.lakeFolder = create.services->lakeFolder;
        return std::unique_ptr<flow::Sink>(
            std::make_unique<TableSink>(std::move(own), *create.services->clock));
    };
    return bound;
}

} // namespace

flow::NodeKind DeltaSink::kind()
{
    return {.name = "delta_sink",
            .title = "Delta table",
            .help = "Appends rows to a table of the lake, exactly once. With write: raw it keeps "
                    "the records as they arrived (bronze).",
            .category = flow::NodeCategory::Sink,
            .minInputs = 1,
            .maxInputs = 1,
            .options = sinkOptions(),
            .bind = bindSink};
}

} // namespace sluice::lake
