// SPDX-License-Identifier: Apache-2.0
#include "tests/simulation/random_pipeline.h"

#include <algorithm>
#include <array>

namespace sluice::test {
namespace {

constexpr std::int64_t kBegin = 1'700'000'000'000;

template <class Range, class Text> std::string joined(const Range& range, Text text)
{
    std::string out;
    for (const auto& item : range)
        out += (out.empty() ? "" : ", ") + text(item);
    return out;
}

} // namespace

RandomPipeline::RandomPipeline(std::uint64_t seed, std::size_t records)
    : m_random(seed)
{
    makeLines(records);
    makeSource();
    Node node{.name = "src",
              .columns = {{"id", Kind::Whole},
                          {"k", Kind::Whole},
                          {"s", Kind::Text},
                          {"v", Kind::Whole},
                          {"f", Kind::Real},
                          {"t", Kind::Time},
                          {"l", Kind::List}}};
    for (std::size_t steps = 1 + below(4); steps > 0; --steps) {
        node = transform(node);
        if (below(3) == 0)
            addTable(node);
    }
    addTable(node);
    for (std::size_t results = 1 + below(2); results > 0; --results)
        addResult(node);
}

std::string RandomPipeline::newName(const char* kind)
{
    return kind + std::to_string(++m_nodes);
}

// Times grow by 20 ms a record, less a disorder below the second that the document allows. A
// repeated record is the same to the byte, so it does not matter which of them passes first.
void RandomPipeline::makeLines(std::size_t records)
{
    static constexpr std::array<const char*, 5> kTexts{"\"alpha\"", "\"b\\u00e9ta\"", "null",
                                                       "\"\"", "\"gamma ray\""};
    static constexpr std::array<const char*, 6> kBroken{
        "{\"id\":1,\"k\"",
        "no JSON",
        "{\"id\":\"one\",\"k\":1,\"v\":1,\"t\":1700000000000}",
        "[1,2,3]",
        "{\"id\":1.5,\"k\":1,\"v\":1,\"t\":1700000000000}",
        "{\"k\":1}"};
    std::vector<std::size_t> recent; // of the last forty records those that repeat no other
    for (std::size_t i = 0; i < records; ++i) {
        if (below(40) == 0) {
            m_lines.emplace_back(kBroken[below(kBroken.size())]);
            continue;
        }
        std::erase_if(recent, [i](std::size_t line) { return line + 40 < i; });
        if (!recent.empty() && below(8) == 0) {
            m_lines.push_back(m_lines[recent[below(recent.size())]]);
            continue;
        }
        recent.push_back(i);
        const std::int64_t time = kBegin + std::int64_t(i) * 20 - std::int64_t(below(150));
        std::string list;
        for (std::size_t items = below(4); items > 0; --items)
            list += (list.empty() ? "" : ",") + std::to_string(below(9));
        m_lines.push_back("{\"id\":" + std::to_string(i) + ",\"k\":" + std::to_string(below(7))
                          + ",\"s\":" + kTexts[below(kTexts.size())]
                          + ",\"v\":" + std::to_string(std::int64_t(below(200)) - 100)
                          + ",\"f\":" + std::to_string(double(below(4000)) / 4)
                          + ",\"t\":" + std::to_string(time) + ",\"l\":[" + list + "]}");
    }
    m_lookup = "key,label,weight\n";
    for (int key = 0; key < 5; ++key)
        m_lookup += std::to_string(key) + ",label " + std::to_string(key) + ","
            + std::to_string(key * 10) + "\n";
}

void RandomPipeline::makeSource()
{
    m_document = "pipeline: p\nepoch: 50ms\nnodes:\n"
                 "  src:\n    type: file_source\n    path: in.jsonl\n    follow: true\n"
                 "    schema: {id: long not null, k: long, s: string, v: long not null, f: double, "
                 "t: timestamp(ms) not null, l: list<long>}\n"
                 "    event_time: {column: t, out_of_order: 1s}\n"
                 "  bronze: {type: delta_sink, input: src, table: bronze.p, write: raw}\n";
    // Tables, not views: DuckDB would move the casts before the conditions.
    m_views.emplace_back("CREATE TABLE valid AS SELECT line FROM lines WHERE json_valid(line)");
    m_views.emplace_back(
        "CREATE TABLE good AS SELECT line FROM valid WHERE json_type(line, '$.id') IN ('UBIGINT', "
        "'BIGINT') AND json_type(line, '$.t') IN ('UBIGINT', 'BIGINT')");
    m_views.emplace_back(
        "CREATE TABLE src AS SELECT CAST(line->>'id' AS BIGINT) AS id, CAST(line->>'k' AS BIGINT) "
        "AS k, line->>'s' AS s, CAST(line->>'v' AS BIGINT) AS v, CAST(line->>'f' AS DOUBLE) AS f, "
        "CAST(line->>'t' AS BIGINT) * 1000 AS t, CAST(line->'l' AS BIGINT[]) AS l FROM good");
    m_checks.push_back({"bronze.p", "SELECT event_data FROM actual", "SELECT line FROM good"});
    m_checks.push_back({"dead_letter.p", "SELECT decode(data) FROM actual WHERE node = 'src'",
                        "SELECT line FROM lines EXCEPT ALL SELECT line FROM good"});
}

RandomPipeline::Node RandomPipeline::addNode(const Node& input, const std::string& type,
                                             const std::string& options, const std::string& sql,
                                             std::vector<Column> columns)
{
    Node out{.name = newName(type.substr(0, 3).c_str()),
             .columns = std::move(columns),
             .isUnnested = input.isUnnested};
    m_document += "  " + out.name + ": {type: " + type + ", input: " + input.name
        + (options.empty() ? "" : ", " + options) + "}\n";
    m_views.push_back("CREATE VIEW " + out.name + " AS " + sql);
    return out;
}

RandomPipeline::Node RandomPipeline::transform(const Node& input)
{
    switch (below(9)) {
    case 0: return derive(input);
    case 1: return select(input);
    case 2: return expect(input);
    case 3: return lookup(input);
    case 4: return unnest(input);
    case 5: return unite(input);
    case 6: return filter(input, condition());
    default: return deduplicate(input);
    }
}

std::string RandomPipeline::condition()
{
    static constexpr std::array<const char*, 8> kConditions{
        "v % 3 <> 0",      "v > -50",
        "s IS NOT NULL",   "k IN (1, 2, 3, 5)",
        "length(s) > 4",   "v BETWEEN -80 AND 80",
        "k <> 4 OR v < 0", "s = 'alpha' OR k > 2"};
    return kConditions[below(kConditions.size())];
}

RandomPipeline::Node RandomPipeline::filter(const Node& input, const std::string& condition)
{
    return addNode(input, "filter", "where: \"" + condition + "\"",
                   "SELECT * FROM " + input.name + " WHERE " + condition, input.columns);
}

RandomPipeline::Node RandomPipeline::derive(const Node& input)
{
    struct Choice
    {
        const char* expression;
        Kind kind;
    };
    static constexpr std::array<Choice, 6> kChoices{
        {{"v * 2 + k", Kind::Whole},
         {"coalesce(s, 'none')", Kind::Text},
         {"upper(s)", Kind::Text},
         {"CASE WHEN v > 10 THEN 'big' ELSE 'small' END", Kind::Text},
         {"abs(v)", Kind::Whole},
         {"v / 4", Kind::Real}}};
    const Choice choice = kChoices[below(kChoices.size())];
    const std::string name = newName("d");
    auto columns = input.columns;
    columns.push_back({name, choice.kind});
    return addNode(input, "derive", "columns: {" + name + ": \"" + choice.expression + "\"}",
                   "SELECT *, " + std::string(choice.expression) + " AS " + name + " FROM "
                       + input.name,
                   columns);
}

// Keeps what other nodes may want, and each other column or not.
RandomPipeline::Node RandomPipeline::select(const Node& input)
{
    std::vector<Column> kept;
    for (const Column& column : input.columns)
        if (column.name == "id" || column.name == "k" || column.name == "v" || column.name == "s"
            || column.name == "t" || below(2) == 0)
            kept.push_back(column);
    std::ranges::shuffle(kept, m_random);
    const std::string names = joined(kept, [](const Column& column) { return column.name; });
    return addNode(input, "select", "columns: [" + names + "]",
                   "SELECT " + names + " FROM " + input.name, kept);
}

RandomPipeline::Node RandomPipeline::expect(const Node& input)
{
    const std::string kept = condition();
    const std::string warned = condition();
    return addNode(input, "expect",
                   "rules: [{name: one, check: \"" + kept
                       + "\", on_fail: " + (below(2) == 0 ? "drop" : "quarantine")
                       + "}, {name: two, check: \"" + warned + "\", on_fail: warn}]",
                   "SELECT * FROM " + input.name + " WHERE coalesce(" + kept + ", false)",
                   input.columns);
}

RandomPipeline::Node RandomPipeline::deduplicate(const Node& input)
{
    if (input.isUnnested)
        return derive(input); // rows of one id differ: which passes first would be chance
    return addNode(input, "deduplicate", "keys: [id], within: 1h",
                   "SELECT DISTINCT ON (id) * FROM " + input.name, input.columns);
}

RandomPipeline::Node RandomPipeline::lookup(const Node& input)
{
    const std::string label = newName("label");
    const std::string weight = newName("weight");
    const bool isDropped = below(2) == 0;
    auto columns = input.columns;
    columns.push_back({label, Kind::Text});
    columns.push_back({weight, Kind::Whole});
    return addNode(input, "lookup_join",
                   "table: keys.csv, on: {k: key}, add_as: {" + label + ": label, " + weight
                       + ": weight}, on_miss: " + (isDropped ? "drop" : "null"),
                   "SELECT i.*, label AS " + label + ", weight AS " + weight + " FROM " + input.name
                       + " AS i " + (isDropped ? "" : "LEFT ") + "JOIN keys ON i.k = keys.key",
                   columns);
}

RandomPipeline::Node RandomPipeline::unnest(const Node& input)
{
    const auto list = std::ranges::find(input.columns, Kind::List, &Column::kind);
    if (list == input.columns.end())
        return filter(input, condition());
    const std::string item = newName("item");
    std::vector<Column> columns;
    for (const Column& column : input.columns)
        columns.push_back(column.kind == Kind::List ? Column{item, Kind::Whole} : column);
    Node out
        = addNode(input, "unnest", "column: l, as: " + item,
                  "SELECT * EXCLUDE (l), unnest(l) AS " + item + " FROM " + input.name, columns);
    out.isUnnested = true;
    return out;
}

// Two ways for the rows, some of which go both.
RandomPipeline::Node RandomPipeline::unite(const Node& input)
{
    const Node left = filter(input, condition());
    const Node right = filter(input, condition());
    Node out{.name = newName("uni"), .columns = input.columns, .isUnnested = input.isUnnested};
    m_document
        += "  " + out.name + ": {type: union, input: [" + left.name + ", " + right.name + "]}\n";
    m_views.push_back("CREATE VIEW " + out.name + " AS SELECT * FROM " + left.name
                      + " UNION ALL SELECT * FROM " + right.name);
    return out;
}

void RandomPipeline::addTable(const Node& input)
{
    const std::string table = "out." + newName("t");
    const bool isParted = input.columns.size() > 3 && below(4) == 0
        && std::ranges::find(input.columns, "k", &Column::name) != input.columns.end();
    m_document += "  " + newName("sink") + ": {type: delta_sink, input: " + input.name
        + ", table: " + table + (isParted ? ", partition_by: [k]" : "") + "}\n";
    const auto plain = [](const Column& column) {
        return column.kind == Kind::Time ? "epoch_us(" + column.name + ")" : column.name;
    };
    const auto name = [](const Column& column) { return column.name; };
    m_checks.push_back({table, "SELECT " + joined(input.columns, plain) + " FROM actual",
                        "SELECT " + joined(input.columns, name) + " FROM " + input.name});
}

} // namespace sluice::test
