// SPDX-License-Identifier: Apache-2.0
#include "engine/operators/stream_join.h"

#include "tests/engine/operators/join_script.h"
#include "tests/support/test_main.h"

namespace sluice::operators {

using test::JoinRow;
using test::JoinScript;
using test::OperatorHarness;

class StreamJoinTest : public QObject
{
    Q_OBJECT

    static std::vector<std::string> expected(const JoinScript& script, std::int64_t timeToLive)
    {
        std::vector<std::string> out;
        for (const JoinRow& l : script.rows(0))
            for (const JoinRow& r : script.rows(1))
                if (l.k == r.k && l.k >= 0 && std::abs(l.t - r.t) <= timeToLive)
                    out.push_back("{\"k\":" + std::to_string(l.k) + ",\"a\":" + std::to_string(l.id)
                                  + ",\"b\":" + std::to_string(r.id) + "}");
        std::sort(out.begin(), out.end());
        return out;
    }

private slots:
    void everyPairComesOnce_data()
    {
        QTest::addColumn<int>("timeToLive");
        QTest::addColumn<int>("batchSize");
        for (const int timeToLive : {0, 12})
            for (const int size : {1, 7, 4096})
                QTest::addRow("%d s, %d rows a batch", timeToLive, size) << timeToLive << size;
    }
    void everyPairComesOnce()
    {
        QFETCH(int, timeToLive);
        QFETCH(int, batchSize);
        const JoinScript script = JoinScript::random(150, 20, 8, 5);
        const std::string option
            = timeToLive > 0 ? ", time_to_live: " + std::to_string(timeToLive) + "s}" : "}";
        OperatorHarness h(StreamJoin::kind(),
                          "{on: {k: k}, left_columns: [k, a], right_columns: [b]" + option,
                          "{k: long, a: long, t: timestamp(s)}", 2);
        h.setInput(1, "{k: long, b: long, t: timestamp(s)}");
        QVERIFY2(h.start(), h.diagnostics.text().c_str());
        QCOMPARE(script.play(h, {"a", "b"}, std::size_t(batchSize)),
                 expected(script, timeToLive > 0 ? timeToLive : INT64_MAX));
        QVERIFY(test::isConserved(h, script.rows(0).size() + script.rows(1).size()));
        QCOMPARE(h.context.counters().stateKeys.load() > 0, timeToLive == 0);
        const bool isWarned
            = h.diagnostics.text().find("the state grows without end") != std::string::npos;
        QCOMPARE(isWarned, timeToLive == 0);
    }
    void rowsWithoutEventTimeAreJoinedToo()
    {
        OperatorHarness h(StreamJoin::kind(), "{on: {k: k}, right_columns: [b], where: b > a}",
                          "{k: long, a: long}", 2);
        h.setInput(1, "{k: long, b: long}");
        QVERIFY2(h.start(), h.diagnostics.text().c_str());
        QVERIFY(!h.bound.output.hasEventTime);
        QVERIFY(h.feed({"{\"k\":1,\"a\":5}", "{\"k\":2,\"a\":5}"}, 0));
        QVERIFY(h.saveAndRestart(flow::SaveKind::Changes));
        QVERIFY(h.feed({"{\"k\":1,\"b\":5}", "{\"k\":2,\"b\":6}", "{\"k\":3,\"b\":6}"}, 1));
        QCOMPARE(h.takeRows(), std::string("{\"k\":2,\"a\":5,\"b\":6}\n"));
        QVERIFY(!h.context.batches.back().eventTimes);
    }
    void timeToLiveNeedsEventTime()
    {
        OperatorHarness h(StreamJoin::kind(), "{on: {k: k}, time_to_live: 1d, right_columns: []}",
                          "{k: long, a: long}", 2);
        QVERIFY(!h.start());
        QVERIFY(h.diagnostics.text().find("needs the event time") != std::string::npos);
    }
};

} // namespace sluice::operators

SLUICE_TEST(sluice::operators::StreamJoinTest)
#include "stream_join_test.moc"
