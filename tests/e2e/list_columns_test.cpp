// SPDX-License-Identifier: Apache-2.0
#include "tests/e2e/program.h"
#include "tests/engine/operators/duckdb_rows.h"
#include "tests/support/test_main.h"

#include <fstream>
#include <random>

#include <QTemporaryDir>

namespace sluice::test {

/// Aggregates whose results are lists, in tables of the lake: what another reader finds there is
/// what it computes itself.
class ListColumnsTest : public QObject
{
    Q_OBJECT

    QTemporaryDir m_folder;
    std::string m_path;

    // The rows of two queries, each as often as it comes.
    std::string difference(const std::string& ours, const std::string& expected) const
    {
        const std::string input = "CREATE VIEW input AS SELECT *, date_trunc('minute', "
                                  "make_timestamp(t * 1000)) AS minute FROM read_json('"
            + m_path + "/in.jsonl', columns = {k: 'VARCHAR', v: 'INTEGER', t: 'BIGINT'})";
        const std::string table = "CREATE VIEW lists AS FROM read_parquet('" + m_path
            + "/ws/lake/gold/lists/*.parquet')";
        const std::string changes = "CREATE VIEW changes AS FROM read_parquet('" + m_path
            + "/ws/lake/gold/changes/*.parquet')";
        const std::string both = "SELECT count(*) AS n FROM ((" + ours + " EXCEPT ALL " + expected
            + ") UNION ALL (" + expected + " EXCEPT ALL " + ours + "))";
        const std::string zone = "SET TimeZone = 'UTC'";
        const auto rows = duckdbRows({zone, input, table, changes, both});
        const auto some = duckdbRows(
            {zone, input, table, changes, "SELECT count(*) AS n FROM (" + expected + ")"});
        if (rows.front().contains("error"))
            return rows.front().at("error");
        return rows.front().at("n") == "0" && some.front().at("n") != "0"
            ? ""
            : "rows differ: " + rows.front().at("n") + ", of " + some.front().at("n");
    }

private slots:
    void initTestCase()
    {
        m_path = m_folder.path().toStdString();
        std::mt19937 random(3);
        std::ofstream in(m_path + "/in.jsonl");
        static constexpr std::array kValues{"null", "1", "5", "15", "19", "25"};
        for (int i = 0; i < 5000; ++i)
            in << "{\"k\":\"" << char('a' + random() % 4) << "\",\"v\":" << kValues[random() % 6]
               << ",\"t\":" << i * 50 << "}\n";
        for (int i = 0; i < 3; ++i)
            in << "{\"k\":\"none\",\"v\":null,\"t\":300000}\n"; // its list of values is empty
        in.close();
        std::ofstream(m_path + "/p.yaml") << R"yaml(pipeline: p
nodes:
  in: {type: file_source, path: in.jsonl, schema: {k: string, v: integer, t: timestamp(ms)}, event_time: {column: t}}
  windows:
    type: window_aggregate
    input: in
    window: {tumbling: 1m}
    group_by: [k]
    aggregates: {top: "top_k(v, 10)", words: "top_k(k || 'x', 1)", cells: "histogram(v, 10, 20)"}
  out: {type: delta_sink, input: windows, table: gold.lists}
  groups: {type: group_aggregate, input: in, group_by: [k], aggregates: {cells: "histogram(v, 10)"}}
  changes: {type: delta_sink, input: groups, table: gold.changes}
)yaml";
        const Ended ran
            = sluicectl({QStringLiteral("run"), m_folder.filePath(QStringLiteral("p.yaml")),
                         QStringLiteral("--until-idle"), QStringLiteral("-q"), QStringLiteral("-w"),
                         m_folder.filePath(QStringLiteral("ws"))});
        QVERIFY2(ran.code == 0, ran.err.constData());
    }
    void mostFrequentValues()
    {
        QCOMPARE(
            difference("SELECT window_start, k, u.value, u.count FROM (SELECT window_start, k, "
                       "unnest(top) AS u FROM lists)",
                       "SELECT minute, k, v, count(*) FROM input WHERE v IS NOT NULL GROUP BY ALL"),
            std::string());
        QCOMPARE(difference("SELECT k, len(top), words FROM lists WHERE k = 'none'",
                            "SELECT 'none', 0, [{'value': 'nonex', 'count': 3}]"),
                 std::string());
    }
    void cellsOfAHistogram()
    {
        QCOMPARE(
            difference("SELECT window_start, k, cells FROM lists",
                       "SELECT minute, k, [{'from': NULL::DOUBLE, 'to': 10::DOUBLE, 'count': "
                       "count(*) FILTER (v < 10)}, {'from': 10, 'to': 20, 'count': count(*) FILTER "
                       "(v >= 10 AND v < 20)}, {'from': 20, 'to': NULL, 'count': count(*) FILTER "
                       "(v >= 20)}] FROM input GROUP BY ALL"),
            std::string());
    }
    void changesOfAList()
    {
        // The net of all changes.
        QCOMPARE(
            difference(
                "SELECT k, cells FROM changes GROUP BY ALL HAVING sum(CASE WHEN change_type IN "
                "('delete', 'update_preimage') THEN -1 ELSE 1 END) > 0",
                "SELECT k, [{'from': NULL::DOUBLE, 'to': 10::DOUBLE, 'count': count(*) FILTER "
                "(v < 10)}, {'from': 10, 'to': NULL, 'count': count(*) FILTER (v >= 10)}] "
                "FROM input GROUP BY ALL"),
            std::string());
    }
    void ourOwnQueriesReadThem()
    {
        const Ended ended
            = sluicectl({QStringLiteral("sql"), QStringLiteral("-w"),
                         m_folder.filePath(QStringLiteral("ws")), QStringLiteral("--json"),
                         QStringLiteral("SELECT sum(len(cells)) AS n FROM gold.lists")});
        QVERIFY2(ended.code == 0, ended.err.constData());
        QVERIFY2(ended.out.contains("63"), ended.out.constData()); // 5 minutes of 4 keys, and one
    }
};

} // namespace sluice::test

SLUICE_TEST(sluice::test::ListColumnsTest)
#include "list_columns_test.moc"
