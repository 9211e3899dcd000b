// SPDX-License-Identifier: Apache-2.0
#include "engine/lake/raw_source.h"

#include "engine/lake/raw_columns.h"
#include "tests/engine/lake/lake_fixture.h"
#include "tests/support/collecting_context.h"
#include "tests/support/test_main.h"

namespace sluice::lake {
namespace {

// Takes records as they come: "partition:position@arrival data".
class Recorder final : public flow::Source, public flow::RecordReader
{
public:
    explicit Recorder(std::vector<std::string>& seen)
        : m_seen(seen)
    {
    }
    Status open(const std::optional<std::string>&) override { return ok(); }
    Result<flow::PollOutcome> poll(const flow::PollBudget&, flow::SourceContext&) override
    {
        return flow::PollOutcome::Finished;
    }
    std::string position() const override { return {}; }
    flow::RecordReader* recordReader() override { return this; }
    Status read(const std::shared_ptr<const RawRecords>& raw, flow::SourceContext&) override
    {
        for (std::size_t i = 0; i < raw->size(); ++i)
            m_seen.push_back(*raw->partition + ":" + std::to_string(raw->positions[i]) + "@"
                             + std::to_string(raw->ingestTimeUs) + " "
                             + std::string(raw->record(i)));
        return ok();
    }
    void beginPartition(const std::string& partition, SteadyTime) override
    {
        m_seen.push_back("begin " + partition);
    }
    void endPartition(const std::string&) override { }
    void passWatermark(flow::SourceContext&) override { }

private:
    std::vector<std::string>& m_seen;
};

std::vector<std::string> recordsIn(const std::vector<std::string>& seen)
{
    std::vector<std::string> out;
    for (const std::string& line : seen)
        if (!line.starts_with("begin"))
            out.push_back(line);
    return out;
}

const std::vector<std::string> kAll{"0:7@5000 a", "1:3@5000 b", "0:8@6000 c", "0:9@6000 d",
                                    "1:4@9000 e"};

} // namespace

class RawSourceTest : public QObject
{
    Q_OBJECT

private slots:
    void initTestCase() { initializeColumns(); }
    void init()
    {
        m_fixture = std::make_unique<LakeFixture>();
        m_sink = std::make_unique<TableSink>(m_fixture->config(rawSchema(), "bronze.p"),
                                             systemClock());
        QVERIFY(m_sink->open());
        // Two epochs; rows of another source are in the same table.
        write(
            1,
            R"([["0:7", 1, "a", "in", "0", 7, 5000, "f"], ["1:3", 1, "b", "in", "1", 3, 5000, "f"],
                     ["0:1", 1, "x", "other", "0", 1, 5000, "f"], ["0:8", 1, "c", "in", "0", 8, 6000, "f"],
                     ["0:9", 1, "d", "in", "0", 9, 6000, "f"]])");
        write(2, R"([["1:4", 1, "e", "in", "1", 4, 9000, "f"]])");
    }

    void recordsComeAsTheyCame_data()
    {
        QTest::addColumn<int>("rows");
        for (const int rows : {1, 2, 7, 4096})
            QTest::addRow("%d a poll", rows) << rows;
    }
    void recordsComeAsTheyCame()
    {
        QFETCH(int, rows);
        std::vector<std::string> seen;
        auto end = std::make_shared<RawEnd>();
        RawSource source = make(seen, end);
        QVERIFY(source.open({}));
        test::CollectingContext context;
        QCOMPARE(drain(source, context, std::size_t(rows)), flow::PollOutcome::CaughtUp);
        QCOMPARE(recordsIn(seen), kAll);
        QCOMPARE(seen[0], std::string("begin 0")); // all partitions at hand, before the first row
        QCOMPARE(seen[1], std::string("begin 1"));
        // It follows the table until it is told where to end.
        write(3, R"([["0:10", 1, "g", "in", "0", 10, 11000, "f"]])");
        QCOMPARE(drain(source, context, std::size_t(rows)), flow::PollOutcome::CaughtUp);
        QCOMPARE(seen.back(), std::string("0:10@11000 g"));
        end->version = DeltaLog(folder()).load()->version;
        QCOMPARE(drain(source, context, std::size_t(rows)), flow::PollOutcome::Finished);
    }

    void aRunGoesOnAtAnyPosition()
    {
        // Stopped after each poll and made anew: nothing is lost and nothing comes twice.
        std::vector<std::string> seen;
        std::optional<std::string> position;
        auto end = std::make_shared<RawEnd>();
        end->version = DeltaLog(folder()).load()->version;
        for (int i = 0; i < 20; ++i) {
            RawSource source = make(seen, end);
            QVERIFY(source.open(position));
            test::CollectingContext context;
            QVERIFY(source.poll({.rows = 1}, context));
            position = source.position();
        }
        QCOMPARE(recordsIn(seen), kAll);
    }

    // kAll: offsets 7, 8, 9 of partition 0 arrived at 5, 6, 6 ms, 3 and 4 of partition 1 at 5, 9
    // ms.
    void onlyTheRangeIsRead_data()
    {
        QTest::addColumn<flow::RecordRange>("range");
        QTest::addColumn<QString>("read");
        const auto row = [](const char* name, const flow::RecordRange& range, const char* read) {
            QTest::newRow(name) << range << read;
        };
        row("all", {}, "abcde");
        row("since", {.sinceUs = 6000}, "cde");
        row("since a moment later", {.sinceUs = 6001}, "e");
        row("until", {.untilUs = 6000}, "ab");
        row("until a moment later", {.untilUs = 6001}, "abcd");
        row("a span of time", {.sinceUs = 5001, .untilUs = 9000}, "cd");
        row("nothing so late", {.sinceUs = 9001}, "");
        row("nothing so early", {.untilUs = 5000}, "");
        row("from an offset", {.from = {{"0", 8}}}, "bcde");
        row("to an offset", {.until = {{"0", 9}}}, "abce");
        row("of each partition", {.from = {{"0", 8}, {"1", 4}}, .until = {{"0", 9}}}, "ce");
        row("offsets and time", {.sinceUs = 6000, .until = {{"0", 9}, {"1", 4}}}, "c");
    }
    void onlyTheRangeIsRead()
    {
        QFETCH(flow::RecordRange, range);
        QFETCH(QString, read);
        for (const std::size_t rows : {1, 2, 100}) {
            std::vector<std::string> seen;
            auto end = std::make_shared<RawEnd>();
            end->version = DeltaLog(folder()).load()->version;
            RawSource source = make(seen, end, range);
            QVERIFY(source.open({}));
            test::CollectingContext context;
            QCOMPARE(drain(source, context, rows), flow::PollOutcome::Finished);
            QString records;
            for (const std::string& record : recordsIn(seen))
                records += QLatin1Char(record.back());
            QCOMPARE(records, read);
        }
    }

    // The second file has nothing from before 9 ms; a time in its millisecond may be in it.
    void filesOutsideOfTheTimeAreNotCounted_data()
    {
        QTest::addColumn<flow::RecordRange>("range");
        QTest::addColumn<int>("records");
        QTest::newRow("all") << flow::RecordRange{} << 6;
        QTest::newRow("the second file") << flow::RecordRange{.sinceUs = 7000} << 1;
        QTest::newRow("the last millisecond of the first")
            << flow::RecordRange{.sinceUs = 6999} << 6;
        QTest::newRow("none") << flow::RecordRange{.sinceUs = 10'000} << 0;
        QTest::newRow("the first file") << flow::RecordRange{.untilUs = 9000} << 5;
        QTest::newRow("both") << flow::RecordRange{.untilUs = 9001} << 6;
        QTest::newRow("far ahead")
            << flow::RecordRange{.untilUs = 400'000'000'000'000'000} << 6; // in the year 14645
    }
    void filesOutsideOfTheTimeAreNotCounted()
    {
        QFETCH(flow::RecordRange, range);
        QFETCH(int, records);
        QCOMPARE(*keptRecords(folder(), range), std::int64_t(records));
    }

    void whatCannotBeReadIsSaid()
    {
        std::vector<std::string> seen;
        RawSource source = make(seen, std::make_shared<RawEnd>());
        QCOMPARE(source.open("{\"base\":-3}").error().code, ErrorCode::DecodeFailed);
        RawSource nowhere({.table = "bronze.q",
                           .tableFolder = m_fixture->folder("bronze", "q"),
                           .source = "in",
                           .end = std::make_shared<RawEnd>()},
                          std::make_unique<Recorder>(seen));
        QCOMPARE(nowhere.open({}).error().code, ErrorCode::NotFound);
        QCOMPARE(*keptRecords(folder()), std::int64_t(6));
        QCOMPARE(*keptRecords(m_fixture->folder("bronze", "q")), std::int64_t(0));
    }

private:
    std::string folder() const { return m_fixture->folder("bronze", "p"); }
    void write(flow::Epoch epoch, const char* rows)
    {
        QCOMPARE(LakeFixture::runEpoch(*m_sink, batchOf(rowsOf(rawSchema(), rows)), epoch),
                 std::string());
    }
    RawSource make(std::vector<std::string>& seen, std::shared_ptr<RawEnd> end,
                   flow::RecordRange range = {}) const
    {
        return RawSource({.table = "bronze.p",
                          .tableFolder = folder(),
                          .source = "in",
                          .end = std::move(end),
                          .range = std::move(range)},
                         std::make_unique<Recorder>(seen));
    }
    static flow::PollOutcome drain(RawSource& source, test::CollectingContext& context,
                                   std::size_t rows)
    {
        for (int i = 0; i < 100; ++i) {
            const auto outcome = source.poll({.rows = rows}, context);
            if (!outcome)
                qFatal("%s", outcome.error().text().c_str());
            if (*outcome != flow::PollOutcome::More)
                return *outcome;
        }
        return flow::PollOutcome::More;
    }

    std::unique_ptr<LakeFixture> m_fixture;
    std::unique_ptr<TableSink> m_sink;
};

} // namespace sluice::lake

SLUICE_TEST(sluice::lake::RawSourceTest)
#include "raw_source_test.moc"
