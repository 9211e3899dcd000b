// SPDX-License-Identifier: Apache-2.0
#include "engine/columns/batch.h"

#include "tests/support/test_main.h"

#include <arrow/builder.h>

namespace sluice {
namespace {

template <class Builder, class Value>
std::shared_ptr<arrow::Array> arrayOf(const std::vector<Value>& values)
{
    Builder builder;
    for (const Value& value : values) {
        if (!builder.Append(value).ok())
            return nullptr;
    }
    return builder.Finish().ValueOrDie();
}

Batch sample()
{
    Batch batch;
    batch.columns = arrow::RecordBatch::Make(arrow::schema({arrow::field("s", arrow::utf8())}), 4,
                                             {arrayOf<arrow::StringBuilder, std::string>(
                                                 {"a", "b", "c", "d"})});
    batch.eventTimes = std::static_pointer_cast<arrow::Int64Array>(
        arrayOf<arrow::Int64Builder, std::int64_t>({10, 20, 30, 40}));
    batch.raw = std::make_shared<RawRecords>();
    batch.rawRows = std::make_shared<const std::vector<std::uint32_t>>(
        std::vector<std::uint32_t>{0, 2, 3, 5});
    return batch;
}

} // namespace

class BatchTest : public QObject
{
    Q_OBJECT

private slots:
    void initTestCase() { initializeColumns(); }
    void filteredRowsKnowTheirRecord()
    {
        const auto keep = arrayOf<arrow::BooleanBuilder, bool>({true, false, false, true});
        const Batch kept
            = filterBatch(sample(), static_cast<const arrow::BooleanArray&>(*keep)).ValueOrDie();
        QCOMPARE(kept.rows(), std::int64_t(2));
        QCOMPARE(kept.eventTime(1).us, std::int64_t(40));
        QCOMPARE(kept.rawRow(1), 5U);
    }
    void keepingAllCopiesNothing()
    {
        const Batch batch = sample();
        const auto keep = arrayOf<arrow::BooleanBuilder, bool>({true, true, true, true});
        const Batch kept
            = filterBatch(batch, static_cast<const arrow::BooleanArray&>(*keep)).ValueOrDie();
        QVERIFY(kept.columns.get() == batch.columns.get());
    }
    void rowsMayRepeatAndChangeOrder()
    {
        const Batch taken = takeRows(sample(), {3, 0, 0}).ValueOrDie();
        const std::vector<std::string> expected{"d", "a", "a"};
        QVERIFY(
            taken.columns->column(0)->Equals(arrayOf<arrow::StringBuilder, std::string>(expected)));
        QCOMPARE(taken.rawRow(0), 5U);
        QCOMPARE(taken.eventTime(2).us, std::int64_t(10));
    }
};

} // namespace sluice

SLUICE_TEST(sluice::BatchTest)
#include "batch_test.moc"
