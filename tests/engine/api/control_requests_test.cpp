// SPDX-License-Identifier: Apache-2.0
#include "engine/api/control_requests.h"

#include "engine/api/control.h"
#include "tests/support/test_main.h"

namespace sluice::api {

class ControlRequestsTest : public QObject
{
    Q_OBJECT

private slots:
    void aReplayComesOverAsItWasAsked()
    {
        const ReplayPipeline asked{.pipeline = "orders",
                                   .from = ReplayOrigin::Source,
                                   .bounds = {.fromTime = "7d",
                                              .untilTime = "2026-01-31 10:00",
                                              .fromOffset = "0=17,in/\"a\".jsonl=3",
                                              .untilOffset = "0=18"},
                                   .closesWindows = true,
                                   .key = "12-34"};
        const Result<Command> command = commandOf(requestOf(asked));
        QVERIFY(command);
        const auto& came = std::get<ReplayPipeline>(*command);
        QCOMPARE(came.pipeline, asked.pipeline);
        QVERIFY(came.from == asked.from);
        QVERIFY(came.bounds == asked.bounds);
        QVERIFY(came.closesWindows);
        QCOMPARE(came.key, asked.key);
    }
    void whatIsNotSaidIsBronzeAndAllOfIt()
    {
        const Result<Command> command = commandOf(R"({"command":"replay","pipeline":"orders"})");
        QVERIFY(command);
        const auto& came = std::get<ReplayPipeline>(*command);
        QVERIFY(came.from == ReplayOrigin::Bronze);
        QVERIFY(came.bounds == ReplayBounds{});
        QVERIFY(!came.closesWindows && came.key.empty());
    }
    void whatIsNotUnderstoodIsRefused()
    {
        const Result<Command> command
            = commandOf(R"({"command":"replay","pipeline":"orders","from":"memory"})");
        QVERIFY(!command);
        QVERIFY(command.error().text().find("a replay from \"memory\"") != std::string::npos);
    }
    void anOrderIsGivenUpByItsKey()
    {
        const Result<Command> command
            = commandOf(R"({"command":"cancel_shadow","pipeline":"orders","key":"12-34"})");
        QVERIFY(command);
        QCOMPARE(std::get<CancelShadow>(*command).key, std::string("12-34"));
        const Result<Command> replay = commandOf(requestOf(
            ReplayRejects{.filter = {.pipeline = "orders"}, .path = {}, .id = {}, .key = "5-6"}));
        QVERIFY(replay);
        QCOMPARE(std::get<ReplayRejects>(*replay).key, std::string("5-6"));
        const Result<Command> given
            = commandOf(R"({"command":"cancel_replay","pipeline":"orders","key":"5-6"})");
        QVERIFY(given);
        QCOMPARE(std::get<CancelReplay>(*given).key, std::string("5-6"));
    }
};

} // namespace sluice::api

SLUICE_TEST(sluice::api::ControlRequestsTest)
#include "control_requests_test.moc"
