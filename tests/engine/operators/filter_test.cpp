// SPDX-License-Identifier: Apache-2.0
#include "engine/operators/filter.h"

#include "tests/engine/operators/operator_harness.h"
#include "tests/support/test_main.h"

namespace sluice::operators {

using test::OperatorHarness;

class FilterTest : public QObject
{
    Q_OBJECT

private slots:
    void onlyTruePasses()
    {
        OperatorHarness h(Filter::kind(), "{where: a > 1}", "{a: long, b: string}");
        QVERIFY2(h.start(), h.diagnostics.text().c_str());
        QVERIFY(h.feed({"{\"a\":1}", "{\"a\":2,\"b\":\"x\"}", "{\"b\":\"y\"}", "{\"a\":3}"}));
        QCOMPARE(h.takeRows(), std::string("{\"a\":2,\"b\":\"x\"}\n{\"a\":3,\"b\":null}\n"));
        QCOMPARE(h.context.counted(Verdict::Filtered), std::uint64_t(2));
        QCOMPARE(h.context.batches[0].rawRow(0), std::uint32_t(1)); // rows still know their records
    }
    void aRowThatCannotBeComputedIsADeadLetter()
    {
        OperatorHarness h(Filter::kind(), "{where: CAST(b AS INTEGER) > 1}", "{b: string}");
        QVERIFY2(h.start(), h.diagnostics.text().c_str());
        QVERIFY(h.feed({"{\"b\":\"5\"}", "{\"b\":\"x\"}", "{\"b\":\"1\"}"}));
        QCOMPARE(h.takeRows(), std::string("{\"b\":\"5\"}\n"));
        QCOMPARE(h.context.rejects.size(), std::size_t(1));
        QCOMPARE(h.context.rejects[0].data, std::string("{\"b\":\"x\"}"));
    }
    void wrongConditionsAreFound_data()
    {
        QTest::addColumn<QString>("where");
        QTest::addColumn<QString>("finding");
        QTest::newRow("column") << "amuont > 1"
                                << "did you mean \"amount\"";
        QTest::newRow("type") << "amount"
                              << "boolean";
        QTest::newRow("syntax") << "amount >"
                                << "op.where";
    }
    void wrongConditionsAreFound()
    {
        QFETCH(QString, where);
        QFETCH(QString, finding);
        OperatorHarness h(Filter::kind(), "{where: '" + where.toStdString() + "'}",
                          "{amount: long}");
        QVERIFY(!h.start());
        QVERIFY2(h.diagnostics.text().find(finding.toStdString()) != std::string::npos,
                 h.diagnostics.text().c_str());
    }
};

} // namespace sluice::operators

SLUICE_TEST(sluice::operators::FilterTest)
#include "filter_test.moc"
