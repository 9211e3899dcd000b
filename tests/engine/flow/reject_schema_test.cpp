// SPDX-License-Identifier: Apache-2.0
#include "engine/flow/reject_schema.h"

#include "tests/support/test_main.h"

#include <arrow/scalar.h>

namespace sluice::flow {

class RejectSchemaTest : public QObject
{
    Q_OBJECT

private slots:
    void aRejectedRowKeepsItsBytesPositionAndReason()
    {
        auto raw = std::make_shared<RawRecords>();
        raw->source = std::make_shared<const std::string>("orders_raw");
        raw->partition = std::make_shared<const std::string>("3");
        raw->bytes = std::make_shared<arrow::Buffer>("{\"a\":1}{\"a\":2}");
        raw->offsets = {0, 7};
        raw->lengths = {7, 7};
        raw->positions = {88, 89};
        raw->ingestTimeUs = 5;
        RejectBuilder builder("checked", 4);
        builder.addRecord(*raw, 1, Verdict::DeadLetter, {.message = "broken"});
        Batch batch;
        batch.raw = raw;
        builder.addRow(batch, 0, Verdict::Quarantined,
                       {.rule = "r7", .message = "a is 1", .values = "{\"a\":1}"});
        QCOMPARE(builder.rows(), std::int64_t(2));
        const Batch out = builder.finish();
        QVERIFY(out.columns->ValidateFull().ok());
        QVERIFY(out.columns->schema()->Equals(*rejectSchema()));
        const auto text = [&](const char* column, int row) {
            return out.columns->GetColumnByName(column)->GetScalar(row).ValueOrDie()->ToString();
        };
        QCOMPARE(text("event_id", 0), std::string("3:89"));
        QCOMPARE(text("position", 1), std::string("88"));
        QCOMPARE(text("verdict", 0), std::string("dead_letter"));
        QCOMPARE(text("rule", 0), std::string("null"));
        QCOMPARE(text("pipeline_version", 1), std::string("4"));
        QCOMPARE(text("rule", 1), std::string("r7"));
        const auto& data
            = static_cast<const arrow::BinaryArray&>(*out.columns->GetColumnByName("data"));
        QCOMPARE(data.GetView(0), std::string_view("{\"a\":2}"));
        QCOMPARE(text("attempt", 1), std::string("1"));
        QCOMPARE(text("replay_id", 1), std::string("null"));
        QCOMPARE(builder.rows(), std::int64_t(0));
        raw->replay = std::make_shared<const Replay>(Replay{"r1", "checked", 3});
        builder.addRecord(*raw, 0, Verdict::DeadLetter, {.message = "broken"});
        const Batch again = builder.finish();
        QCOMPARE(again.columns->GetColumnByName("attempt")->GetScalar(0).ValueOrDie()->ToString(),
                 std::string("3"));
        QCOMPARE(again.columns->GetColumnByName("replay_id")->GetScalar(0).ValueOrDie()->ToString(),
                 std::string("r1"));
    }
};

} // namespace sluice::flow

SLUICE_TEST(sluice::flow::RejectSchemaTest)
#include "reject_schema_test.moc"
