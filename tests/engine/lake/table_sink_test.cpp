// SPDX-License-Identifier: Apache-2.0
#include "engine/lake/table_sink.h"

#include "engine/flow/reject_schema.h"
#include "engine/lake/commit_file.h"

#include "tests/engine/lake/lake_fixture.h"
#include "tests/support/test_main.h"

#include <csignal>
#include <filesystem>
#include <random>

#include <arrow/array/builder_binary.h>
#include <arrow/array/util.h>
#include <sys/resource.h>

namespace sluice::lake {
namespace {

const char* const kThreeOrders = R"([[1, "DE", 1795491583993001], [2, null, -1], [3, "FR", null]])";

Batch orders(const std::string& json = kThreeOrders)
{
    return batchOf(rowsOf(orderSchema(), json));
}

// 12 MiB that do not get smaller: a large file.
Batch manyOrders()
{
    arrow::Int64Builder ids;
    arrow::StringBuilder countries;
    std::mt19937_64 random(3);
    for (std::int64_t id = 0; id < 12'000; ++id) {
        std::string country(1024, '\0');
        for (char& letter : country)
            letter = char(random() % 127 + 1);
        if (!ids.Append(id).ok() || !countries.Append(country).ok())
            qFatal("no memory");
    }
    const auto times = arrow::MakeArrayOfNull(timestampType(), ids.length()).ValueOrDie();
    const std::int64_t rows = ids.length();
    return batchOf(arrow::RecordBatch::Make(orderSchema(), rows,
                                            {ids.Finish().ValueOrDie(),
                                             countries.Finish().ValueOrDie(), times}));
}

// No file may grow beyond so many bytes: as good as a full disk, without needing one.
class LeastDisk
{
public:
    explicit LeastDisk(rlim_t bytes)
        : m_handler(std::signal(SIGXFSZ, SIG_IGN))
    {
        ::getrlimit(RLIMIT_FSIZE, &m_before);
        const rlimit least{bytes, m_before.rlim_max};
        ::setrlimit(RLIMIT_FSIZE, &least);
    }
    ~LeastDisk()
    {
        ::setrlimit(RLIMIT_FSIZE, &m_before);
        std::signal(SIGXFSZ, m_handler);
    }
    LeastDisk(const LeastDisk&) = delete;
    LeastDisk& operator=(const LeastDisk&) = delete;

private:
    void (*m_handler)(int);
    rlimit m_before{};
};

using Texts = std::vector<std::string>;

} // namespace

class TableSinkTest : public QObject
{
    Q_OBJECT

private slots:
    void initTestCase() { initializeColumns(); }
    void init() { m_fixture = std::make_unique<LakeFixture>(); }

    void openMakesAnEmptyTable()
    {
        TableSink sink(m_fixture->config(orderSchema()), systemClock());
        QVERIFY(sink.open());
        QCOMPARE(sink.committedEpoch(), flow::Epoch(0));
        QVERIFY(rowTexts(folder()).empty());
        QCOMPARE(DeltaLog(folder()).load()->version, std::int64_t(0));
    }
    void epochsBecomeVersions()
    {
        TableSink sink(m_fixture->config(orderSchema()), systemClock());
        QVERIFY(sink.open());
        QCOMPARE(LakeFixture::runEpoch(sink, orders(), 1), std::string());
        QCOMPARE(LakeFixture::runEpoch(sink, orders(R"([[4, "US", 0]])"), 2), std::string());
        QCOMPARE(rowTexts(folder(), 1).size(), std::size_t(3));
        QVERIFY((rowTexts(folder())
                 == Texts{"1|DE|2026-11-24 03:39:43.993001Z", "2|null|1969-12-31 23:59:59.999999Z",
                          "3|FR|null", "4|US|1970-01-01 00:00:00.000000Z"}));
        QCOMPARE(sink.committedEpoch(), flow::Epoch(2));
    }
    void anEpochWithoutRowsCommitsNothing()
    {
        TableSink sink(m_fixture->config(orderSchema()), systemClock());
        QVERIFY(sink.open());
        const auto sealed = sink.seal(1);
        QVERIFY(sealed && sink.makeDurable(*sealed) && sink.commit(*sealed)
                && sink.commit(*sealed));
        QCOMPARE(DeltaLog(folder()).load()->version, std::int64_t(0));
    }
    void committingTwiceChangesNothing()
    {
        TableSink sink(m_fixture->config(orderSchema()), systemClock());
        QVERIFY(sink.open());
        RecordingContext context;
        QVERIFY(sink.write(orders(), context));
        const auto sealed = sink.seal(1);
        QVERIFY(sealed && sink.makeDurable(*sealed));
        QVERIFY(sink.commit(*sealed));
        QVERIFY(sink.commit(*sealed));
        TableSink restarted(m_fixture->config(orderSchema()), systemClock());
        QVERIFY(restarted.open());
        QCOMPARE(restarted.committedEpoch(), flow::Epoch(1));
        QVERIFY(restarted.commit(*sealed));
        QCOMPARE(rowTexts(folder()).size(), std::size_t(3));
        QCOMPARE(DeltaLog(folder()).load()->version, std::int64_t(1));
    }
    void aNewProcessCommitsFromTheEntryAlone()
    {
        flow::SealedEpoch sealed;
        {
            TableSink killed(m_fixture->config(orderSchema()), systemClock());
            RecordingContext context;
            context.now = EventTime{5'000'000};
            QVERIFY(killed.open() && killed.write(orders(), context));
            sealed = *killed.seal(1);
            QVERIFY(killed.makeDurable(sealed));
        }
        QVERIFY(rowTexts(folder()).empty());
        TableSink sink(m_fixture->config(orderSchema()), systemClock());
        QVERIFY(sink.open());
        QVERIFY(sink.commit({.epoch = 1, .entry = sealed.entry}));
        QCOMPARE(rowTexts(folder()).size(), std::size_t(3));
        const auto commit = DeltaLog(folder()).readCommit(1);
        QCOMPARE((*commit)->info->operation, std::string("STREAMING UPDATE"));
        QCOMPARE((*commit)->info->operationParameters.at("epochId"), std::string("1"));
        QCOMPARE((*commit)->info->operationParameters.at("watermark"),
                 std::string("1970-01-01T00:00:05.000Z"));
        QCOMPARE((*commit)->transactions.front().appId, std::string("sluice:orders:sink:0"));
    }
    void aFileThatIsGoneIsNotCommitted()
    {
        TableSink sink(m_fixture->config(orderSchema()), systemClock());
        RecordingContext context;
        QVERIFY(sink.open() && sink.write(orders(), context));
        const auto sealed = sink.seal(1);
        const std::string path = folder() + "/" + parseSealed(sealed->entry)->files.front().path;
        std::filesystem::remove(path);
        const Status committed = sink.commit(*sealed);
        QVERIFY(!committed);
        QCOMPARE(committed.error().object, path);
        QVERIFY(rowTexts(folder()).empty());
    }
    void columnsMayBeAdded()
    {
        TableSink first(m_fixture->config(orderSchema()), systemClock());
        QVERIFY(first.open());
        QCOMPARE(LakeFixture::runEpoch(first, orders(R"([[1, "DE", 0]])"), 1), std::string());
        auto fields = orderSchema()->fields();
        fields.push_back(arrow::field("amount", arrow::decimal128(12, 2)));
        const auto wider = arrow::schema(fields);
        auto other = m_fixture->config(wider);
        other.node = "other"; // two sinks that write under one name would be a conflict
        TableSink second(other, systemClock());
        QVERIFY(second.open());
        QCOMPARE(LakeFixture::runEpoch(second, batchOf(rowsOf(wider, R"([[2, "FR", 0, "12.50"]])")),
                                       2),
                 std::string());
        QVERIFY((rowTexts(folder())
                 == Texts{"1|DE|1970-01-01 00:00:00.000000Z|null",
                          "2|FR|1970-01-01 00:00:00.000000Z|12.50"}));
        // The first goes on beside it: what it lacks is null.
        const std::string beside = LakeFixture::runEpoch(first, orders(R"([[3, "US", 0]])"), 3);
        QVERIFY2(beside.empty(), beside.c_str());
        QCOMPARE(rowTexts(folder()).size(), std::size_t(3));
        auto strict = m_fixture->config(
            arrow::schema({arrow::field("id", arrow::int64()), arrow::field("x", arrow::utf8())}));
        strict.mergesSchema = false;
        const Status refused = TableSink(strict, systemClock()).open();
        QVERIFY(!refused);
        QCOMPARE(refused.error().message, std::string("table silver.orders has no column \"x\""));
    }
    void anotherSchemaIsRefusedNamingBothTypes()
    {
        QVERIFY(TableSink(m_fixture->config(orderSchema()), systemClock()).open());
        const auto other = arrow::schema({arrow::field("id", arrow::utf8())});
        const Status opened = TableSink(m_fixture->config(other), systemClock()).open();
        QVERIFY(!opened);
        QCOMPARE(opened.error().message,
                 std::string("column \"id\" of table silver.orders is long, the pipeline writes "
                             "string"));
        const auto renamed = arrow::schema({arrow::field("ID", arrow::int64())});
        QVERIFY(!TableSink(m_fixture->config(renamed), systemClock()).open());
        auto parted = m_fixture->config(orderSchema());
        parted.partitions = {{.name = "country", .source = "country"}};
        QVERIFY(!TableSink(parted, systemClock()).open());
    }
    void narrowerNumbersAreWidened()
    {
        QVERIFY(TableSink(m_fixture->config(orderSchema()), systemClock()).open());
        const auto narrow = arrow::schema({arrow::field("id", arrow::int16())});
        TableSink sink(m_fixture->config(narrow), systemClock());
        QVERIFY(sink.open());
        QCOMPARE(LakeFixture::runEpoch(sink, batchOf(rowsOf(narrow, "[[-3]]")), 1), std::string());
        QVERIFY(rowTexts(folder()) == Texts{"-3|null|null"});
    }
    void rowsArePartedByDayAndColumn()
    {
        auto config = m_fixture->config(orderSchema());
        config.partitions = {{.name = "ts_date", .source = "ts", .isDay = true},
                             {.name = "country", .source = "country"}};
        TableSink sink(config, systemClock());
        QVERIFY(sink.open());
        QCOMPARE(LakeFixture::runEpoch(
                     sink, orders(R"([[1, "DE", 0], [2, "DE", -1], [3, "a/b", 0], [4, null, null],
                                      [5, "DE", 1], [6, "", null]])"),
                     1),
                 std::string());
        QVERIFY((rowTexts(folder())
                 == Texts{"1|DE|1970-01-01 00:00:00.000000Z|1970-01-01",
                          "2|DE|1969-12-31 23:59:59.999999Z|1969-12-31",
                          "3|a/b|1970-01-01 00:00:00.000000Z|1970-01-01", "4|null|null|null",
                          "5|DE|1970-01-01 00:00:00.000001Z|1970-01-01", "6|null|null|null"}));
        QVERIFY(std::filesystem::exists(folder() + "/ts_date=1970-01-01/country=a%2Fb"));
    }
    void tooManyPartitionsAreRefused()
    {
        auto config = m_fixture->config(orderSchema());
        config.partitions = {{.name = "country", .source = "country"}};
        config.maxPartitions = 2;
        TableSink sink(config, systemClock());
        RecordingContext context;
        QVERIFY(sink.open());
        const Status written
            = sink.write(orders(R"([[1, "a", 0], [2, "b", 0], [3, "c", 0]])"), context);
        QVERIFY(!written);
        QVERIFY(written.error().code == ErrorCode::CapacityExceeded);
        QVERIFY(written.error().hint.find("max_partitions") != std::string::npos);
    }
    void aFileIsClosedAtItsTargetSize()
    {
        auto config = m_fixture->config(orderSchema());
        config.targetFileBytes = 1;
        TableSink sink(config, systemClock());
        RecordingContext context;
        QVERIFY(sink.open());
        QVERIFY(sink.write(orders(), context) && sink.write(orders(), context));
        const auto sealed = sink.seal(1);
        QCOMPARE(parseSealed(sealed->entry)->files.size(), std::size_t(2));
        QVERIFY(sink.commit(*sealed));
        QCOMPARE(rowTexts(folder()).size(), std::size_t(6));
    }
    void afterAHundredCommitsThereIsACheckpoint()
    {
        TableSink sink(m_fixture->config(orderSchema()), systemClock());
        QVERIFY(sink.open());
        for (int epoch = 1; epoch <= 100; ++epoch)
            QCOMPARE(LakeFixture::runEpoch(sink, orders(R"([[1, "DE", 0]])"), epoch),
                     std::string());
        QVERIFY(std::filesystem::exists(folder() + "/_delta_log/" + checkpointName(100)));
        QCOMPARE(rowTexts(folder()).size(), std::size_t(100));
    }
    void aWriteThatFailsLeavesNothingVisible()
    {
        TableSink sink(m_fixture->config(orderSchema()), systemClock());
        RecordingContext context;
        QVERIFY(sink.open() && sink.write(orders(), context));
        const auto sealed = [&] {
            const LeastDisk least(16);
            return sink.seal(1);
        }();
        QVERIFY(!sealed);
        QVERIFY(sealed.error().code == ErrorCode::StorageFailed
                || sealed.error().code == ErrorCode::StorageFull);
        QVERIFY(rowTexts(folder()).empty());
    }
    void aLargeFileThatFailsFailsItsEpoch()
    {
        TableSink sink(m_fixture->config(orderSchema()), systemClock());
        RecordingContext context;
        QVERIFY(sink.open() && sink.write(manyOrders(), context));
        const LeastDisk least(5 << 20);
        const auto sealed = sink.seal(1); // the file is on its way still
        QVERIFY2(sealed, sealed ? "" : sealed.error().text().c_str());
        for (int asked = 0; asked < 2; ++asked) { // it is not forgotten once it was told
            const Status durable = sink.makeDurable(*sealed);
            QVERIFY(!durable);
            QVERIFY(durable.error().code == ErrorCode::StorageFailed);
            QVERIFY(durable.error().object.find(folder()) == 0);
        }
        QVERIFY(rowTexts(folder()).empty());
    }
    void aLargeFileIsWholeOnceItsEpochIsDurable()
    {
        TableSink sink(m_fixture->config(orderSchema()), systemClock());
        QVERIFY(sink.open());
        QCOMPARE(LakeFixture::runEpoch(sink, manyOrders(), 1), std::string());
        QCOMPARE(rowTexts(folder()).size(), std::size_t(12'000));
    }
    void aFolderOfSomebodyElseIsLeftAlone()
    {
        std::filesystem::create_directories(folder());
        writeText(folder() + "/x.parquet", "PAR1");
        const Status opened = TableSink(m_fixture->config(orderSchema()), systemClock()).open();
        QVERIFY(!opened);
        QVERIFY(opened.error().code == ErrorCode::Conflict);
    }
    void rejectedRowsAreATableOfTheirOwn()
    {
        const auto sink = makeRejectSink("dead_letter.orders", m_fixture->lake(), "orders",
                                         "dead_letter", systemClock());
        QVERIFY(sink->open());
        RawRecords raw;
        raw.source = std::make_shared<const std::string>("in");
        raw.partition = std::make_shared<const std::string>("3");
        raw.bytes = arrow::Buffer::FromString("\xFF{");
        raw.offsets = {0};
        raw.lengths = {2};
        raw.positions = {41};
        flow::RejectBuilder rejected("in");
        rejected.addRecord(raw, 0, Verdict::DeadLetter,
                           {.rule = {}, .message = "not JSON", .values = {}});
        QCOMPARE(LakeFixture::runEpoch(*sink, rejected.finish(), 1), std::string());
        const Texts rows = rowTexts(m_fixture->folder("dead_letter", "orders"));
        QCOMPARE(rows.size(), std::size_t(1));
        QVERIFY(rows.front().starts_with("3:41|in|3|41|null|1970"));
        QVERIFY(rows.front().find("|in|dead_letter|null|not JSON|null|") != std::string::npos);
    }

private:
    std::string folder() const { return m_fixture->folder("silver", "orders"); }
    std::unique_ptr<LakeFixture> m_fixture;
};

} // namespace sluice::lake

SLUICE_TEST(sluice::lake::TableSinkTest)
#include "table_sink_test.moc"
