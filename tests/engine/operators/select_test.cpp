// SPDX-License-Identifier: Apache-2.0
#include "engine/operators/select.h"

#include "tests/engine/operators/operator_harness.h"
#include "tests/support/test_main.h"

namespace sluice::operators {

using test::OperatorHarness;

class SelectTest : public QObject
{
    Q_OBJECT

private slots:
    void columnsAreKeptInTheOrderGivenAndRenamed()
    {
        OperatorHarness h(Select::kind(), "{columns: [c, a], rename: {z: b}}",
                          "{a: long, b: long, c: long}");
        QVERIFY2(h.start(), h.diagnostics.text().c_str());
        QVERIFY(h.feed({"{\"a\":1,\"b\":2,\"c\":3}"}));
        QCOMPARE(h.takeRows(), std::string("{\"c\":3,\"a\":1,\"z\":2}\n"));
        QVERIFY((h.bound.neededInput({"z"}) == flow::ColumnSet{"b"}));
    }
    void unknownAndDoubleNamesAreFoundTogether()
    {
        OperatorHarness h(Select::kind(), "{columns: [amuont, b, b]}", "{amount: long, b: long}");
        QVERIFY(!h.start());
        const std::string text = h.diagnostics.text();
        QVERIFY2(text.find("did you mean \"amount\"") != std::string::npos
                     && text.find("stands twice") != std::string::npos,
                 text.c_str());
    }
};

} // namespace sluice::operators

SLUICE_TEST(sluice::operators::SelectTest)
#include "select_test.moc"
