// SPDX-License-Identifier: Apache-2.0
#include "engine/api/node_catalog.h"
#include "engine/base/durable_file.h"
#include "engine/lake/table_catalog.h"
#include "engine/lake/table_sink.h"
#include "engine/query/table_view.h"
#include "engine/runtime/pipeline_run.h"
#include "tests/engine/operators/duckdb_rows.h"
#include "tests/simulation/edge_checks.h"
#include "tests/simulation/simulated_queue.h"
#include "tests/support/test_main.h"

#include <fstream>
#include <memory>

#include <QTemporaryDir>

namespace sluice::test {
namespace {

constexpr std::int64_t kHour = 3600;

// Two followed files, a row a second of event time each, through a union into windows of a minute.
// One holds an hour from the start; the test says how the other grows.
class UnionBed final : private flow::ConnectionDirectory
{
public:
    explicit UnionBed(std::uint64_t seed)
        : m_random(seed)
        , m_clock(seed, {1'700'000'600'000'000})
        , m_queue(m_random)
        , m_folder(m_temporary.path().toStdString())
        , m_catalog(m_folder + "/lake", m_folder)
    {
        if (!makeFolder(m_folder + "/lake") || !makeFolder(m_folder + "/state"))
            qFatal("cannot make %s", m_folder.c_str());
        grow("ahead", 0, kHour);
        grow("behind", 0, 10);
    }
    void grow(const std::string& name, std::int64_t from, std::int64_t to) const
    {
        std::ofstream out(m_folder + "/" + name + ".jsonl", std::ios::app);
        for (std::int64_t second = from; second < to; ++second)
            out << "{\"t\":" << second * 1000 << ",\"k\":\"" << name << second << "\"}\n";
    }
    // Begins or begins again where the newest manifest says.
    void start()
    {
        m_run.reset();
        runtime::RunEnvironment environment;
        environment.services = services();
        environment.stateFolder = m_folder + "/state";
        environment.makeRejectSink
            = [](Verdict verdict,
                 const flow::CreateContext& create) -> Result<std::unique_ptr<flow::Sink>> {
            return lake::makeRejectSink(runtime::rejectTable(verdict, create.pipeline),
                                        create.services->lakeFolder, create.pipeline,
                                        verdictName(verdict), *create.services->clock);
        };
        environment.scheduler = &m_queue;
        environment.hasThread = false;
        environment.pollBudget.rows = 20;
        m_checks.beginRun();
        environment.watchEdge
            = [this](const std::string& from, const std::string& to,
                     const runtime::Message& message) { m_checks.see(from, to, message); };
        m_run = std::make_unique<runtime::PipelineRun>(plan(), std::move(environment));
    }
    // Lets it work for some time of the clock; an epoch now and then.
    void work(std::chrono::milliseconds time)
    {
        const std::int64_t end = m_clock.steadyNow().ns + std::chrono::nanoseconds(time).count();
        while (m_clock.steadyNow().ns < end && !m_run->isOver()) {
            m_run->step(m_random() % 400 == 0);
            if (m_queue.hasReady())
                m_queue.stepAny();
            else
                m_clock.advance(std::chrono::milliseconds(1));
            m_queue.fireTimers(m_clock.steadyNow().ns);
            if (m_run->graph())
                m_mostKeys = std::max(m_mostKeys, counters("windows").stateKeys.load());
        }
    }
    const NodeCounters& counters(const std::string& name) const
    {
        for (const runtime::RunNode& node : m_run->graph()->nodes())
            if (node.name == name)
                return node.task->nodeCounters();
        qFatal("no node %s", name.c_str());
    }
    std::uint64_t rowsOf(const std::string& source) const { return counters(source).rowsOut; }
    runtime::PipelineRun& run() { return *m_run; }
    std::string trouble() const
    {
        return m_run->status().reason.empty() ? m_checks.trouble() : m_run->status().reason;
    }
    /// The number of keys in the table of windows, and of those in the table of late rows.
    std::string tables() const
    {
        const auto count = [&](const std::string& table, const std::string& what) {
            const auto files = m_catalog.tableFiles(table);
            if (!files)
                return std::string("0"); // nothing was ever written
            const auto rows = duckdbRows(
                {query::viewStatements(*files), "SELECT " + what + " AS n FROM " + table});
            return rows.front().begin()->second;
        };
        return count("gold.windows", "sum(rows)") + " " + count("late.p", "count(*)");
    }
    std::int64_t mostKeys() const { return m_mostKeys; }

private:
    flow::Services services() const
    {
        return {.clock = &m_clock,
                .connections = this,
                .tables = &m_catalog,
                .lakeFolder = m_folder + "/lake",
                .documentFolder = m_folder};
    }
    runtime::Plan plan()
    {
        const std::string source = "follow: true, schema: {t: timestamp(ms), k: string}, "
                                   "event_time: {column: t, idle_after: 10s}}\n";
        const std::string text = "pipeline: p\nepoch: 1s\nnodes:\n"
                                 "  ahead: {type: file_source, path: ahead.jsonl, "
            + source + "  behind: {type: file_source, path: behind.jsonl, " + source
            + "  both: {type: union, input: [ahead, behind], max_drift: 2m}\n"
              "  windows: {type: window_aggregate, input: both, window: {tumbling: 1m}, group_by: "
              "[k], aggregates: {rows: count(*)}}\n"
              "  out: {type: delta_sink, input: windows, table: gold.windows}\n";
        Diagnostics diagnostics("p.yaml");
        runtime::Plan out
            = runtime::planPipeline(text, "p.yaml", api::nodeCatalog(), services(), diagnostics);
        if (diagnostics.hasErrors())
            qFatal("%s", diagnostics.text().c_str());
        return out;
    }
    Result<flow::Connection> connection(const std::string& name) const override
    {
        return Error{.code = ErrorCode::ConfigUnknown,
                     .message = "no connections here",
                     .object = name,
                     .hint = {},
                     .cause = {}};
    }
    std::vector<std::string> connectionNames() const override { return {}; }

    QTemporaryDir m_temporary;
    std::mt19937_64 m_random;
    SimulatedClock m_clock;
    SimulatedQueue m_queue;
    const std::string m_folder;
    lake::LakeCatalog m_catalog;
    EdgeChecks m_checks;
    std::unique_ptr<runtime::PipelineRun> m_run;
    std::int64_t m_mostKeys = 0;
};

using std::chrono::seconds;

} // namespace

/// max_drift across the inputs of a union, in simulated time, under several seeds.
class AlignedUnionTest : public QObject
{
    Q_OBJECT

    static void seeds()
    {
        QTest::addColumn<quint64>("seed");
        for (quint64 seed = 1; seed <= 3; ++seed)
            QTest::addRow("seed %d", int(seed)) << seed;
    }

private slots:
    void anInputThatIsAheadIsHeldBack_data() { seeds(); }
    void anInputThatIsAheadIsHeldBack()
    {
        QFETCH(const quint64, seed);
        UnionBed bed(seed);
        bed.start();
        bed.work(seconds(5));
        // Up to 9 s + 2 min, and one poll.
        QVERIFY2(bed.rowsOf("ahead") >= 100 && bed.rowsOf("ahead") <= 9 + 120 + 2 * 20,
                 std::to_string(bed.rowsOf("ahead")).c_str());
        QCOMPARE(bed.counters("ahead").alignmentWaits.load(), std::int64_t(1));
        QCOMPARE(bed.counters("behind").alignmentWaits.load(), std::int64_t(0));
        QVERIFY(!bed.run().hasBeenIdle(seconds(0))); // there is more to read
        bed.start();                                 // as after a crash: it goes on waiting
        bed.work(seconds(5));
        QVERIFY(bed.rowsOf("ahead") <= 9 + 120 + 2 * 20);
        QCOMPARE(bed.counters("ahead").alignmentWaits.load(), std::int64_t(1));
        for (std::int64_t second = 10; second < kHour; second += 100) {
            bed.grow("behind", second, std::min(second + 100, kHour));
            bed.work(seconds(1));
        }
        bed.work(seconds(13));
        QVERIFY(bed.run().hasBeenIdle(seconds(2)));
        bed.run().requestStop(true);
        bed.work(seconds(3600));
        QVERIFY2(bed.run().status().phase == runtime::RunPhase::Finished, bed.trouble().c_str());
        QCOMPARE(bed.trouble(), std::string());
        QCOMPARE(bed.tables(), std::string("7200 0"));
        // Some minutes of both inputs, not the hour.
        QVERIFY2(bed.mostKeys() < 1500, std::to_string(bed.mostKeys()).c_str());
    }
    void anIdleInputHoldsNobody_data() { seeds(); }
    void anIdleInputHoldsNobody()
    {
        QFETCH(const quint64, seed);
        UnionBed bed(seed);
        bed.start();
        bed.work(seconds(30)); // the slower one is idle after 10 s
        QCOMPARE(bed.rowsOf("ahead"), std::uint64_t(kHour));
        QCOMPARE(bed.counters("ahead").alignmentWaits.load(), std::int64_t(0));
        // The windows close by the watermark of the other input alone.
        QVERIFY(bed.counters("windows").rowsOut >= 3500);
        // What comes back behind the watermark is late, what comes ahead of it counts.
        bed.grow("behind", 10, 12);
        bed.grow("behind", 2 * kHour, 2 * kHour + 3);
        bed.work(seconds(30));
        bed.run().requestStop(true);
        bed.work(seconds(3600));
        QVERIFY2(bed.run().status().phase == runtime::RunPhase::Finished, bed.trouble().c_str());
        QCOMPARE(bed.trouble(), std::string());
        QCOMPARE(bed.tables(), std::string("3613 2"));
    }
};

} // namespace sluice::test

SLUICE_TEST(sluice::test::AlignedUnionTest)
#include "aligned_union_test.moc"
