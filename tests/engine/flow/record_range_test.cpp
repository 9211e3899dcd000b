// SPDX-License-Identifier: Apache-2.0
#include "engine/flow/record_range.h"

#include "tests/support/test_main.h"

namespace sluice::flow {

class RecordRangeTest : public QObject
{
    Q_OBJECT

    // Arrival in [1000, 2000); partition 0 offsets [10, 20), partition 1 from 5, partition 2 to 7.
    static RecordRange some()
    {
        return {.sinceUs = 1000,
                .untilUs = 2000,
                .from = {{"0", 10}, {"1", 5}},
                .until = {{"0", 20}, {"2", 7}}};
    }

private slots:
    void everyRecordIsMeantAtFirst()
    {
        const RecordRange all;
        QVERIFY(all.isAll());
        QVERIFY(!all.hasTimes() && !all.hasOffsets() && !all.hasEnd());
        QVERIFY(all.contains("7", 0, 0));
        QVERIFY(all.contains("in/a.jsonl", 1'000'000'000'000, -5));
    }
    void theBeginIsMeantAndTheEndIsNot_data()
    {
        QTest::addColumn<QString>("partition");
        QTest::addColumn<int>("offset");
        QTest::addColumn<int>("arrivalUs");
        QTest::addColumn<bool>("isMeant");
        const auto row
            = [](const char* name, const char* partition, int offset, int arrival, bool isMeant) {
                  QTest::newRow(name) << partition << offset << arrival << isMeant;
              };
        row("inside", "0", 15, 1500, true);
        row("first offset", "0", 10, 1500, true);
        row("before the first offset", "0", 9, 1500, false);
        row("last offset", "0", 19, 1500, true);
        row("the end", "0", 20, 1500, false);
        row("first moment", "0", 15, 1000, true);
        row("before the first moment", "0", 15, 999, false);
        row("last moment", "0", 15, 1999, true);
        row("the end of time", "0", 15, 2000, false);
        row("no end", "1", 1'000'000, 1500, true);
        row("a begin", "1", 4, 1500, false);
        row("no begin", "2", 0, 1500, true);
        row("an end", "2", 7, 1500, false);
        row("not named", "3", 0, 1500, true);
        row("not named, too old", "3", 0, 10, false);
    }
    void theBeginIsMeantAndTheEndIsNot()
    {
        QFETCH(QString, partition);
        QFETCH(int, offset);
        QFETCH(int, arrivalUs);
        QFETCH(bool, isMeant);
        QCOMPARE(some().contains(partition.toStdString(), offset, arrivalUs), isMeant);
    }
    void aRangeMayLoseItsEnd()
    {
        QVERIFY(some().hasEnd());
        const RecordRange on = some().withoutEnd();
        QVERIFY(!on.hasEnd() && !on.isAll());
        QVERIFY(on.contains("0", 20, 5000));
        QVERIFY(!on.contains("0", 9, 5000));
        QVERIFY(!on.contains("0", 20, 999));
    }
    void aPartitionThatIsNotThereIsSaid()
    {
        QVERIFY(checkPartitions(some(), {"0", "1", "2", "3"}, "orders"));
        QVERIFY(checkPartitions({}, {}, "orders"));
        const Status missing = checkPartitions(some(), {"0", "1"}, "orders");
        QVERIFY(!missing);
        QCOMPARE(missing.error().message, std::string("there is no partition \"2\""));
        QCOMPARE(missing.error().object, std::string("orders"));
        QCOMPARE(missing.error().hint, std::string("It has 0, 1."));
        std::vector<std::string> many;
        for (int i = 10; i < 22; ++i)
            many.push_back(std::to_string(i));
        QCOMPARE(checkPartitions(some(), many, "orders").error().hint,
                 std::string("It has 10, 11, 12, 13, 14, 15, 16, 17 and 4 more."));
    }
    void itIsKeptAsJson()
    {
        JsonWriter json;
        writeRange(json, some());
        QCOMPARE(json.text(),
                 std::string(R"({"since":1000,"until":2000,"from_offsets":{"0":10,"1":5},)"
                             R"("until_offsets":{"0":20,"2":7}})"));
        Diagnostics diagnostics("range");
        const DocumentNode root = parseDocument(json.text(), diagnostics);
        QVERIFY(!diagnostics.hasErrors());
        QVERIFY(readRange(&root) == some());
        JsonWriter all;
        writeRange(all, {});
        QCOMPARE(all.text(), std::string("{}"));
        QVERIFY(readRange(nullptr).isAll());
    }
};

} // namespace sluice::flow

SLUICE_TEST(sluice::flow::RecordRangeTest)
#include "record_range_test.moc"
