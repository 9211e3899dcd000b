// SPDX-License-Identifier: Apache-2.0
#include "engine/operators/derive.h"

#include "tests/engine/operators/operator_harness.h"
#include "tests/support/test_main.h"

namespace sluice::operators {

using test::OperatorHarness;

class DeriveTest : public QObject
{
    Q_OBJECT

private slots:
    void laterColumnsSeeEarlierOnesAndNamesAreReplaced()
    {
        OperatorHarness h(Derive::kind(), "{columns: {c: a + 1, d: c * 10, a: a * 100}}",
                          "{a: long}");
        QVERIFY2(h.start(), h.diagnostics.text().c_str());
        QVERIFY(h.feed({"{\"a\":1}", "{\"a\":null}"}));
        QCOMPARE(h.takeRows(),
                 std::string("{\"a\":100,\"c\":2,\"d\":20}\n{\"a\":null,\"c\":null,\"d\":null}\n"));
    }
    void onlyWhatIsReadIsNeeded()
    {
        OperatorHarness h(Derive::kind(), "{columns: {c: a + 1, d: c + b}}",
                          "{a: long, b: long, z: long}");
        QVERIFY2(h.start(), h.diagnostics.text().c_str());
        QVERIFY((h.bound.neededInput({"d"}) == flow::ColumnSet{"a", "b"}));
        QVERIFY((h.bound.neededInput({"z"}) == flow::ColumnSet{"z"}));
    }
    void badRowsAreDeadLettersAndOthersGoOn()
    {
        OperatorHarness h(Derive::kind(), "{columns: {n: CAST(s AS BIGINT)}}", "{s: string}");
        QVERIFY2(h.start(), h.diagnostics.text().c_str());
        QVERIFY(h.feed({"{\"s\":\"1\"}", "{\"s\":\"one\"}", "{\"s\":\"3\"}"}));
        QCOMPARE(h.takeRows(), std::string("{\"s\":\"1\",\"n\":1}\n{\"s\":\"3\",\"n\":3}\n"));
        QCOMPARE(h.context.counted(Verdict::DeadLetter), std::uint64_t(1));
    }
};

} // namespace sluice::operators

SLUICE_TEST(sluice::operators::DeriveTest)
#include "derive_test.moc"
