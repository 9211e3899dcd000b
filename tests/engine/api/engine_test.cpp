// SPDX-License-Identifier: Apache-2.0
#include "engine/api/engine.h"

#include "tests/support/test_main.h"
#include "tests/support/wait_for.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>

#include <QTemporaryDir>

namespace sluice::api {

class EngineTest : public QObject
{
    Q_OBJECT

    std::unique_ptr<QTemporaryDir> m_folder;
    std::string path(const std::string& name = {}) const
    {
        return m_folder->path().toStdString() + "/" + name;
    }
    std::unique_ptr<Engine> open(bool isReadOnly = false) const
    {
        auto engine = openEngine(
            {.workspace = path("w"), .workers = 2, .epochSeconds = 0.05, .isReadOnly = isReadOnly});
        if (!engine)
            qFatal("%s", engine.error().text().c_str());
        return std::move(*engine);
    }
    static AnswerBody ask(Engine& engine, Query query)
    {
        const RequestId id = engine.ask(std::move(query));
        AnswerBody body;
        const bool isThere = test::waitFor([&] {
            for (Answer& answer : engine.takeAnswers())
                if (answer.id == id) {
                    body = std::move(answer.body);
                    return true;
                }
            return false;
        });
        if (!isThere)
            qFatal("no answer");
        return body;
    }
    static std::optional<Error> carryOut(Engine& engine, Command command)
    {
        const CommandId id = engine.submit(std::move(command));
        std::optional<Error> error;
        if (!test::waitFor([&] {
                for (const Outcome& outcome : engine.takeOutcomes())
                    if (outcome.id == id) {
                        error = outcome.error;
                        return true;
                    }
                return false;
            }))
            qFatal("no outcome");
        return error;
    }
    // The newest snapshot's pipeline, kept alive by the pointer; null if there is none.
    static std::shared_ptr<const PipelineSnapshot> find(const Engine& engine,
                                                        const std::string& name)
    {
        const EngineSnapshotPtr snapshot = engine.snapshot();
        const auto found = std::ranges::find(snapshot->pipelines, name, &PipelineSnapshot::name);
        return found == snapshot->pipelines.end()
            ? nullptr
            : std::shared_ptr<const PipelineSnapshot>(snapshot, &*found);
    }
    static QString sql(Engine& engine, const std::string& text)
    {
        const AnswerBody body = ask(engine, SqlQuery{.sql = text, .maxRows = 100});
        if (const auto* error = std::get_if<Error>(&body))
            return QString::fromStdString("error: " + error->text());
        QStringList rows;
        for (const auto& row : std::get<SqlAnswer>(body).grid.rows) {
            QStringList cells;
            for (const auto& cell : row)
                cells << QString::fromStdString(cell.value_or("NULL"));
            rows << cells.join(QLatin1Char('|'));
        }
        return rows.join(QLatin1Char('\n'));
    }
    std::string writeDocument() const
    {
        std::ofstream records(path("in.jsonl"));
        for (int i = 0; i < 1000; ++i)
            records << "{\"id\":" << i % 900 << ",\"k\":\"" << (i % 3 == 0 ? "a" : "b")
                    << "\",\"v\":" << i << ",\"t\":" << 1'700'000'000'000 + i * 100 << "}\n";
        records << "broken\n";
        std::ofstream(path("p.yaml"))
            << "pipeline: p\nnodes:\n"
               "  in: {type: file_source, path: in.jsonl, schema: {id: long not null, k: string, "
               "v: long, t: timestamp(ms)}, event_time: {column: t}}\n"
               "  bronze: {type: delta_sink, input: in, table: bronze.p, write: raw}\n"
               "  checked: {type: expect, input: in, rules: [{name: small, check: v < 990, "
               "on_fail: quarantine}]}\n"
               "  unique: {type: deduplicate, input: checked, keys: [id], within: 1h}\n"
               "  silver: {type: delta_sink, input: unique, table: silver.p}\n"
               "  win: {type: window_aggregate, input: unique, window: {tumbling: 10s}, group_by: "
               "[k], aggregates: {n: count(*), s: sum(v)}}\n"
               "  gold: {type: delta_sink, input: win, table: gold.p}\n";
        return path("p.yaml");
    }
    void runToTheEnd(Engine& engine, const std::string& document)
    {
        const auto error = carryOut(engine, DeployPipeline{.documentPath = document, .text = {}});
        QVERIFY2(!error, error ? error->text().c_str() : "");
        QVERIFY(find(engine, "p")); // what an outcome says is in the snapshot already
        QTRY_VERIFY_WITH_TIMEOUT(find(engine, "p")->isInputOver
                                     || find(engine, "p")->state == RunState::Finished,
                                 test::kPatienceMs);
        const auto stopped = carryOut(engine, StopPipeline{.pipeline = "p", .isInputOver = true});
        QVERIFY2(!stopped, stopped ? stopped->text().c_str() : "");
    }

private slots:
    void init() { m_folder = std::make_unique<QTemporaryDir>(); }

    void recordsGoFromAFileToBronzeSilverAndGold()
    {
        const auto engine = open();
        runToTheEnd(*engine, writeDocument());
        // What must come out is computed from the rule that made the records, not from the engine:
        // 1000 good and 1 broken; v >= 990 are ten; ids repeat from 900 on.
        QCOMPARE(sql(*engine, "SELECT count(*) FROM bronze.p"), QStringLiteral("1000"));
        QCOMPARE(sql(*engine, "SELECT decode(data), node, verdict FROM dead_letter.p"),
                 QStringLiteral("broken|in|dead_letter"));
        QCOMPARE(sql(*engine, "SELECT count(*), min(position) > 0 FROM quarantine.p"),
                 QStringLiteral("10|true"));
        QCOMPARE(sql(*engine, "SELECT count(*), count(DISTINCT id), sum(v) FROM silver.p"),
                 QStringLiteral("900|900|404550"));
        QCOMPARE(sql(*engine, "SELECT k, sum(n), sum(s) FROM gold.p GROUP BY k ORDER BY k"),
                 QStringLiteral("a|300|134550\nb|600|270000"));
        QCOMPARE(sql(*engine, "SELECT count(DISTINCT window_start) FROM gold.p"),
                 QStringLiteral("9")); // 90 s from a whole ten on, cut at 10 s
        const auto pipeline = find(*engine, "p");
        QVERIFY(pipeline->isConserved);
        QCOMPARE(pipeline->rejects.duplicate, std::uint64_t(90));
        QCOMPARE(pipeline->rules.front().failed, std::uint64_t(10));
    }
    void aSecondRunOverTheSameFileAddsNothing()
    {
        const std::string document = writeDocument();
        {
            const auto engine = open();
            runToTheEnd(*engine, document);
        }
        const auto engine = open();
        QVERIFY(find(*engine, "p")); // the workspace remembers the pipeline
        runToTheEnd(*engine, document);
        QCOMPARE(sql(*engine, "SELECT count(*) FROM bronze.p"), QStringLiteral("1000"));
        QCOMPARE(sql(*engine, "SELECT sum(n) FROM gold.p"), QStringLiteral("900"));
    }
    void tablesAndHistoryAreShown()
    {
        const auto engine = open();
        runToTheEnd(*engine, writeDocument());
        const AnswerBody list = ask(*engine, TableListQuery{});
        const auto& tables = std::get<TableListAnswer>(list).tables;
        const auto silver = std::ranges::find(tables, "silver.p", &TableInfo::name);
        QVERIFY(silver != tables.end());
        QCOMPARE(silver->rows, std::int64_t(900));
        const AnswerBody detail
            = ask(*engine, TableDetailQuery{.table = "silver.p", .previewRows = 5, .version = {}});
        const auto& shown = std::get<TableDetailAnswer>(detail);
        QCOMPARE(shown.schema.size(), std::size_t(4));
        QCOMPARE(shown.schema[0].type, std::string("long"));
        QCOMPARE(shown.preview.rows.size(), std::size_t(5));
        QCOMPARE(shown.history.front().version, silver->version);
        std::int64_t rows = 0;
        for (const CommitInfo& commit : shown.history)
            rows += commit.rows;
        QCOMPARE(rows, std::int64_t(900));
        QVERIFY(std::holds_alternative<Error>(
            ask(*engine, TableDetailQuery{.table = "silver.nothing", .version = {}})));
    }
    void aReplayOfRejectsIsGivenUpByItsOwnKeyOnly()
    {
        const auto engine = open();
        runToTheEnd(*engine, writeDocument());
        const CommandId replay = engine->submit(
            ReplayRejects{.filter = {.pipeline = "p"}, .path = {}, .id = {}, .key = "mine"});
        const CommandId cancel = engine->submit(CancelReplay{.pipeline = "p", .key = "another's"});
        std::map<CommandId, std::optional<Error>> outcomes;
        QVERIFY(test::waitFor([&] {
            for (const Outcome& outcome : engine->takeOutcomes())
                outcomes[outcome.id] = outcome.error;
            return outcomes.contains(replay) && outcomes.contains(cancel);
        }));
        QVERIFY(outcomes[cancel] && outcomes[cancel]->code == ErrorCode::NotFound);
        QVERIFY2(!outcomes[replay], outcomes[replay] ? outcomes[replay]->text().c_str() : "");
        // Ten were turned away and one could not be read; each was tried once more.
        QCOMPARE(sql(*engine, "SELECT count(*) FROM replayed.p"), QStringLiteral("11"));
    }

    void allFindingsOfADocumentComeAtOnce()
    {
        const auto engine = open();
        std::ofstream(path("bad.yaml"))
            << "pipeline: bad\nnodes:\n"
               "  in: {type: file_source, path: in.jsonl, schema: {amount: lnog, t: timestamp}}\n"
               "  f: {type: filter, input: inn, where: amount > 1}\n"
               "  d: {type: derive, input: in, colums: {x: nosuch(1)}}\n"
               "  e: {type: fliter, input: in}\n"
               "  c1: {type: filter, input: c2, where: a > 1}\n"
               "  c2: {type: filter, input: c1, where: a > 1}\n";
        const auto error
            = carryOut(*engine, DeployPipeline{.documentPath = path("bad.yaml"), .text = {}});
        QVERIFY(error);
        const QString text = QString::fromStdString(error->message);
        for (const char* part :
             {"bad.yaml:3:", "did you mean \"long\"", "bad.yaml:4:", "did you mean \"in\"",
              "did you mean \"columns\"", "did you mean \"filter\"", "cycle"})
            QVERIFY2(text.contains(QLatin1String(part)),
                     (QString::fromLatin1(part) + QStringLiteral(" is not in\n") + text)
                         .toUtf8()
                         .constData());
        QVERIFY(engine->snapshot()->pipelines.empty());
    }
    void aSinkThatDoesNotFitItsTableIsFoundBeforeAnythingRuns()
    {
        const auto engine = open();
        runToTheEnd(*engine, writeDocument());
        std::ofstream(path("other.yaml"))
            << "pipeline: other\nnodes:\n"
               "  in: {type: file_source, path: in.jsonl, schema: {id: string, k: string}}\n"
               "  silver: {type: delta_sink, input: in, table: silver.p}\n";
        const auto error
            = carryOut(*engine, DeployPipeline{.documentPath = path("other.yaml"), .text = {}});
        QVERIFY(error);
        QVERIFY2(error->message.find("long") != std::string::npos
                     && error->message.find("string") != std::string::npos,
                 error->message.c_str());
    }
    void aFileThatIsNotThereFailsTheRunWithItsName()
    {
        const auto engine = open();
        std::ofstream(path("gone.yaml"))
            << "pipeline: gone\nnodes:\n  in: {type: file_source, path: nothing.jsonl, schema: {a: "
               "long}}\n"
               "  out: {type: delta_sink, input: in, table: bronze.gone, write: raw}\n";
        const auto error
            = carryOut(*engine, DeployPipeline{.documentPath = path("gone.yaml"), .text = {}});
        QVERIFY(error);
        QVERIFY2(error->text().find("nothing.jsonl") != std::string::npos, error->text().c_str());
        QTRY_COMPARE(find(*engine, "gone")->state, RunState::Failed);
    }
    void aReadOnlyEngineStartsNothing()
    {
        {
            const auto engine = open();
        }
        const auto engine = open(true);
        const auto error
            = carryOut(*engine, DeployPipeline{.documentPath = writeDocument(), .text = {}});
        QVERIFY(error);
        QCOMPARE(error->code, ErrorCode::PermissionDenied);
    }
    void theDemoPlantMoves()
    {
        const auto engine = open();
        const auto error = carryOut(*engine, StartDemoPlant{.rate = 2000});
        QVERIFY2(!error, error ? error->text().c_str() : "");
        QTRY_VERIFY_WITH_TIMEOUT(std::ranges::all_of(engine->snapshot()->pipelines,
                                                     [](const PipelineSnapshot& p) {
                                                         return p.rowsIn > 200 && p.epoch > 2
                                                             && p.isConserved;
                                                     })
                                     && engine->snapshot()->pipelines.size() == 3,
                                 test::kPatienceMs);
        QVERIFY(engine->snapshot()->objectives.size() >= 5);
        const AnswerBody recent
            = ask(*engine, RecentRecordsQuery{"orders", "orders_raw", "checked"});
        QVERIFY(!std::get<RecentRecordsAnswer>(recent).grid.rows.empty());
        QTRY_VERIFY_WITH_TIMEOUT(!std::get<SeriesAnswer>(
                                      ask(*engine,
                                          SeriesQuery{"rows_in", "orders",
                                                      engine->snapshot()->timeUs - 60'000'000,
                                                      engine->snapshot()->timeUs, 100}))
                                      .cells.empty(),
                                 test::kPatienceMs);
    }
};

} // namespace sluice::api

SLUICE_TEST(sluice::api::EngineTest)
#include "engine_test.moc"
