// SPDX-License-Identifier: Apache-2.0
#include "engine/runtime/edge_tap.h"

#include "tests/support/test_main.h"

#include <arrow/builder.h>

namespace sluice::runtime {

class EdgeTapTest : public QObject
{
    Q_OBJECT

    static Batch batchOf(std::int64_t rows)
    {
        arrow::Int64Builder builder;
        for (std::int64_t row = 0; row < rows; ++row)
            if (!builder.Append(row).ok())
                return {};
        Batch batch;
        const std::shared_ptr<arrow::Array> numbers = builder.Finish().ValueOrDie();
        batch.columns = arrow::RecordBatch::Make(arrow::schema({arrow::field("n", arrow::int64())}),
                                                 rows, {numbers});
        batch.eventTimes = std::static_pointer_cast<arrow::Int64Array>(numbers);
        batch.raw = std::make_shared<RawRecords>();
        return batch;
    }

private slots:
    void initTestCase() { initializeColumns(); }
    void theNewestRowsAreKeptAndNothingElseOfTheirBatch()
    {
        EdgeTap tap;
        Batch batch = batchOf(1000);
        const std::weak_ptr<const RawRecords> records = batch.raw;
        const std::weak_ptr<arrow::ArrayData> column = batch.columns->column_data(0);
        tap.offer(batch);
        batch = {};
        QVERIFY(records.expired());
        QVERIFY(column.expired());
        const auto samples = tap.samples();
        QCOMPARE(samples.size(), std::size_t(1));
        const Batch& kept = samples.front().batch;
        QCOMPARE(kept.rows(), std::int64_t(16));
        QCOMPARE(kept.eventTime(0).us, std::int64_t(984));
        QCOMPARE(static_cast<const arrow::Int64Array&>(*kept.columns->column(0)).Value(15),
                 std::int64_t(999));
    }
    void aFewRowsAreKeptWhole()
    {
        EdgeTap tap;
        tap.offer(batchOf(3));
        QCOMPARE(tap.samples().front().batch.rows(), std::int64_t(3));
        tap.offer(batchOf(3)); // within 100 ms
        QCOMPARE(tap.samples().size(), std::size_t(1));
    }
};

} // namespace sluice::runtime

SLUICE_TEST(sluice::runtime::EdgeTapTest)
#include "edge_tap_test.moc"
