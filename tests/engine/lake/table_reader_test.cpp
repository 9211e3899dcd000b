// SPDX-License-Identifier: Apache-2.0
#include "engine/lake/table_reader.h"

#include "engine/lake/partition_path.h"

#include "tests/engine/lake/lake_fixture.h"
#include "tests/support/test_main.h"

#include <filesystem>

namespace sluice::lake {

class TableReaderTest : public QObject
{
    Q_OBJECT

private slots:
    void initTestCase() { initializeColumns(); }
    void init()
    {
        m_fixture = std::make_unique<LakeFixture>();
        ManualClock clock(
            WallTime{1'700'000'000'000'000}); // two commits of one moment have no order
        TableSink sink(m_fixture->config(orderSchema()), clock);
        QVERIFY(sink.open());
        write(sink, 1, R"([[1, "DE", 1], [2, "FR", 2]])");
        clock.advance(Micros(1'000'000));
        write(sink, 2, R"([[3, "US", 3]])");
    }

    void filesTakeTheColumnsOfTheTable_data()
    {
        QTest::addColumn<QString>("column");
        QTest::addColumn<QString>("values");
        QTest::newRow("as stored") << "id long"
                                   << "1,2";
        QTest::newRow("absent is null") << "more double"
                                        << "null,null";
        QTest::newRow("wider") << "id double"
                               << "1,2";
        QTest::newRow("the log's value wins") << "country string"
                                              << "XX,XX";
    }
    void filesTakeTheColumnsOfTheTable()
    {
        QFETCH(QString, column);
        QFETCH(QString, values);
        const QStringList words = column.split(' ');
        const auto schema = arrow::schema(
            {arrow::field(words[0].toStdString(), *parseType(words[1].toStdString()))});
        AddFile file = oldestFile();
        if (words[0] == "country")
            file.partitionValues["country"] = "XX";
        QStringList found;
        const auto read
            = readDataFile(folder(), file, schema,
                           [&](const std::shared_ptr<arrow::RecordBatch>& rows) -> Result<bool> {
                               for (std::int64_t row = 0; row < rows->num_rows(); ++row)
                                   found << QString::fromStdString(
                                       rows->column(0)->GetScalar(row).ValueOrDie()->ToString());
                               return true;
                           });
        QVERIFY2(read && *read, read ? "" : read.error().text().c_str());
        QCOMPARE(found.join(","), values);
    }
    void theNewestRowsComeFirstWhenFewAreAsked()
    {
        const Snapshot head = *DeltaLog(folder()).load();
        const auto rows = readRows(folder(), head, 2);
        QVERIFY(rows);
        std::int64_t count = 0;
        for (const auto& batch : *rows)
            count += batch->num_rows();
        QCOMPARE(count, std::int64_t(2));
        QCOMPARE(rows->front()->column(0)->GetScalar(0).ValueOrDie()->ToString(), std::string("3"));
        QVERIFY(readRows(folder(), head, 0)->empty());
    }
    void aVisitorMayStopOrFail()
    {
        const auto stopped = readDataFile(folder(), oldestFile(), orderSchema(),
                                          [](const auto&) -> Result<bool> { return false; });
        QVERIFY(stopped && !*stopped);
        const auto failed
            = readDataFile(folder(), oldestFile(), orderSchema(),
                           [](const auto&) -> Result<bool> { return Error{.message = "enough"}; });
        QCOMPARE(failed.error().message, std::string("enough"));
    }
    void damagedAndMissingFilesAreNamed_data()
    {
        QTest::addColumn<int>("keep"); // bytes; -1 = remove the file
        QTest::addColumn<bool>("isFlipped");
        QTest::addColumn<QString>("message");
        QTest::newRow("missing") << -1 << false << "a file of the table is missing";
        QTest::newRow("empty") << 0 << false << "the file is damaged";
        QTest::newRow("torn") << 100 << false << "the file is damaged";
        QTest::newRow("flipped page") << 100000 << true << "the file is damaged";
        QTest::newRow("flipped footer") << 100000 << true << "the file is damaged";
    }
    void damagedAndMissingFilesAreNamed()
    {
        QFETCH(int, keep);
        QFETCH(bool, isFlipped);
        QFETCH(QString, message);
        const AddFile file = oldestFile();
        const std::string path = absolutePath(folder(), file.path);
        std::string bytes = textOf(path);
        if (keep < 0) {
            std::filesystem::remove(path);
        } else {
            bytes.resize(std::min(bytes.size(), std::size_t(keep)));
            if (isFlipped && QByteArray(QTest::currentDataTag()) == "flipped page")
                bytes[60] = char(bytes[60] ^ 1); // of the first column's values
            else if (isFlipped)
                for (std::size_t i = bytes.size() - 200; i < bytes.size() - 8; ++i)
                    bytes[i] = char(~bytes[i]);
            writeText(path, bytes);
        }
        const auto read = readDataFile(folder(), file, orderSchema(),
                                       [](const auto&) -> Result<bool> { return true; });
        QVERIFY(!read);
        QCOMPARE(read.error().object, path);
        QVERIFY2(read.error().message.starts_with(message.toStdString()),
                 read.error().text().c_str());
        QVERIFY(!read.error().hint.empty());
    }
    void aFileOfAnotherTypeIsRefused()
    {
        const auto schema = arrow::schema({arrow::field("country", arrow::int64())});
        const auto read = readDataFile(folder(), oldestFile(), schema,
                                       [](const auto&) -> Result<bool> { return true; });
        QVERIFY(!read);
        QVERIFY(read.error().code == ErrorCode::DecodeFailed);
        QCOMPARE(read.error().message,
                 std::string("column \"country\" is string in the file and long in the table"));
    }

private:
    std::string folder() const { return m_fixture->folder("silver", "orders"); }
    static void write(TableSink& sink, flow::Epoch epoch, const std::string& json)
    {
        QCOMPARE(LakeFixture::runEpoch(sink, batchOf(rowsOf(orderSchema(), json)), epoch),
                 std::string());
    }
    AddFile oldestFile() const
    {
        const auto commit = DeltaLog(folder()).readCommit(1);
        return (*commit)->adds.front();
    }
    std::unique_ptr<LakeFixture> m_fixture;
};

} // namespace sluice::lake

SLUICE_TEST(sluice::lake::TableReaderTest)
#include "table_reader_test.moc"
