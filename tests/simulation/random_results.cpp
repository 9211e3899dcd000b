// SPDX-License-Identifier: Apache-2.0
// What a random pipeline ends in: windows, groups, ranks and joins, each with DuckDB's words for
// it.
#include "tests/simulation/random_pipeline.h"

#include <array>

namespace sluice::test {
namespace {

// Of a change stream: each row with the number of times it is there in the end.
std::string netOf(const std::string& columns)
{
    return "SELECT * EXCLUDE (times, i) FROM (SELECT " + columns
        + ", sum(CASE WHEN change_type IN ('delete', 'update_preimage') THEN -1 ELSE 1 END) AS "
          "times "
          "FROM actual GROUP BY ALL) CROSS JOIN range(1000) AS n(i) WHERE i < abs(times)";
}

} // namespace

void RandomPipeline::addResult(const Node& input)
{
    switch (below(11)) {
    case 0: return addTable(hopping(input));
    case 1:
    case 2: return addTable(session(input));
    case 3: return groups(input);
    case 4: return addTable(topOfWindows(input));
    case 5: return top(input);
    case 6: return addTable(intervalJoin(input));
    case 7: return addTable(windowJoin(input));
    case 8: return addTable(streamJoin(input));
    case 9: return addTable(temporalJoin(input));
    default: return addTable(window(input));
    }
}

RandomPipeline::Node RandomPipeline::window(const Node& input)
{
    static constexpr std::array<int, 4> kLengths{1, 3, 10, 60};
    const std::int64_t length = kLengths[below(kLengths.size())];
    const bool isGrouped = below(4) > 0;
    const std::string start = "t - t % " + std::to_string(length * 1'000'000);
    std::vector<Column> columns{{"window_start", Kind::Time}};
    if (isGrouped)
        columns.push_back({"k", Kind::Whole});
    for (const char* name : {"n", "total", "least", "most"})
        columns.push_back({name, Kind::Whole});
    columns.push_back({"mean", Kind::Real});
    return addNode(input, "window_aggregate",
                   "window: {tumbling: " + std::to_string(length) + "s}, "
                       + (isGrouped ? "group_by: [k], " : "")
                       + "aggregates: {n: count(*), total: sum(v), least: min(v), most: max(v), "
                         "mean: avg(v)}",
                   "SELECT " + start + " AS window_start, " + (isGrouped ? "k, " : "")
                       + "count(*) AS n, sum(v) AS total, min(v) AS least, max(v) AS most, avg(v) "
                         "AS mean FROM "
                       + input.name + " GROUP BY " + start + (isGrouped ? ", k" : ""),
                   columns);
}

RandomPipeline::Node RandomPipeline::hopping(const Node& input)
{
    const auto slide = std::int64_t(1 + below(3)), times = std::int64_t(1 + below(4));
    const std::string width = std::to_string(slide * 1'000'000);
    return addNode(
        input, "window_aggregate",
        "window: {hopping: " + std::to_string(slide * times) + "s, slide: " + std::to_string(slide)
            + "s}, group_by: [k], aggregates: {n: count(*), least: min(v), d: count(DISTINCT "
              "v)}",
        "SELECT t - t % " + width + " - i * " + width
            + " AS window_start, k, count(*) AS n, min(v) AS least, count(DISTINCT v) AS d FROM "
            + input.name + ", range(" + std::to_string(times)
            + ") AS r(i) GROUP BY window_start, k",
        {{"window_start", Kind::Time},
         {"k", Kind::Whole},
         {"n", Kind::Whole},
         {"least", Kind::Whole},
         {"d", Kind::Whole}});
}

RandomPipeline::Node RandomPipeline::session(const Node& input)
{
    const auto gap = std::int64_t(1 + below(6)) * 60; // ms; a key comes every 140 ms or so
    const std::string us = std::to_string(gap * 1000);
    return addNode(
        input, "window_aggregate",
        "window: {session: " + std::to_string(gap)
            + "ms}, group_by: [k], aggregates: {n: count(*), most: max(v), total: sum(v)}",
        "SELECT min(t) AS window_start, max(t) + " + us
            + " AS window_end, k, count(*) AS n, max(v) AS most, sum(v) AS total FROM (SELECT *, "
              "sum(begins) OVER (PARTITION BY k ORDER BY t) AS session FROM (SELECT *, CASE WHEN t "
              "- "
              "lag(t) OVER (PARTITION BY k ORDER BY t) < "
            + us + " THEN 0 ELSE 1 END AS begins FROM " + input.name + ")) GROUP BY k, session",
        {{"window_start", Kind::Time},
         {"window_end", Kind::Time},
         {"k", Kind::Whole},
         {"n", Kind::Whole},
         {"most", Kind::Whole},
         {"total", Kind::Whole}});
}

// Groups, and groups and the first ones of the changes of these.
void RandomPipeline::groups(const Node& input)
{
    const std::string emission = below(2) == 0 ? "" : "emit_every: 300ms, ";
    const Node fine
        = addNode(input, "group_aggregate",
                  emission
                      + "group_by: [k, s], aggregates: {n: count(*), most: max(v), mean: avg(v)}",
                  "SELECT k, s, count(*) AS n, max(v) AS most, avg(v) AS mean FROM " + input.name
                      + " GROUP BY k, s",
                  {{"k", Kind::Whole},
                   {"s", Kind::Text},
                   {"n", Kind::Whole},
                   {"most", Kind::Whole},
                   {"mean", Kind::Real}});
    if (below(2) == 0)
        addChangesTable(fine);
    const Node coarse = addNode(
        fine, "group_aggregate",
        "group_by: [k], aggregates: {parts: count(*), total: sum(n), least: min(n), top: "
        "max(most), d: count(DISTINCT most), word: min(s), half: \"approx_quantile(n, 0.5)\"}",
        "SELECT k, count(*) AS parts, sum(n) AS total, min(n) AS least, max(most) AS top, "
        "count(DISTINCT most) AS d, min(s) AS word, quantile_disc(n, 0.5) AS half FROM "
            + fine.name + " GROUP BY k",
        {{"k", Kind::Whole},
         {"parts", Kind::Whole},
         {"total", Kind::Whole},
         {"least", Kind::Whole},
         {"top", Kind::Whole},
         {"d", Kind::Whole},
         {"word", Kind::Text},
         {"half", Kind::Real}});
    addChangesTable(coarse);
    const std::string limit = std::to_string(1 + below(3));
    auto columns = fine.columns;
    columns.push_back({"place", Kind::Whole});
    addChangesTable(
        addNode(fine, "top_n",
                "partition_by: [s], order_by: [{n: desc}], ties: true, rank_as: place, limit: "
                    + limit,
                "SELECT *, rank() OVER (PARTITION BY s ORDER BY n DESC) AS place FROM " + fine.name
                    + " QUALIFY place <= " + limit,
                columns));
}

// With ties, so that the answer does not depend on which of equal rows came first.
RandomPipeline::Node RandomPipeline::topOfWindows(const Node& input)
{
    const auto length = std::int64_t(1 + below(3)), limit = std::int64_t(1 + below(4));
    const std::string start = "t - t % " + std::to_string(length * 1'000'000);
    auto columns = input.columns;
    columns.insert(columns.begin(), {"window_start", Kind::Time});
    columns.push_back({"place", Kind::Whole});
    return addNode(input, "top_n",
                   "window: " + std::to_string(length)
                       + "s, partition_by: [k], order_by: [{v: desc}], limit: "
                       + std::to_string(limit) + ", ties: true, rank_as: place",
                   "SELECT * FROM (SELECT " + start
                       + " AS window_start, *, rank() OVER (PARTITION BY " + start
                       + ", k ORDER BY v DESC) AS place FROM " + input.name
                       + ") WHERE place <= " + std::to_string(limit),
                   columns);
}

void RandomPipeline::top(const Node& input)
{
    const std::string limit = std::to_string(1 + below(4));
    addChangesTable(
        addNode(input, "top_n",
                "partition_by: [k], order_by: [{v: asc}], emit: changes, ties: true, limit: "
                    + limit,
                "SELECT * FROM " + input.name
                    + " QUALIFY rank() OVER (PARTITION BY k ORDER BY v) <= " + limit,
                input.columns));
}

RandomPipeline::Sides RandomPipeline::twoSides(const Node& input)
{
    return {filter(input, condition()), filter(input, condition())};
}

RandomPipeline::Node RandomPipeline::joinNode(const Sides& sides, const std::string& type,
                                              const std::string& options, const std::string& sql,
                                              std::vector<Column> columns)
{
    Node out{.name = newName("joi"), .columns = std::move(columns), .isUnnested = true};
    m_document += "  " + out.name + ": {type: " + type + ", input: [" + sides.left.name + ", "
        + sides.right.name + "], right_prefix: r_, " + options + "}\n";
    m_views.push_back("CREATE VIEW " + out.name + " AS " + sql);
    return out;
}

RandomPipeline::Node RandomPipeline::intervalJoin(const Node& input)
{
    const Sides sides = twoSides(input);
    static constexpr std::array<const char*, 3> kKinds{"inner", "left", "full"};
    const std::string kind = kKinds[below(kKinds.size())];
    const std::size_t before = below(400), after = below(300);
    return joinNode(
        sides, "interval_join",
        "on: {k: k}, between: [-" + std::to_string(before) + "ms, " + std::to_string(after)
            + "ms], join: " + kind + ", left_columns: [id, v], right_columns: [id, t]",
        "SELECT a.id, a.v, b.id AS r_id, b.t AS r_t FROM " + sides.left.name + " AS a " + kind
            + " JOIN " + sides.right.name + " AS b ON a.k = b.k AND b.t >= a.t - "
            + std::to_string(before * 1000) + " AND b.t <= a.t + " + std::to_string(after * 1000),
        {{"id", Kind::Whole}, {"v", Kind::Whole}, {"r_id", Kind::Whole}, {"r_t", Kind::Time}});
}

RandomPipeline::Node RandomPipeline::windowJoin(const Node& input)
{
    const Sides sides = twoSides(input);
    static constexpr std::array<const char*, 3> kKinds{"inner", "left", "full"};
    const std::string kind = kKinds[below(kKinds.size())];
    return joinNode(
        sides, "window_join",
        "on: {k: k}, window: 500ms, join: " + kind
            + ", left_columns: [id, k], right_columns: [id, k]",
        "SELECT coalesce(a.t - a.t % 500000, b.t - b.t % 500000) AS window_start, a.id, "
        "a.k, b.id AS "
        "r_id, b.k AS r_k FROM "
            + sides.left.name + " AS a " + kind + " JOIN " + sides.right.name
            + " AS b ON a.k = b.k AND a.t - a.t % 500000 = b.t - b.t % 500000",
        {{"window_start", Kind::Time},
         {"id", Kind::Whole},
         {"k", Kind::Whole},
         {"r_id", Kind::Whole},
         {"r_k", Kind::Whole}});
}

RandomPipeline::Node RandomPipeline::streamJoin(const Node& input)
{
    const Sides sides = twoSides(input);
    return joinNode(
        sides, "stream_join", "on: {id: id, k: k}, left_columns: [id, s], right_columns: [v, t]",
        "SELECT a.id, a.s, b.v AS r_v, b.t AS r_t FROM " + sides.left.name + " AS a JOIN "
            + sides.right.name + " AS b ON a.id = b.id AND a.k = b.k",
        {{"id", Kind::Whole}, {"s", Kind::Text}, {"r_v", Kind::Whole}, {"r_t", Kind::Time}});
}

// Of two versions of one time the last to come counts, which is chance here: their time is all that
// is asked for.
RandomPipeline::Node RandomPipeline::temporalJoin(const Node& input)
{
    const Sides sides = twoSides(input);
    const bool isInner = below(2) == 0;
    const std::string all = "SELECT a.id, a.v, (SELECT max(b.t) FROM " + sides.right.name
        + " AS b WHERE b.k = a.k AND b.t <= a.t) AS r_t FROM " + sides.left.name + " AS a";
    return joinNode(sides, "temporal_join",
                    "on: {k: k}, left_columns: [id, v], right_columns: [t], join: "
                        + std::string(isInner ? "inner" : "left"),
                    isInner ? "SELECT * FROM (" + all + ") WHERE r_t IS NOT NULL" : all,
                    {{"id", Kind::Whole}, {"v", Kind::Whole}, {"r_t", Kind::Time}});
}

void RandomPipeline::addChangesTable(const Node& input)
{
    const std::string table = "out." + newName("t");
    m_document += "  " + newName("sink") + ": {type: delta_sink, input: " + input.name
        + ", table: " + table + "}\n";
    std::string actual, wanted;
    for (const Column& column : input.columns) {
        const std::string& name = column.name;
        actual += (actual.empty() ? "" : ", ")
            + (column.kind == Kind::Time ? "epoch_us(" + name + ") AS " + name : name);
        wanted += (wanted.empty() ? "" : ", ") + name;
    }
    m_checks.push_back({table, netOf(actual), "SELECT " + wanted + " FROM " + input.name});
}

} // namespace sluice::test
