// SPDX-License-Identifier: Apache-2.0
#include "engine/lake/column_encoding.h"

#include "engine/columns/batch.h"
#include "tests/support/test_main.h"

#include <arrow/builder.h>
#include <arrow/record_batch.h>

namespace sluice::lake {

class ColumnEncodingTest : public QObject
{
    Q_OBJECT

    // Numbers and texts of which each stands so often.
    static std::shared_ptr<arrow::RecordBatch> batchOf(std::int64_t rows, std::int64_t repeats)
    {
        arrow::Int64Builder numbers;
        arrow::StringBuilder texts;
        arrow::DoubleBuilder reals;
        arrow::Decimal128Builder amounts(arrow::decimal128(12, 2));
        arrow::BooleanBuilder flags;
        for (std::int64_t row = 0; row < rows; ++row) {
            const std::int64_t value = row / repeats;
            if (!numbers.Append(value).ok() || !texts.Append("t" + std::to_string(value)).ok()
                || !reals.Append(double(value)).ok()
                || !amounts.Append(arrow::Decimal128(value)).ok()
                || !flags.Append(row % 2 == 0).ok())
                return nullptr;
        }
        const auto schema = arrow::schema(
            {arrow::field("n", arrow::int64()), arrow::field("t", arrow::utf8()),
             arrow::field("r", arrow::float64()), arrow::field("a", arrow::decimal128(12, 2)),
             arrow::field("f", arrow::boolean())});
        return arrow::RecordBatch::Make(schema, rows,
                                        {numbers.Finish().ValueOrDie(), texts.Finish().ValueOrDie(),
                                         reals.Finish().ValueOrDie(), amounts.Finish().ValueOrDie(),
                                         flags.Finish().ValueOrDie()});
    }

private slots:
    void initTestCase() { initializeColumns(); }
    void valuesThatHardlyRepeatGoWithoutADictionary()
    {
        FileSettings settings;
        QVERIFY(chooseEncodings(*batchOf(5000, 2), settings));
        QVERIFY(settings.packedColumns == (std::set<std::string>{"a", "n"}));
        QVERIFY(settings.plainColumns == (std::set<std::string>{"r", "t"}));
    }
    // Ten rows a value: texts keep it, numbers that count up take less as differences.
    void valuesThatRepeatKeepIt()
    {
        FileSettings settings;
        QVERIFY(chooseEncodings(*batchOf(5000, 10), settings));
        QVERIFY(settings.packedColumns == (std::set<std::string>{"a", "n"}));
        QVERIFY(settings.plainColumns.empty() && settings.prefixedColumns.empty());
    }
    void numbersThatRepeatAndLieFarApartKeepIt()
    {
        arrow::Int64Builder far;
        arrow::Int32Builder close;
        for (int row = 0; row < 5000; ++row)
            QVERIFY(far.Append(row % 10 * 1'000'000'007LL).ok() && close.Append(-row % 10).ok());
        const auto schema = arrow::schema(
            {arrow::field("far", arrow::int64()), arrow::field("close", arrow::int32())});
        FileSettings settings;
        QVERIFY(chooseEncodings(*arrow::RecordBatch::Make(schema, 5000,
                                                          {far.Finish().ValueOrDie(),
                                                           close.Finish().ValueOrDie()}),
                                settings));
        QVERIFY(settings.packedColumns == std::set<std::string>{"close"});
    }
    void textsThatBeginAlike()
    {
        arrow::StringBuilder counted, scattered;
        for (std::uint64_t row = 0; row < 5000; ++row)
            QVERIFY(counted.Append("order-" + std::to_string(100'000 + row)).ok()
                    && scattered.Append(std::to_string(row * 0x9e3779b97f4a7c15ull)).ok());
        const auto schema = arrow::schema(
            {arrow::field("counted", arrow::utf8()), arrow::field("scattered", arrow::utf8())});
        FileSettings settings;
        QVERIFY(chooseEncodings(*arrow::RecordBatch::Make(schema, 5000,
                                                          {counted.Finish().ValueOrDie(),
                                                           scattered.Finish().ValueOrDie()}),
                                settings));
        QVERIFY(settings.prefixedColumns == std::set<std::string>{"counted"});
        QVERIFY(settings.plainColumns.contains("scattered"));
    }
    void aSmallBatchSaysNothing()
    {
        FileSettings settings;
        QVERIFY(!chooseEncodings(*batchOf(100, 1), settings));
        QVERIFY(settings.packedColumns.empty() && settings.plainColumns.empty());
    }
};

} // namespace sluice::lake

SLUICE_TEST(sluice::lake::ColumnEncodingTest)
#include "column_encoding_test.moc"
