// SPDX-License-Identifier: Apache-2.0
#include "engine/operators/expect.h"

#include "tests/engine/operators/operator_harness.h"
#include "tests/support/test_main.h"

namespace sluice::operators {

using test::OperatorHarness;

class ExpectTest : public QObject
{
    Q_OBJECT

private slots:
    void theStrictestBrokenRuleDecides()
    {
        OperatorHarness h(
            Expect::kind(),
            "{rules: [{name: r_warn, check: a < 100}, {name: r_drop, check: a < 10, on_fail: drop},"
            " {name: r_quarantine, check: a <> 50, on_fail: quarantine}]}",
            "{a: long}");
        QVERIFY2(h.start(), h.diagnostics.text().c_str());
        QVERIFY(h.feed({"{\"a\":1}", "{\"a\":20}", "{\"a\":50}", "{\"a\":200}"}));
        QCOMPARE(h.takeRows(), std::string("{\"a\":1}\n"));
        QCOMPARE(h.context.counted(Verdict::Dropped), std::uint64_t(2));
        QCOMPARE(h.context.rejects.size(), std::size_t(1));
        QCOMPARE(h.context.rejects[0].verdict, Verdict::Quarantined);
        QCOMPARE(h.context.rejects[0].rule, std::string("r_quarantine"));
        QCOMPARE(h.context.rejects[0].reason, std::string("not true: a <> 50"));
        const std::vector<std::uint64_t> failed{1, 3, 1};
        for (std::size_t i = 0; i < 3; ++i) {
            QCOMPARE(h.counters[i]->failed.load(), failed[i]);
            QCOMPARE(h.counters[i]->passed.load(), 4 - failed[i]);
        }
    }
    void anUnknownAnswerFailsUnlessTheRuleSaysOtherwise()
    {
        OperatorHarness h(Expect::kind(),
                          "{rules: [{name: one, check: a > 0}, {name: two, check: a > 0, nulls: "
                          "pass, on_fail: drop}]}",
                          "{a: long}");
        QVERIFY2(h.start(), h.diagnostics.text().c_str());
        QVERIFY(h.feed({"{}"}));
        QCOMPARE(h.takeRows(), std::string("{\"a\":null}\n"));
        QCOMPARE(h.counters[0]->failed.load(), std::uint64_t(1));
        QCOMPARE(h.counters[1]->passed.load(), std::uint64_t(1));
    }
    void failStopsAndNamesRuleAndValues()
    {
        OperatorHarness h(Expect::kind(),
                          "{rules: [{name: positive, check: a > 0, on_fail: fail}]}", "{a: long}");
        QVERIFY2(h.start(), h.diagnostics.text().c_str());
        const Status stopped = h.feed({"{\"a\":-3}"});
        QVERIFY(!stopped);
        QVERIFY2(stopped.error().text().find("positive (a > 0): {\"a\":-3}") != std::string::npos,
                 stopped.error().text().c_str());
    }
};

} // namespace sluice::operators

SLUICE_TEST(sluice::operators::ExpectTest)
#include "expect_test.moc"
