// SPDX-License-Identifier: Apache-2.0
#include "engine/api/changes.h"
#include "engine/api/engine.h"
#include "engine/base/fail_point.h"
#include "tests/support/test_main.h"
#include "tests/support/wait_for.h"

#include <algorithm>
#include <fstream>

#include <QTemporaryDir>

namespace sluice::api {
namespace {

constexpr int kHalf = 600, kKeys = 1000; // 1200 records with 1000 keys, 10 to a second

// A pipeline whose second half comes after the change.
class Plant
{
public:
    explicit Plant(const std::string& nodes)
    {
        append(0);
        m_engine = std::move(*openEngine({.workspace = path("w"), .workers = 2}));
        deploy(nodes);
    }

    std::string path(const std::string& name) const
    {
        return m_folder.path().toStdString() + "/" + name;
    }
    std::string document(const std::string& nodes) const
    {
        return "pipeline: p\nepoch: 50ms\nnodes:\n"
               "  in: {type: file_source, path: in.jsonl, follow: true, schema: {v: long not null, "
               "id: long, t: timestamp(ms)}, event_time: {column: t}}\n"
               "  bronze: {type: delta_sink, input: in, table: bronze.p, write: raw}\n"
            + nodes;
    }
    // Returns the outcome's error, "" if there was none.
    std::string deploy(const std::string& nodes)
    {
        return carryOut(DeployPipeline{.documentPath = path("p.yaml"), .text = document(nodes)});
    }
    std::string carryOut(Command command)
    {
        const CommandId id = m_engine->submit(std::move(command));
        std::string text = "no outcome";
        (void)test::waitFor([&] {
            for (const Outcome& outcome : m_engine->takeOutcomes()) {
                if (outcome.id != id)
                    continue;
                text = outcome.error ? outcome.error->text() : std::string();
                return true;
            }
            return false;
        });
        return text;
    }
    void append(int half)
    {
        std::ofstream records(path("in.jsonl"), std::ios::app);
        for (int v = half * kHalf; v < (half + 1) * kHalf; ++v)
            records << "{\"v\":" << v << ",\"id\":" << v % kKeys
                    << ",\"t\":" << 1'700'000'000'000 + v * 100 << "}\n";
    }
    // Waits until bronze holds so many records.
    bool hasArrived(int records)
    {
        return test::waitFor(
            [&] { return sql("SELECT count(*) FROM bronze.p") == QString::number(records); });
    }
    // Lets the second half come and ends the pipeline; returns its error.
    std::string finish()
    {
        append(1);
        if (!hasArrived(2 * kHalf))
            return "the second half did not arrive";
        return carryOut(StopPipeline{.pipeline = "p", .isInputOver = true});
    }
    QString sql(const std::string& text)
    {
        const RequestId id = m_engine->ask(SqlQuery{.sql = text, .maxRows = 100});
        QStringList rows;
        const bool isThere = test::waitFor([&] {
            for (const Answer& answer : m_engine->takeAnswers()) {
                if (answer.id != id)
                    continue;
                if (const auto* error = std::get_if<Error>(&answer.body)) {
                    rows << QString::fromStdString(error->message);
                    return true;
                }
                for (const auto& row : std::get<SqlAnswer>(answer.body).grid.rows) {
                    QStringList cells;
                    for (const auto& cell : row)
                        cells << QString::fromStdString(cell.value_or("NULL"));
                    rows << cells.join(QLatin1Char('|'));
                }
                return true;
            }
            return false;
        });
        return isThere ? rows.join(QLatin1Char('\n')) : QStringLiteral("no answer");
    }
    PipelineSnapshot snapshot() const
    {
        const auto all = m_engine->snapshot();
        const auto found = std::ranges::find(all->pipelines, "p", &PipelineSnapshot::name);
        return found == all->pipelines.end() ? PipelineSnapshot() : *found;
    }
    Result<DocumentChanges> compare(const std::string& nodes) const
    {
        return compareDocument(document(nodes), path("p.yaml"), path("w"));
    }

private:
    QTemporaryDir m_folder;
    std::unique_ptr<Engine> m_engine;
};

const char* const kUnique = "  unique: {type: deduplicate, input: in, keys: [id], within: 1h}\n"
                            "  silver: {type: delta_sink, input: unique, table: silver.p}\n";

std::string window(const std::string& name, const std::string& input, const std::string& size)
{
    return "  " + name + ": {type: window_aggregate, input: " + input
        + ", window: {tumbling: " + size + "}, aggregates: {n: count(*), s: sum(v)}}\n";
}

std::string sink(const std::string& name, const std::string& input, const std::string& table)
{
    return "  " + name + ": {type: delta_sink, input: " + input + ", table: " + table + "}\n";
}

std::string filter(const std::string& condition)
{
    return "  some: {type: filter, input: in, where: '" + condition + "'}\n";
}

} // namespace

/// A running pipeline is changed half way; the tables then hold what SQL says of bronze.
class DeploymentTest : public QObject
{
    Q_OBJECT

private slots:
    void cleanup() { (void)setFailPoints(""); }

    void tablesHoldBothVersions_data()
    {
        QTest::addColumn<std::string>("before");
        QTest::addColumn<std::string>("after");
        QTest::addColumn<QString>("table");    // SQL over what the pipeline wrote
        QTest::addColumn<QString>("expected"); // SQL over bronze
        const QString bronze
            = QStringLiteral("(SELECT (event_data->>'v')::BIGINT AS v, (event_data->>'id')::BIGINT "
                             "AS id, event_time AS t FROM bronze.p)");
        const QString both = QStringLiteral("SELECT count(*), sum(v) FROM silver.p");
        QTest::newRow("a filter") << filter("v % 2 = 0") + sink("silver", "some", "silver.p")
                                  << filter("v % 3 = 0") + sink("silver", "some", "silver.p")
                                  << both
                                  << QStringLiteral("SELECT count(*), sum(v) FROM ") + bronze
                + QStringLiteral(" WHERE CASE WHEN v < 600 THEN v % 2 = 0 ELSE v % 3 = 0 END");
        QTest::newRow("another sink; the state of deduplicate stays")
            << std::string(kUnique) << kUnique + sink("copy", "unique", "silver.copy")
            << QStringLiteral("SELECT count(*), count(DISTINCT id), (SELECT count(*) FROM "
                              "silver.copy) FROM silver.p")
            << QStringLiteral("SELECT count(DISTINCT id), count(DISTINCT id), "
                              "count(DISTINCT id) FILTER (v >= 600 AND v < 1000) FROM ")
                + bronze;
        QTest::newRow("a node is renamed and keeps its windows")
            << window("win", "in", "50s") + sink("gold", "win", "gold.p")
            << "  windows: {was: win, type: window_aggregate, input: in, window: {tumbling: 50s}, "
               "aggregates: {n: count(*), s: sum(v)}}\n"
                + sink("gold", "windows", "gold.p")
            << QStringLiteral("SELECT window_start, n, s FROM gold.p ORDER BY 1")
            << QStringLiteral(
                   "SELECT time_bucket(INTERVAL '50 seconds', t), count(*), sum(v) FROM ")
                + bronze + QStringLiteral(" GROUP BY 1 ORDER BY 1");
        QTest::newRow("a node above is renamed, the windows keep their state")
            << "  all: {type: filter, input: in, where: v >= 0}\n" + window("win", "all", "50s")
                + sink("gold", "win", "gold.p")
            << "  every: {was: all, type: filter, input: in, where: v >= 0}\n"
                + window("win", "every", "50s") + sink("gold", "win", "gold.p")
            << QStringLiteral("SELECT window_start, n, s FROM gold.p ORDER BY 1")
            << QStringLiteral(
                   "SELECT time_bucket(INTERVAL '50 seconds', t), count(*), sum(v) FROM ")
                + bronze + QStringLiteral(" GROUP BY 1 ORDER BY 1");
        QTest::newRow("another size of window: it starts empty, what was open is lost")
            << window("win", "in", "50s") + sink("gold", "win", "gold.p")
            << window("win", "in", "20s") + sink("gold", "win", "gold.p")
            << QStringLiteral(
                   "SELECT window_end - window_start AS size, window_start, n FROM gold.p "
                   "ORDER BY 1 DESC, 2")
            << QStringLiteral(
                   "SELECT INTERVAL '50 seconds' AS size, w, n FROM (SELECT "
                   "time_bucket(INTERVAL '50 seconds', t) AS w, count(*) AS n, max(v) AS m "
                   "FROM ")
                + bronze
                + QStringLiteral(" WHERE v < 600 GROUP BY 1) WHERE m < 599 UNION ALL SELECT "
                                 "INTERVAL '20 seconds', time_bucket(INTERVAL '20 seconds', t), "
                                 "count(*) FROM ")
                + bronze + QStringLiteral(" WHERE v >= 600 GROUP BY ALL ORDER BY 1 DESC, 2");
        QTest::newRow("a sink is removed: its table ends at the change")
            << kUnique + sink("copy", "in", "silver.copy") << std::string(kUnique)
            << QStringLiteral("SELECT count(*), sum(v), (SELECT count(*) FROM silver.p) FROM "
                              "silver.copy")
            << QStringLiteral("SELECT count(*) FILTER (v < 600), sum(v) FILTER (v < 600), "
                              "count(DISTINCT id) FROM ")
                + bronze;
    }
    void tablesHoldBothVersions()
    {
        QFETCH(std::string, before);
        QFETCH(std::string, after);
        QFETCH(QString, table);
        QFETCH(QString, expected);
        Plant plant(before);
        QVERIFY(plant.hasArrived(kHalf));
        QCOMPARE(plant.deploy(after), std::string());
        QCOMPARE(plant.snapshot().version, 2);
        QCOMPARE(plant.snapshot().state, RunState::Running);
        QCOMPARE(plant.finish(), std::string());
        QCOMPARE(plant.sql("SELECT count(*), count(DISTINCT event_id) FROM bronze.p"),
                 QStringLiteral("1200|1200"));
        const QString wanted = plant.sql(expected.toStdString());
        QVERIFY2(wanted.contains(QLatin1Char('|')), qPrintable(wanted));
        QCOMPARE(plant.sql(table.toStdString()), wanted);
    }

    void rejectsNameTheVersionThatDecided()
    {
        const std::string rule
            = "  checked: {type: expect, input: in, rules: [{name: r, check: v % ";
        const std::string rest
            = " <> 0, on_fail: quarantine}]}\n" + sink("silver", "checked", "silver.p");
        Plant plant(rule + "100" + rest);
        QVERIFY(plant.hasArrived(kHalf));
        QCOMPARE(plant.deploy(rule + "300" + rest), std::string());
        QCOMPARE(plant.finish(), std::string());
        QCOMPARE(plant.sql(
                     "SELECT pipeline_version, count(*) FROM quarantine.p GROUP BY 1 ORDER BY 1"),
                 QStringLiteral("1|6\n2|2"));
    }

    void aVersionThatDoesNotStartLeavesTheFormerOneRunning()
    {
        Plant plant(kUnique);
        QVERIFY(plant.hasArrived(kHalf));
        QVERIFY(bool(setFailPoints("swap.kept=error")));
        const std::string error = plant.deploy(kUnique + sink("copy", "unique", "silver.copy"));
        QVERIFY2(error.find("fail point") != std::string::npos, error.c_str());
        QVERIFY(test::waitFor([&] { return plant.snapshot().state == RunState::Running; }));
        QCOMPARE(plant.snapshot().version, 3); // of the first version's text
        QCOMPARE(plant.finish(), std::string());
        QCOMPARE(plant.sql("SELECT count(*), count(DISTINCT id) FROM silver.p"),
                 QStringLiteral("1000|1000"));
        QVERIFY(plant.sql("SELECT count(*) FROM silver.copy").contains(QLatin1String("exist")));
    }

    void theListSaysWhatIsKeptAndWhatIsLost()
    {
        const std::string before = kUnique + filter("v % 2 = 0") + window("win", "some", "50s")
            + sink("gold", "win", "gold.p");
        Plant plant(before);
        QVERIFY(plant.hasArrived(kHalf));
        QCOMPARE(plant.carryOut(StopPipeline{.pipeline = "p"}), std::string());

        const auto same = plant.compare(before);
        QVERIFY2(bool(same), same ? "" : same.error().text().c_str());
        QVERIFY(same->isSame() && !same->losesState());

        const auto changes = plant.compare(
            "  unique: {type: deduplicate, input: in, keys: [id], within: 2h}\n"
            "  more: {type: derive, input: unique, columns: {w: v + 1}}\n"
            "  silver: {type: delta_sink, input: more, table: silver.p}\n"
            + filter("v % 3 = 0") + window("win", "some", "50s") + sink("gold", "win", "gold.p"));
        QVERIFY2(bool(changes), changes ? "" : changes.error().text().c_str());
        QStringList nodes;
        for (const NodeChangeInfo& node : changes->nodes) {
            QString line
                = QString::fromStdString(node.name + ": " + node.change + "/" + node.saved);
            for (const std::string& detail : node.details)
                line += QString::fromStdString("; " + detail);
            nodes << line;
        }
        QVERIFY(changes->isValid && changes->losesState());
        QCOMPARE(nodes.join(QLatin1Char('\n')),
                 QStringLiteral("in: unchanged/kept\n"
                                "bronze: unchanged/\n"
                                "unique: changed/anew; within: 1h -> 2h\n"
                                "more: added/\n"
                                "silver: input changed/; input: unique -> more; reads more, which "
                                "is added\n"
                                "some: changed/; where: v % 2 = 0 -> v % 3 = 0\n"
                                "win: input changed/kept; reads some, which is changed\n"
                                "gold: input changed/; reads win, whose input is changed"));
        QCOMPARE(changes->tables[1].change, std::string("columns added"));
        QCOMPARE(changes->tables[1].columns, std::vector<std::string>{"w long"});

        const auto refused = plant.compare(
            "  other: {type: derive, input: in, columns: {id: 'CAST(id AS string)'}}\n"
            "  silver: {type: delta_sink, input: other, table: silver.p}\n");
        QVERIFY2(bool(refused), refused ? "" : refused.error().text().c_str());
        QVERIFY(!refused->isValid);
        QVERIFY2(refused->findings.at(0).find("column \"id\" of table silver.p is long, the "
                                              "pipeline writes string")
                     != std::string::npos,
                 refused->findings.at(0).c_str());
    }
};

} // namespace sluice::api

SLUICE_TEST(sluice::api::DeploymentTest)
#include "deployment_test.moc"
