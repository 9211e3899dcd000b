// SPDX-License-Identifier: Apache-2.0
#include "engine/operators/deduplicate.h"

#include "tests/engine/operators/operator_harness.h"
#include "tests/support/test_main.h"

namespace sluice::operators {

using test::OperatorHarness;

class DeduplicateTest : public QObject
{
    Q_OBJECT

    static std::string row(const char* key, int seconds)
    {
        return "{\"k\":\"" + std::string(key) + "\",\"t\":" + std::to_string(seconds * 1000) + "}";
    }

private slots:
    void theFirstOfAKeyPassesUntilItsHorizonIsOver()
    {
        OperatorHarness h(Deduplicate::kind(), "{keys: [k], within: 10s}",
                          "{k: string, t: timestamp(ms)}");
        QVERIFY2(h.start(), h.diagnostics.text().c_str());
        QVERIFY(h.feed({row("a", 100), row("b", 100), row("a", 105), row("a", 111)}));
        QCOMPARE(h.context.rows.size(), std::size_t(3));
        QCOMPARE(h.context.counted(Verdict::Duplicate), std::uint64_t(1));
    }
    void whatWasSeenSurvivesARestart_data()
    {
        QTest::addColumn<int>("kind");
        QTest::newRow("whole") << int(flow::SaveKind::Whole);
        QTest::newRow("changes") << int(flow::SaveKind::Changes);
    }
    void whatWasSeenSurvivesARestart()
    {
        QFETCH(int, kind);
        OperatorHarness h(Deduplicate::kind(), "{keys: [k], within: 10s}",
                          "{k: string, t: timestamp(ms)}");
        QVERIFY2(h.start(), h.diagnostics.text().c_str());
        QVERIFY(h.feed({row("a", 100)}));
        QVERIFY(h.saveAndRestart(flow::SaveKind::Whole));
        QVERIFY(h.feed({row("b", 101)}));
        QVERIFY(h.saveAndRestart(flow::SaveKind(kind)));
        QVERIFY(h.feed({row("a", 102), row("b", 103), row("c", 104)}));
        QCOMPARE(h.context.rows.size(), std::size_t(3)); // a, b, c once each
        QCOMPARE(h.context.counted(Verdict::Duplicate), std::uint64_t(2));
    }
    void withoutEventTimeItIsRefused()
    {
        OperatorHarness h(Deduplicate::kind(), "{keys: [k]}", "{k: string}");
        QVERIFY(!h.start());
        QVERIFY(h.diagnostics.text().find("event time") != std::string::npos);
    }
};

} // namespace sluice::operators

SLUICE_TEST(sluice::operators::DeduplicateTest)
#include "deduplicate_test.moc"
