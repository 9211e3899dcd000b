// SPDX-License-Identifier: Apache-2.0
#include "engine/connectors/kafka_source.h"

#include "engine/connectors/mock_cluster.h"
#include "tests/engine/connectors/bound_source.h"
#include "tests/engine/connectors/fixed_connections.h"
#include "tests/support/collecting_context.h"
#include "tests/support/test_main.h"
#include "tests/support/wait_for.h"

#include <algorithm>
#include <functional>

namespace sluice::connectors {

using test::BoundSource;
using test::CollectingContext;
using test::FixedConnections;

class KafkaSourceTest : public QObject
{
    Q_OBJECT

    std::unique_ptr<MockCluster> m_cluster;
    std::unique_ptr<TopicFeeder> m_feeder;
    std::unique_ptr<FixedConnections> m_connections;

    BoundSource bind(const std::string& yaml) const
    {
        return {KafkaSource::kind(), yaml, {}, m_connections.get()};
    }
    void send(int from, int count, int partition)
    {
        for (int i = from; i < from + count; ++i)
            QVERIFY(m_feeder->send("orders", {},
                                   "{\"n\":" + std::to_string(i)
                                       + ",\"t\":" + std::to_string(i * 1000) + "}",
                                   partition));
        QVERIFY(m_feeder->flush(10'000));
    }
    static bool pollUntil(flow::Source& source, CollectingContext& context,
                          const std::function<bool()>& isDone)
    {
        return test::waitFor([&] {
            const auto outcome = source.poll({}, context);
            if (!outcome)
                qWarning("%s", outcome.error().text().c_str());
            return isDone();
        });
    }

private slots:
    void init()
    {
        m_cluster = std::move(*MockCluster::start());
        QVERIFY(m_cluster->createTopic("orders", 2));
        m_feeder = std::move(*TopicFeeder::connect(m_cluster->connection("mock")));
        m_connections = std::make_unique<FixedConnections>(m_cluster->connection("mock"));
    }
    void allPartitionsAreReadAndThePositionResumes()
    {
        send(0, 50, 0);
        send(50, 50, 1);
        const auto bound = bind("{connection: mock, topic: orders, schema: {n: long, t: "
                                "timestamp(ms)}, event_time: {column: t}}");
        QVERIFY2(!bound.diagnostics.hasErrors(), bound.diagnostics.text().c_str());
        CollectingContext context;
        auto source = bound.make();
        QVERIFY(source->open(std::nullopt));
        QVERIFY(pollUntil(*source, context, [&] { return context.rows.size() == 100; }));
        QVERIFY(context.rejects.empty());
        QCOMPARE(context.watermark().us, std::int64_t(49'000'000 - 1000)); // the slower partition's
        const std::string position = source->position();
        source.reset();
        send(100, 10, 0);
        source = bound.make();
        QVERIFY(source->open(position));
        QVERIFY(pollUntil(*source, context, [&] { return context.rows.size() == 110; }));
        std::sort(context.rows.begin(), context.rows.end());
        QVERIFY(std::adjacent_find(context.rows.begin(), context.rows.end())
                == context.rows.end()); // nothing twice
    }
    // Partition 0 is an hour long, partition 1 has ten minutes of it. n is the minute.
    void aPartitionThatIsAheadWaits()
    {
        const auto minutes = [&](int from, int to, int partition) {
            for (int minute = from; minute < to; ++minute)
                QVERIFY(m_feeder->send("orders", {},
                                       "{\"n\":" + std::to_string(minute)
                                           + ",\"t\":" + std::to_string(minute * 60'000) + "}",
                                       partition));
            QVERIFY(m_feeder->flush(10'000));
        };
        minutes(0, 60, 0);
        minutes(0, 10, 1);
        const auto bound = bind("{connection: mock, topic: orders, schema: {n: long, t: "
                                "timestamp(ms)}, event_time: {column: t, max_drift: 5m, "
                                "idle_after: 10s, max_future: 1d}}");
        QVERIFY2(!bound.diagnostics.hasErrors(), bound.diagnostics.text().c_str());
        ManualClock clock({0});
        clock.advance(std::chrono::seconds(1));
        CollectingContext context(clock);
        const auto pollUntil = [&](flow::Source& source, const auto& isDone) {
            return test::waitFor([&] { return source.poll({.rows = 2}, context) && isDone(); });
        };
        const auto count = [&](int from, int to) { // rows of these minutes
            return std::ranges::count_if(context.rows, [&](const std::string& row) {
                const int n = std::atoi(row.c_str() + std::string("{\"n\":").size());
                return n >= from && n < to;
            });
        };
        auto source = bound.make();
        QVERIFY(source->open(std::nullopt));
        // All of partition 1, of the other as much as the drift and a poll allow.
        QVERIFY(pollUntil(*source, [&] {
            return count(0, 10) == 20 && context.counters().alignmentWaits == 1;
        }));
        QVERIFY(count(10, 60) >= 5);
        QVERIFY(count(10, 60) <= 5 + 2);
        const std::string position = source->position();
        source = bound.make();
        QVERIFY(source->open(position));
        minutes(10, 11, 1);
        const auto before = count(11, 60);
        QVERIFY(pollUntil(*source, [&] { return count(10, 11) == 2; }));
        QVERIFY(count(11, 60) <= before + 2);
        // Partition 1 has nothing more: when it is idle, the other one is read to its end.
        QVERIFY(pollUntil(*source, [&] {
            clock.advance(std::chrono::seconds(6));
            return count(0, 60) == 71;
        }));
        QCOMPARE(context.counters().alignmentWaits.load(), std::int64_t(0));
    }
    // The library tells an end once; one that came with the rows before it was forgotten over them.
    void anEndThatComesWithTheLastRowsCounts()
    {
        send(0, 10, 0);
        send(10, 10, 1);
        const auto bound = bind("{connection: mock, topic: orders, schema: {n: long, t: "
                                "timestamp(ms)}, event_time: {column: t, idle_after: 10s}}");
        ManualClock clock({0});
        clock.advance(std::chrono::hours(1));
        CollectingContext context(clock);
        const auto source = bound.make();
        QVERIFY(source->open(std::nullopt));
        std::size_t fetches = m_cluster->fetches();
        QVERIFY(test::waitFor([&] { // both have been asked for more than what they have
            fetches += m_cluster->fetches();
            return source->poll({.rows = 0}, context) && fetches >= 10;
        }));
        QVERIFY(pollUntil(*source, context, [&] { return context.rows.size() == 20; }));
        QVERIFY(!context.isIdle);
        QVERIFY(pollUntil(*source, context, [&] {
            clock.advance(std::chrono::seconds(11));
            return context.isIdle;
        }));
    }
    // Partition 1 has nothing new after the restart, and is read to its end long before the time
    // after which it counts as idle.
    void aPartitionThatIsSilentAfterARestartHoldsTheWatermark() // FLINK-32828
    {
        send(0, 50, 0);
        send(50, 10, 1);
        const auto bound = bind("{connection: mock, topic: orders, schema: {n: long, t: "
                                "timestamp(ms)}, event_time: {column: t, idle_after: 1m}}");
        QVERIFY2(!bound.diagnostics.hasErrors(), bound.diagnostics.text().c_str());
        std::string position;
        {
            CollectingContext before;
            const auto source = bound.make();
            QVERIFY(source->open(std::nullopt));
            QVERIFY(pollUntil(*source, before, [&] { return before.rows.size() == 60; }));
            position = source->position();
        }
        CollectingContext after;
        const auto source = bound.make();
        QVERIFY(source->open(position));
        for (const int round : {1, 2, 3, 4}) { // fetches between them that find partition 1 empty
            send(round * 1000, 10, 0);
            const auto wanted = std::size_t(round) * 10;
            QVERIFY(pollUntil(*source, after, [&] { return after.rows.size() == wanted; }));
        }
        QCOMPARE(after.watermark().us, std::int64_t(59'000'000 - 1000));
    }
    void aPartitionThatNeverHadARowHoldsTheWatermark() // FLINK-32828
    {
        send(0, 10, 0);
        const auto bound = bind("{connection: mock, topic: orders, schema: {n: long, t: "
                                "timestamp(ms)}, event_time: {column: t}}");
        std::string position;
        for (const int life : {1, 2}) {
            CollectingContext context;
            const auto source = bound.make();
            QVERIFY(source->open(life == 1 ? std::nullopt : std::optional(position)));
            QVERIFY(pollUntil(*source, context, [&] { return context.rows.size() == 10; }));
            QVERIFY(context.watermark() == EventTime::min());
            position = source->position();
            send(life * 100, 10, 0);
        }
    }
    void aBrokerThatGoesAwayIsWaitedFor()
    {
        send(0, 5, 0);
        const auto source = bind("{connection: mock, topic: orders, schema: {n: long}}").make();
        QVERIFY(source->open(std::nullopt));
        CollectingContext context;
        QVERIFY(pollUntil(*source, context, [&] { return context.rows.size() == 5; }));
        m_cluster->setBrokerUp(1, false);
        QVERIFY(pollUntil(*source, context, [&] { return !source->trouble().empty(); }));
        QVERIFY2(source->trouble().find("connection mock") != std::string::npos,
                 source->trouble().c_str());
        m_cluster->setBrokerUp(1, true);
        send(5, 5, 0);
        QVERIFY(pollUntil(*source, context,
                          [&] { return context.rows.size() == 10 && source->trouble().empty(); }));
    }
    void aMissingTopicIsSaid()
    {
        const auto source
            = bind("{connection: mock, topic: nothing_here, schema: {n: long}}").make();
        QVERIFY(source->open(std::nullopt));
        CollectingContext context;
        // The mock makes topics that are asked for, so either it is said or it is there and empty.
        QVERIFY(pollUntil(*source, context, [&] {
            return source->trouble().find("nothing_here") != std::string::npos
                || source->position()
                == "{\"topic\":\"nothing_here\",\"offsets\":{},\"watermarks\":{}}";
        }));
        QVERIFY(context.rows.empty());
    }
    void anOffsetThatIsGoneStopsOrGoesOnAsAsked()
    {
        // As after a topic was made anew: the position is ahead of all that is there.
        const std::string position
            = "{\"topic\":\"orders\",\"offsets\":{\"0\":500},\"watermarks\":{}}";
        send(0, 5, 0);
        const auto strict = bind("{connection: mock, topic: orders, schema: {n: long}}").make();
        QVERIFY(strict->open(position));
        CollectingContext context;
        std::string failure;
        QVERIFY(test::waitFor([&] {
            const auto outcome = strict->poll({}, context);
            failure = outcome ? "" : outcome.error().text();
            return !failure.empty();
        }));
        QVERIFY2(failure.find("offset 500 of partition 0") != std::string::npos, failure.c_str());
        const auto lenient = bind("{connection: mock, topic: orders, on_offset_lost: earliest, "
                                  "schema: {n: long}}")
                                 .make();
        QVERIFY(lenient->open(position));
        QVERIFY(pollUntil(*lenient, context, [&] { return context.rows.size() == 5; }));
    }
    void offsetsOfAnotherTopicAreNotUsed()
    {
        send(0, 5, 0);
        const auto source = bind("{connection: mock, topic: orders, schema: {n: long}}").make();
        QVERIFY(source->open("{\"topic\":\"old\",\"offsets\":{\"0\":3},\"watermarks\":{}}"));
        CollectingContext context;
        QVERIFY(pollUntil(*source, context, [&] { return context.rows.size() == 5; }));
    }
    void anUnknownConnectionIsFoundInTheDocument()
    {
        const auto bound = bind("{connection: mok, topic: orders, schema: {n: long}}");
        QVERIFY(bound.diagnostics.text().find("did you mean \"mock\"") != std::string::npos);
    }
};

} // namespace sluice::connectors

SLUICE_TEST(sluice::connectors::KafkaSourceTest)
#include "kafka_source_test.moc"
