// SPDX-License-Identifier: Apache-2.0
#include "engine/lake/delta_sink.h"

#include "engine/lake/table_catalog.h"

#include "tests/engine/lake/lake_fixture.h"
#include "tests/support/test_main.h"

namespace sluice::lake {

class DeltaSinkTest : public QObject
{
    Q_OBJECT

private slots:
    void initTestCase() { initializeColumns(); }

    void wrongDocumentsAreDiagnosed_data()
    {
        QTest::addColumn<QString>("yaml");
        QTest::addColumn<QString>("message");
        QTest::newRow("name") << "{table: orders}"
                              << "\"orders\" is not the name of a table";
        QTest::newRow("no column") << "{table: silver.t, partition_by: [contry]}"
                                   << "there is no column \"contry\"";
        QTest::newRow("no date") << "{table: silver.t, partition_by: [date(id)]}"
                                 << "date() takes a timestamp or date, column \"id\" is long";
        QTest::newRow("no raw") << "{table: silver.t, write: raw}"
                                << "these rows no longer know the records that they came from";
        QTest::newRow("other type") << "{table: silver.taken}"
                                    << "column \"country\" of table silver.taken is double, the "
                                       "pipeline writes string";
        QTest::newRow("no merge") << "{table: silver.small, merge_schema: false}"
                                  << "table silver.small has no column \"country\"";
    }
    void wrongDocumentsAreDiagnosed()
    {
        QFETCH(QString, yaml);
        QFETCH(QString, message);
        makeTable("silver.taken", arrow::schema({arrow::field("country", arrow::float64())}));
        makeTable("silver.small", arrow::schema({arrow::field("id", arrow::int64())}));
        Diagnostics diagnostics("p.yaml");
        const auto bound = bind(yaml.toStdString(), false, diagnostics);
        QVERIFY(!bound.createSink);
        QVERIFY2(diagnostics.text().find(message.toStdString()) != std::string::npos,
                 diagnostics.text().c_str());
    }
    void aBoundSinkWrites()
    {
        Diagnostics diagnostics("p.yaml");
        const auto bound
            = bind("{table: gold.t, partition_by: [date(ts)], codec: lz4}", false, diagnostics);
        QVERIFY2(!diagnostics.hasErrors(), diagnostics.text().c_str());
        QCOMPARE(bound.target, std::string("gold.t"));
        QCOMPARE(bound.layer, std::string("gold"));
        QCOMPARE(bound.neededInput({}).size(), std::size_t(3));
        const auto sink = create(bound);
        QVERIFY(sink->open());
        QCOMPARE(LakeFixture::runEpoch(*sink, batchOf(rowsOf(orderSchema(), R"([[1, "DE", 0]])")),
                                       1),
                 std::string());
        QCOMPARE(rowTexts(m_fixture.folder("gold", "t")),
                 std::vector<std::string>{"1|DE|1970-01-01 00:00:00.000000Z|1970-01-01"});
    }
    void rawRecordsAreKeptAsTheyCame_data()
    {
        QTest::addColumn<std::string>("table");
        QTest::addColumn<std::string>("more");
        QTest::newRow("whole") << std::string("t") << std::string();
        QTest::newRow("by day") << std::string("days")
                                << std::string(", partition_by: [date(event_time)]");
    }
    void rawRecordsAreKeptAsTheyCame()
    {
        QFETCH(std::string, table);
        QFETCH(std::string, more);
        Diagnostics diagnostics("p.yaml");
        const auto bound
            = bind("{table: bronze." + table + ", write: raw" + more + "}", true, diagnostics);
        QVERIFY2(!diagnostics.hasErrors(), diagnostics.text().c_str());
        QVERIFY(bound.neededInput({}).empty());
        QVERIFY(bound.rejects.contains(Verdict::DeadLetter));
        const auto sink = create(bound);
        QVERIFY(sink->open());
        RecordingContext context;
        QVERIFY(sink->write(rawBatch(), context));
        const auto sealed = sink->seal(1);
        QVERIFY(sealed && sink->commit(*sealed));
        QCOMPARE(sealed->rows, std::int64_t(2));
        // Row 1 came from the record of row 0 again, row 3 is not UTF-8.
        QCOMPARE(context.counted[std::size_t(Verdict::Duplicate)], std::uint64_t(1));
        QVERIFY(context.rejected == std::vector<std::uint32_t>{3});
        QVERIFY(context.lastVerdict == Verdict::DeadLetter);
        const auto rows = rowTexts(m_fixture.folder("bronze", table));
        QCOMPARE(rows.size(), std::size_t(2));
        const std::string first
            = "7:100|1970-01-01 00:00:00.000010Z|{\"id\":1,\"country\":\"DE\"}|in|7|100|"
              "1970-01-01 00:00:00.000042Z|";
        QVERIFY2(rows[0].starts_with(first), rows[0].c_str());
        QVERIFY2(rows[1].starts_with("7:102|null|{\"id\":\"\u00fc\"}|in|7|102|"), rows[1].c_str());
        const auto head = DeltaLog(m_fixture.folder("bronze", table)).load();
        QCOMPARE(head->property("delta.appendOnly"), std::string("true"));
    }

private:
    static Batch rawBatch()
    {
        auto raw = std::make_shared<RawRecords>();
        raw->source = std::make_shared<const std::string>("in");
        raw->partition = std::make_shared<const std::string>("7");
        for (const std::string text :
             {"{\"id\":1,\"country\":\"DE\"}", "skipped", "{\"id\":\"\u00fc\"}", "\xFF"}) {
            raw->offsets.push_back(std::uint32_t(m_bytes.size()));
            raw->lengths.push_back(std::uint32_t(text.size()));
            raw->positions.push_back(100 + std::int64_t(raw->positions.size()));
            m_bytes += text + "\n";
        }
        raw->bytes = arrow::Buffer::FromString(m_bytes);
        raw->ingestTimeUs = 42;
        Batch batch = batchOf(rowsOf(orderSchema(), R"([[1, "DE", 10], [1, "DE", 10],
                                                        [2, "FR", null], [3, "US", 12]])"));
        batch.raw = raw;
        batch.rawRows = std::make_shared<const std::vector<std::uint32_t>>(
            std::vector<std::uint32_t>{0, 0, 2, 3});
        batch.eventTimes = std::static_pointer_cast<arrow::Int64Array>(
            arrow::json::ArrayFromJSONString(arrow::int64(), "[10, 10, null, 12]").ValueOrDie());
        return batch;
    }
    flow::BoundNode bind(const std::string& yaml, bool hasRaw, Diagnostics& diagnostics)
    {
        m_catalog = std::make_unique<LakeCatalog>(m_fixture.lake());
        m_services.clock = &systemClock();
        m_services.tables = m_catalog.get();
        m_services.lakeFolder = m_fixture.lake();
        const flow::NodeKind kind = DeltaSink::kind();
        const DocumentNode map = parseDocument(yaml, diagnostics);
        checkOptions(map, kind.options, {}, "sink", diagnostics);
        const Options options(map, kind.options);
        return kind.bind({.node = "sink",
                          .map = map,
                          .options = options,
                          .inputs = {{orderSchema(), true, hasRaw}},
                          .inputNames = {"in"},
                          .services = m_services,
                          .diagnostics = diagnostics});
    }
    std::unique_ptr<flow::Sink> create(const flow::BoundNode& bound)
    {
        flow::CreateContext context;
        context.pipeline = "p";
        context.node = "sink";
        context.services = &m_services;
        return *bound.createSink(context);
    }
    void makeTable(const std::string& name, const std::shared_ptr<arrow::Schema>& schema)
    {
        QVERIFY(TableSink(m_fixture.config(schema, name), systemClock()).open());
    }
    static inline std::string m_bytes;
    LakeFixture m_fixture;
    std::unique_ptr<LakeCatalog> m_catalog;
    flow::Services m_services;
};

} // namespace sluice::lake

SLUICE_TEST(sluice::lake::DeltaSinkTest)
#include "delta_sink_test.moc"
