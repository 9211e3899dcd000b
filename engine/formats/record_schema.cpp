// SPDX-License-Identifier: Apache-2.0
#include "engine/formats/record_schema.h"

#include "engine/columns/types.h"

#include <algorithm>
#include <cctype>
#include <set>

namespace sluice::formats {
namespace {

// Reads $.customer.address[0].city; false if the text is no path.
bool parsePath(std::string_view text, std::vector<PathStep>& out)
{
    if (text.empty() || text.front() != '$')
        return false;
    text.remove_prefix(1);
    while (!text.empty()) {
        if (text.front() == '.') {
            text.remove_prefix(1);
            const std::size_t end = std::min(text.find_first_of(".["), text.size());
            if (end == 0)
                return false;
            out.emplace_back(std::string(text.substr(0, end)));
            text.remove_prefix(end);
        } else if (text.front() == '[') {
            const std::size_t end = text.find(']');
            if (end == std::string_view::npos)
                return false;
            std::string_view inside = text.substr(1, end - 1);
            if (inside.size() >= 2 && inside.front() == '\'' && inside.back() == '\'')
                out.emplace_back(std::string(inside.substr(1, inside.size() - 2)));
            else if (!inside.empty() && std::ranges::all_of(inside, [](unsigned char c) {
                         return std::isdigit(c);
                     }))
                out.emplace_back(std::size_t(std::stoul(std::string(inside))));
            else
                return false;
            text.remove_prefix(end + 1);
        } else {
            return false;
        }
    }
    return !out.empty();
}

std::string trimmed(std::string_view text)
{
    while (!text.empty() && std::isspace(static_cast<unsigned char>(text.front())))
        text.remove_prefix(1);
    while (!text.empty() && std::isspace(static_cast<unsigned char>(text.back())))
        text.remove_suffix(1);
    return std::string(text);
}

class LayoutReader
{
public:
    LayoutReader(const Options& options, const std::string& node, Diagnostics& diagnostics)
        : m_options(options)
        , m_node(node)
        , m_diagnostics(diagnostics)
    {
    }

    RecordLayout read()
    {
        RecordLayout layout;
        layout.format = m_options.text("format") == "csv" ? RecordFormat::Csv : RecordFormat::Json;
        readColumns(layout);
        readEventTime(layout);
        readCsv(layout);
        return layout;
    }

private:
    void readColumns(RecordLayout& layout);
    void readColumn(const DocumentNode::Entry& entry, RecordLayout& layout);
    bool readType(const DocumentNode& node, SchemaColumn& column, const std::string& path);
    void readEventTime(RecordLayout& layout);
    void readCsv(RecordLayout& layout);

    const Options& m_options;
    const std::string& m_node;
    Diagnostics& m_diagnostics;
};

void LayoutReader::readColumns(RecordLayout& layout)
{
    const DocumentNode* schema = m_options.node("schema");
    if (!schema || !schema->isMap())
        return; // checkOptions has said so
    if (schema->entries.empty())
        m_diagnostics.error(schema->at, m_node + ".schema", "the schema has no columns");
    std::set<std::string> lower;
    for (const DocumentNode::Entry& entry : schema->entries) {
        std::string folded = entry.key;
        std::ranges::transform(folded, folded.begin(),
                               [](unsigned char c) { return char(std::tolower(c)); });
        if (!lower.insert(folded).second)
            m_diagnostics.error(entry.keyAt, m_node + ".schema." + entry.key,
                                "another column has this name but for upper and lower case",
                                "table formats cannot keep both; rename one and give its path");
        if (entry.key.find_first_of(" ,;{}()\n\t=") != std::string::npos)
            m_diagnostics.error(entry.keyAt, m_node + ".schema." + entry.key,
                                "a column name has none of \" ,;{}()=\"",
                                "rename it and give its path: {type: ..., path: \"$['" + entry.key
                                    + "']\"}");
        readColumn(entry, layout);
    }
}

void LayoutReader::readColumn(const DocumentNode::Entry& entry, RecordLayout& layout)
{
    const std::string path = m_node + ".schema." + entry.key;
    SchemaColumn column;
    column.name = entry.key;
    column.path = {entry.key};
    const DocumentNode* type = &entry.value;
    if (entry.value.isMap()) {
        static const std::vector<OptionSpec> kFields{
            {.name = "type", .isRequired = true, .help = "string, long, decimal(12,2), ..."},
            {.name = "path", .help = "Where the value stands: $.customer.address.city"},
            {.name = "on_error", .type = OptionType::Choice, .choices = {"reject", "null"}}};
        // null is a word here, not the absence of a value
        checkOptions(entry.value, kFields, {"on_error"}, path, m_diagnostics);
        type = entry.value.find("type");
        if (const DocumentNode* at = entry.value.find("path")) {
            column.path.clear();
            if (!parsePath(at->text, column.path))
                m_diagnostics.error(at->at, path + ".path", "\"" + at->text + "\" is no path",
                                    "$.customer.address[0].city");
        }
        if (const DocumentNode* onError = entry.value.find("on_error"))
            column.isNullOnError = onError->isNull() || onError->text == "null";
    }
    if (!type || !readType(*type, column, path))
        return;
    layout.schema.columns.push_back(std::move(column));
}

bool LayoutReader::readType(const DocumentNode& node, SchemaColumn& column, const std::string& path)
{
    if (!node.isScalar()) {
        m_diagnostics.error(node.at, path, "expected a type", "string, long, decimal(12,2), ...");
        return false;
    }
    std::string text = trimmed(node.text);
    std::string folded = text;
    std::ranges::transform(folded, folded.begin(),
                           [](unsigned char c) { return char(std::tolower(c)); });
    if (folded.ends_with("not null")) {
        column.isNullable = false;
        text = trimmed(std::string_view(text).substr(0, text.size() - 8));
        folded.resize(text.size());
    }
    Result<std::shared_ptr<arrow::DataType>> type = parseType(text);
    if (!type) {
        const std::string word = text.substr(0, text.find_first_of("(<"));
        const std::string near
            = suggestionFor(word,
                            {"boolean", "byte", "short", "integer", "long", "float", "double",
                             "decimal", "string", "binary", "date", "timestamp", "json", "struct",
                             "list", "map"});
        m_diagnostics.error(node.at, path, type.error().message,
                            near.empty() ? type.error().hint : near);
        return false;
    }
    column.type = *type;
    column.isJson = folded == "json";
    if (column.type->id() == arrow::Type::TIMESTAMP) {
        const std::int64_t unit = timestampUnitNs(folded);
        column.numberUnitNs = unit != 0 ? unit : 1'000'000; // a plain timestamp: milliseconds
    }
    return true;
}

void LayoutReader::readEventTime(RecordLayout& layout)
{
    const DocumentNode* node = m_options.node("event_time");
    if (!node || !node->isMap())
        return;
    const auto spec = std::ranges::find(recordOptions(), "event_time", &OptionSpec::name);
    const Options fields(*node, spec->fields);
    layout.eventTime.outOfOrder = fields.duration("out_of_order");
    layout.eventTime.idleAfter = fields.durationIfSet("idle_after");
    layout.eventTime.maxDrift = fields.durationIfSet("max_drift");
    layout.eventTime.maxFuture = fields.duration("max_future");
    if (layout.eventTime.maxDrift && !layout.eventTime.idleAfter)
        m_diagnostics.error(fields.at("max_drift"), m_node + ".event_time.max_drift",
                            "a partition without records would hold the others for ever",
                            "say when a silent one is idle: idle_after: 1m");
    const std::string name = fields.text("column");
    if (name.empty())
        return;
    const SchemaColumn* column = layout.schema.find(name);
    if (!column) {
        std::vector<std::string> names;
        for (const SchemaColumn& each : layout.schema.columns)
            names.push_back(each.name);
        m_diagnostics.error(fields.at("column"), m_node + ".event_time.column",
                            "column \"" + name + "\" does not exist", suggestionFor(name, names));
    } else if (column->type->id() != arrow::Type::TIMESTAMP) {
        m_diagnostics.error(fields.at("column"), m_node + ".event_time.column",
                            "\"" + name + "\" is a " + typeName(*column->type)
                                + ", not a timestamp",
                            "declare it as timestamp(ms) or as the unit that its numbers have");
    } else {
        layout.eventTimeColumn = name;
    }
}

void LayoutReader::readCsv(RecordLayout& layout)
{
    const auto single = [&](const char* option, char& to) {
        std::string text = m_options.text(option);
        if (text == "\\t")
            text = "\t";
        if (text.size() == 1)
            to = text[0];
        else
            m_diagnostics.error(m_options.at(option), m_node + "." + option,
                                "expected one character, found \"" + text + "\"");
    };
    single("delimiter", layout.delimiter);
    single("quote", layout.quote);
    layout.hasHeader = m_options.boolean("header");
    if (m_options.has("null_values"))
        layout.nullValues = m_options.list("null_values");
    if (layout.format != RecordFormat::Csv)
        return;
    for (const SchemaColumn& column : layout.schema.columns) {
        if (column.type->id() == arrow::Type::STRUCT || column.type->id() == arrow::Type::LIST
            || column.type->id() == arrow::Type::MAP)
            m_diagnostics.error(m_options.at("schema"), m_node + ".schema." + column.name,
                                "CSV has no " + typeName(*column.type), "use json or string");
    }
}

} // namespace

std::shared_ptr<arrow::Schema> RecordSchema::arrowSchema() const
{
    arrow::FieldVector fields;
    for (const SchemaColumn& column : columns)
        fields.push_back(column.isJson ? jsonField(column.name)
                                       : arrow::field(column.name, column.type));
    return arrow::schema(std::move(fields));
}

const SchemaColumn* RecordSchema::find(const std::string& name) const
{
    const auto found = std::ranges::find(columns, name, &SchemaColumn::name);
    return found == columns.end() ? nullptr : &*found;
}

const std::vector<OptionSpec>& recordOptions()
{
    static const std::vector<OptionSpec> options{
        {.name = "format",
         .type = OptionType::Choice,
         .defaultValue = "json",
         .choices = {"json", "csv"},
         .help = "What a record is: one JSON object, or one line of CSV."},
        {.name = "schema",
         .type = OptionType::MapOf,
         .isRequired = true,
         .help = "The columns: name: type, or name: {type, path, on_error}.",
         .itemType = OptionType::ColumnType},
        {.name = "event_time",
         .type = OptionType::Object,
         .help = "Which column says when it happened, and how late records may be.",
         .fields
         = {{.name = "column",
             .type = OptionType::Column,
             .isRequired = true,
             .help = "A timestamp column."},
            {.name = "out_of_order",
             .type = OptionType::Duration,
             .defaultValue = "0s",
             .min = "0s",
             .max = "365d",
             .help = "How far behind the newest record one may come and still be on time."},
            {.name = "idle_after",
             .type = OptionType::Duration,
             .min = "10ms",
             .help = "A partition without records for so long holds nothing up."},
            {.name = "max_drift",
             .type = OptionType::Duration,
             .min = "1ms",
             .help = "A partition that is further ahead of the slowest one is not read until "
                     "that has come up, so that what is held stays bounded."},
            {.name = "max_future",
             .type = OptionType::Duration,
             .defaultValue = "10m",
             .min = "0s",
             .help = "A record further ahead of the clock is a dead letter."}}},
        {.name = "delimiter",
         .defaultValue = ",",
         .help = "CSV: what stands between fields; \\t is a tab.",
         .isAdvanced = true},
        {.name = "quote",
         .defaultValue = "\"",
         .help = "CSV: what stands around a field.",
         .isAdvanced = true},
        {.name = "header",
         .type = OptionType::Boolean,
         .defaultValue = "true",
         .help = "CSV: the first line of a file names the columns.",
         .isAdvanced = true},
        {.name = "null_values",
         .type = OptionType::ColumnList,
         .help = "CSV: texts that mean null; the empty text unless written.",
         .isAdvanced = true}};
    return options;
}

RecordLayout readRecordLayout(const Options& options, const std::string& node,
                              Diagnostics& diagnostics)
{
    return LayoutReader(options, node, diagnostics).read();
}

} // namespace sluice::formats
