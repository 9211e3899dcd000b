// SPDX-License-Identifier: Apache-2.0
#include "engine/connectors/blackhole_sink.h"

#include "tests/support/collecting_context.h"
#include "tests/support/test_main.h"

#include <arrow/builder.h>

namespace sluice::connectors {

class BlackholeSinkTest : public QObject
{
    Q_OBJECT

private slots:
    void itCountsRowsAndBytesOfEachEpochAndCommitsAnyTimes()
    {
        arrow::Int64Builder builder;
        QVERIFY(builder.AppendValues({1, 2, 3}).ok());
        Batch batch;
        batch.columns
            = arrow::RecordBatch::Make(arrow::schema({arrow::field("n", arrow::int64(), false)}), 3,
                                       {*builder.Finish()});
        BlackholeSink sink;
        QVERIFY(sink.open());
        test::CollectingContext context;
        QVERIFY(sink.write(batch, context));
        QVERIFY(sink.write(batch, context));
        const auto sealed = sink.seal(5);
        QVERIFY(sealed);
        QCOMPARE(sealed->epoch, flow::Epoch(5));
        QCOMPARE(sealed->rows, std::int64_t(6));
        QCOMPARE(sealed->bytes, std::int64_t(48));
        QVERIFY(sink.makeDurable(*sealed) && sink.commit(*sealed) && sink.commit(*sealed));
        QCOMPARE(sink.seal(6)->rows, std::int64_t(0));
    }
};

} // namespace sluice::connectors

SLUICE_TEST(sluice::connectors::BlackholeSinkTest)
#include "blackhole_sink_test.moc"
