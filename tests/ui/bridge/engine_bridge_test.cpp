// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/bridge/engine_bridge.h"

#include "tests/support/fake_engine.h"
#include "tests/support/test_main.h"

#include <QSignalSpy>

namespace sluice::ui {

class EngineBridgeTest : public QObject
{
    Q_OBJECT

private slots:
    void aSnapshotIsTold_OnceAGeneration()
    {
        test::FakeEngine engine;
        EngineBridge bridge(engine);
        QSignalSpy spy(&bridge, &EngineBridge::snapshotChanged);
        bridge.tick();
        QCOMPARE(spy.count(), 0);
        engine.publish(test::plantSnapshot());
        bridge.tick();
        bridge.tick();
        QCOMPARE(spy.count(), 1);
        QCOMPARE(bridge.snapshot()->pipelines.size(), std::size_t(1));
    }
    void answersGoToWhoAskedUnlessItIsGone()
    {
        test::FakeEngine engine;
        EngineBridge bridge(engine);
        int first = 0, second = 0;
        auto* gone = new QObject;
        bridge.ask(api::TableListQuery{}, this, [&](const api::AnswerBody&) { ++first; });
        bridge.ask(api::TableListQuery{}, gone, [&](const api::AnswerBody&) { ++second; });
        delete gone;
        engine.answers = {{1, api::TableListAnswer{}},
                          {2, api::TableListAnswer{}},
                          {99, api::TableListAnswer{}}};
        bridge.tick();
        QCOMPARE(first, 1);
        QCOMPARE(second, 0);
    }
    void aConnectionTestAnswersSeveralTimes()
    {
        test::FakeEngine engine;
        EngineBridge bridge(engine);
        int count = 0;
        bridge.ask(api::ConnectionTestQuery{}, this, [&](const api::AnswerBody&) { ++count; });
        engine.answers = {{1, api::ConnectionTestAnswer{.steps = {}, .isDone = false}},
                          {1, api::ConnectionTestAnswer{.steps = {}, .isDone = true}},
                          {1, api::ConnectionTestAnswer{}}};
        bridge.tick();
        QCOMPARE(count, 2);
    }
    void outcomesAreTold()
    {
        test::FakeEngine engine;
        EngineBridge bridge(engine);
        QSignalSpy spy(&bridge, &EngineBridge::outcomeArrived);
        bool isRefused = false;
        bridge.submit(api::StartPipeline{"orders"}, this,
                      [&](const api::Outcome& outcome) { isRefused = outcome.error.has_value(); });
        engine.outcomes = {{1,
                            {},
                            Error{.code = ErrorCode::NotFound,
                                  .message = "no such pipeline",
                                  .object = "orders",
                                  .hint = {},
                                  .cause = {}}}};
        bridge.tick();
        QVERIFY(isRefused);
        QCOMPARE(spy.count(), 1);
        QVERIFY(spy[0][1].toBool());
        QVERIFY(spy[0][0].toString().contains(QStringLiteral("no such pipeline")));
    }
};

} // namespace sluice::ui

SLUICE_TEST(sluice::ui::EngineBridgeTest)
#include "engine_bridge_test.moc"
