// SPDX-License-Identifier: Apache-2.0
#include "engine/columns/batch.h"

#include "engine/columns/types.h"
#include "tests/support/test_main.h"

#include <arrow/array/concatenate.h>
#include <arrow/builder.h>
#include <arrow/compute/api_vector.h>
#include <arrow/json/from_string.h>

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
    void arrowTakesTheAllocatorThatKeepsMemory()
    {
        const QByteArray chosen = qgetenv("ARROW_DEFAULT_MEMORY_POOL"); // by who runs the tests
        initializeColumns();
        QCOMPARE(arrow::default_memory_pool()->backend_name(),
                 chosen.isEmpty() ? std::string("jemalloc") : chosen.toStdString());
    }

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
    void fewMissingRowsAreTakenAsRuns()
    {
        std::vector<std::string> texts;
        std::vector<std::int64_t> times;
        std::vector<std::uint32_t> kept;
        for (std::uint32_t i = 0; i < 1000; ++i) {
            texts.push_back("row " + std::to_string(i));
            times.push_back(i * 10);
            if (i != 0 && i != 500)
                kept.push_back(i);
        }
        Batch batch;
        batch.columns
            = arrow::RecordBatch::Make(arrow::schema({arrow::field("s", arrow::utf8())}), 1000,
                                       {arrayOf<arrow::StringBuilder, std::string>(texts)});
        batch.eventTimes = std::static_pointer_cast<arrow::Int64Array>(
            arrayOf<arrow::Int64Builder, std::int64_t>(times));
        batch.raw = std::make_shared<RawRecords>();
        const Batch taken = takeRows(batch, kept).ValueOrDie();
        QVERIFY(taken.columns->ValidateFull().ok());
        QCOMPARE(taken.rows(), std::int64_t(998));
        const auto& column = static_cast<const arrow::StringArray&>(*taken.columns->column(0));
        for (const auto& [row, was] :
             std::vector<std::pair<int, int>>{{0, 1}, {498, 499}, {499, 501}, {997, 999}}) {
            QCOMPARE(column.GetString(row), "row " + std::to_string(was));
            QCOMPARE(taken.eventTime(row).us, std::int64_t(was) * 10);
            QCOMPARE(taken.rawRow(row), std::uint32_t(was));
        }
    }
    // Columns that are copied run by run and those that are not, with nulls, in a slice.
    void everyTypeIsTakenAsRuns_data()
    {
        QTest::addColumn<QString>("type");
        QTest::addColumn<QString>("four");
        QTest::newRow("numbers") << "long"
                                 << "[1, null, -3, 4]";
        QTest::newRow("decimals") << "decimal(12,2)"
                                  << "[\"0.05\", null, \"-7.10\", \"1.00\"]";
        QTest::newRow("truths") << "boolean"
                                << "[true, false, null, true]";
        QTest::newRow("texts") << "string"
                               << "[\"\", null, \"abc\", \"\u00e9\"]";
        QTest::newRow("lists") << "list<long>"
                               << "[[1, 2], [], null, [3]]";
    }
    void everyTypeIsTakenAsRuns()
    {
        QFETCH(QString, type);
        QFETCH(QString, four);
        const auto values
            = *arrow::json::ArrayFromJSONString(*parseType(type.toStdString()), four.toStdString());
        const auto many
            = arrow::Concatenate(arrow::ArrayVector(300, values)).ValueOrDie()->Slice(3);
        std::vector<std::uint32_t> kept;
        std::vector<std::int64_t> places;
        for (std::uint32_t i = 0; i < many->length(); ++i)
            if (i % 400 != 7) {
                kept.push_back(i);
                places.push_back(i);
            }
        Batch batch;
        batch.columns = arrow::RecordBatch::Make(arrow::schema({arrow::field("c", many->type())}),
                                                 many->length(), {many});
        const auto taken = takeRows(batch, kept).ValueOrDie().columns->column(0);
        QVERIFY(taken->ValidateFull().ok());
        const arrow::Int64Array indices(std::int64_t(places.size()), arrow::Buffer::Wrap(places));
        QVERIFY(taken->Equals(*arrow::compute::Take(*many, indices)));
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
