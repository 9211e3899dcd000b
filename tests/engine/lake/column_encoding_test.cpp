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
    void valuesThatRepeatKeepIt()
    {
        FileSettings settings;
        QVERIFY(chooseEncodings(*batchOf(5000, 10), settings));
        QVERIFY(settings.packedColumns.empty() && settings.plainColumns.empty());
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
