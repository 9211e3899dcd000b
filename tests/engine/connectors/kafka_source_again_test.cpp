// SPDX-License-Identifier: Apache-2.0
#include "engine/connectors/kafka_source.h"

#include "engine/connectors/mock_cluster.h"
#include "tests/engine/connectors/bound_source.h"
#include "tests/engine/connectors/fixed_connections.h"
#include "tests/support/collecting_context.h"
#include "tests/support/test_main.h"
#include "tests/support/wait_for.h"

#include <algorithm>

namespace sluice::connectors {

using flow::PollOutcome;
using test::BoundSource;
using test::CollectingContext;
using test::FixedConnections;

/// Reading again, against a topic of three partitions: 0 has records 0 .. 49, 1 has 100 .. 119, 2
/// has 200 .. 204; their offsets count from 0. The event time of a record is its number, in
/// seconds.
class KafkaSourceAgainTest : public QObject
{
    Q_OBJECT

    using Numbers = std::vector<int>;

    std::unique_ptr<MockCluster> m_cluster;
    std::unique_ptr<TopicFeeder> m_feeder;
    std::unique_ptr<FixedConnections> m_connections;

    std::unique_ptr<flow::Source> make(const std::string& options = {}) const
    {
        return BoundSource(KafkaSource::kind(),
                           "{connection: mock, topic: orders, schema: {n: long, t: timestamp(ms)}, "
                           "event_time: {column: t}"
                               + options + "}",
                           {}, m_connections.get())
            .make();
    }
    void send(int from, int to, int partition)
    {
        for (int i = from; i < to; ++i)
            QVERIFY(m_feeder->send("orders", {},
                                   "{\"n\":" + std::to_string(i)
                                       + ",\"t\":" + std::to_string(i * 1000) + "}",
                                   partition));
        QVERIFY(m_feeder->flush(10'000));
    }
    static std::string at(const std::string& offsets, const std::string& topic = "orders")
    {
        return "{\"topic\":\"" + topic + "\",\"offsets\":{" + offsets + "},\"watermarks\":{}}";
    }
    static PollOutcome pollUntil(flow::Source& source, CollectingContext& context,
                                 const std::function<bool(PollOutcome)>& isDone,
                                 std::size_t rows = 8192)
    {
        PollOutcome last = PollOutcome::More;
        const bool isInTime = test::waitFor([&] {
            const auto outcome = source.poll({.rows = rows}, context);
            if (!outcome)
                qFatal("%s", outcome.error().text().c_str());
            last = *outcome;
            return isDone(last);
        });
        if (!isInTime)
            qWarning("%s", source.trouble().c_str());
        return last;
    }
    static PollOutcome readToTheEnd(flow::Source& source, CollectingContext& context,
                                    std::size_t rows = 8192)
    {
        return pollUntil(
            source, context, [](PollOutcome outcome) { return outcome == PollOutcome::Finished; },
            rows);
    }
    static Numbers numbersOf(const CollectingContext& context)
    {
        Numbers out;
        for (const std::string& row : context.rows)
            out.push_back(std::atoi(row.c_str() + std::string("{\"n\":").size()));
        std::ranges::sort(out);
        return out;
    }
    static Numbers numbers(std::initializer_list<std::pair<int, int>> spans)
    {
        Numbers out;
        for (const auto& [from, to] : spans)
            for (int i = from; i < to; ++i)
                out.push_back(i);
        return out;
    }

private slots:
    void init()
    {
        m_cluster = std::move(*MockCluster::start());
        QVERIFY(m_cluster->createTopic("orders", 3));
        m_feeder = std::move(*TopicFeeder::connect(m_cluster->connection("mock")));
        m_connections = std::make_unique<FixedConnections>(m_cluster->connection("mock"));
        send(0, 50, 0);
        send(100, 120, 1);
        send(200, 205, 2);
    }

    void onlyWhatWasReadBeforeIsRead_data()
    {
        QTest::addColumn<flow::RecordRange>("range");
        QTest::addColumn<std::vector<int>>("read"); // of up to 30 of partition 0 and 20 of 1
        const auto row = [](const char* name, const flow::RecordRange& range,
                            std::initializer_list<std::pair<int, int>> spans) {
            QTest::newRow(name) << range << numbers(spans);
        };
        row("all", {}, {{0, 30}, {100, 120}});
        row("from an offset", {.from = {{"0", 10}}}, {{10, 30}, {100, 120}});
        row("to an offset", {.until = {{"0", 10}}}, {{0, 10}, {100, 120}});
        row("a span of each", {.from = {{"0", 10}, {"1", 5}}, .until = {{"0", 12}, {"1", 6}}},
            {{10, 12}, {105, 106}});
        row("beyond what was read", {.from = {{"0", 40}}}, {{100, 120}});
        // The broker of these tests finds no record of any time.
        row("since a time", {.sinceUs = 1'000'000}, {});
        row("until a time", {.untilUs = 1'000'000}, {{0, 30}, {100, 120}});
    }
    void onlyWhatWasReadBeforeIsRead()
    {
        QFETCH(flow::RecordRange, range);
        QFETCH(std::vector<int>, read);
        for (const std::size_t rows : {3, 8192}) {
            // Where the options say that a first run begins does not count.
            const auto source = make(", start: latest");
            QVERIFY(source->readAgain(range, at(R"("0":30,"1":20)")));
            CollectingContext context;
            QVERIFY(source->open(std::nullopt));
            QCOMPARE(readToTheEnd(*source, context, rows), PollOutcome::Finished);
            QCOMPARE(numbersOf(context), read);
            send(50, 52, 0); // comes too late
            QCOMPARE(*source->poll({}, context), PollOutcome::Finished);
            QCOMPARE(numbersOf(context), read);
        }
    }

    void aRunGoesOnWhereItWasAndThenFurther()
    {
        std::vector<std::string> seen;
        std::optional<std::string> position;
        const auto run = [&](const flow::RecordRange& range, const std::string& upTo,
                             std::size_t rows, const auto& isDone) {
            const auto source = make();
            QVERIFY(source->readAgain(range, upTo));
            QVERIFY(source->open(position));
            CollectingContext context;
            pollUntil(
                *source, context, [&](PollOutcome outcome) { return isDone(context, outcome); },
                rows);
            position = source->position();
            seen.insert(seen.end(), context.rows.begin(), context.rows.end());
        };
        const flow::RecordRange range{.from = {{"0", 5}}};
        for (int i = 0; i < 5; ++i) // broken off after some rows, five times
            run(range, at(R"("0":30,"1":10)"), 2,
                [](const CollectingContext& context, PollOutcome) {
                    return !context.rows.empty();
                });
        const auto isFinished = [](const CollectingContext&, PollOutcome outcome) {
            return outcome == PollOutcome::Finished;
        };
        run(range, at(R"("0":30,"1":10)"), 8192, isFinished);
        QCOMPARE(seen.size(), std::size_t(35));
        QVERIFY2(position->find(R"("offsets":{"0":30,"1":10})") != std::string::npos,
                 position->c_str());
        run(range, at(R"("0":50,"1":10,"2":5)"), 8192, isFinished);
        CollectingContext all;
        all.rows = seen;
        QCOMPARE(numbersOf(all), numbers({{5, 50}, {100, 110}, {200, 205}}));
    }

    // Partition 0 ends at 9 s. Where it was in the other run too it holds the watermark as it did
    // there; where the range cuts it, it does not.
    void aPartitionThatIsReadHoldsTheWatermarkAsBefore_data()
    {
        QTest::addColumn<flow::RecordRange>("range");
        QTest::addColumn<QString>("upTo");
        QTest::addColumn<qint64>("watermarkUs");
        constexpr qint64 kSecond = 1'000'000;
        QTest::newRow("to its end")
            << flow::RecordRange{} << R"("0":10,"1":20)" << 9 * kSecond - 1000;
        QTest::newRow("cut") << flow::RecordRange{.until = {{"0", 10}}} << R"("0":30,"1":20)"
                             << 119 * kSecond - 1000;
        QTest::newRow("nothing of it")
            << flow::RecordRange{.from = {{"0", 10}}} << R"("0":10,"1":20)" << 119 * kSecond - 1000;
    }
    void aPartitionThatIsReadHoldsTheWatermarkAsBefore()
    {
        QFETCH(flow::RecordRange, range);
        QFETCH(QString, upTo);
        QFETCH(qint64, watermarkUs);
        CollectingContext context;
        std::string position;
        for (const bool isSecond : {false, true}) { // also where it was read by a former run
            const auto source = make();
            QVERIFY(source->readAgain(range, at(upTo.toStdString())));
            QVERIFY(source->open(isSecond ? std::optional(position) : std::nullopt));
            QCOMPARE(readToTheEnd(*source, context), PollOutcome::Finished);
            (void)source->poll({}, context);
            QCOMPARE(qint64(context.watermark().us), watermarkUs);
            position = source->position();
        }
    }

    void timesAreAskedForAgain()
    {
        m_cluster->refuseTimes(3);
        const auto source = make();
        QVERIFY(source->readAgain({.untilUs = 1'000'000}, at(R"("0":30)")));
        QVERIFY(source->open(std::nullopt));
        CollectingContext context;
        bool hasTold = false;
        pollUntil(*source, context, [&](PollOutcome outcome) {
            hasTold |= source->trouble().find("the offsets of a time") != std::string::npos;
            return outcome == PollOutcome::Finished;
        });
        QVERIFY(hasTold);
        QCOMPARE(source->trouble(), std::string());
        QCOMPARE(numbersOf(context), numbers({{0, 30}}));
    }

    void aTopicThatIsShorterThanItWasIsWaitedFor()
    {
        const auto source = make();
        QVERIFY(source->readAgain({}, at(R"("2":8)")));
        QVERIFY(source->open(std::nullopt));
        CollectingContext context;
        pollUntil(*source, context, [&](PollOutcome outcome) {
            return outcome == PollOutcome::CaughtUp && !source->trouble().empty();
        });
        QVERIFY2(source->trouble().find("partition 2 of orders ends at offset 5") == 0,
                 source->trouble().c_str());
        send(205, 210, 2);
        QCOMPARE(readToTheEnd(*source, context), PollOutcome::Finished);
        QCOMPARE(source->trouble(), std::string());
        QCOMPARE(numbersOf(context), numbers({{200, 208}}));
    }

    void whatCannotBeReadAgainIsSaid_data()
    {
        QTest::addColumn<flow::RecordRange>("range");
        QTest::addColumn<QString>("upTo");
        QTest::addColumn<QString>("said");
        const QString some = QString::fromStdString(at(R"("0":30,"1":20)"));
        QTest::newRow("a partition that was not read")
            << flow::RecordRange{.from = {{"2", 0}}} << some << "there is no partition \"2\"";
        QTest::newRow("no partition")
            << flow::RecordRange{.until = {{"x", 1}}} << some << "It has 0, 1.";
        QTest::newRow("another topic")
            << flow::RecordRange{} << QString::fromStdString(at(R"("0":1)", "payments"))
            << "topic payments";
        QTest::newRow("damaged") << flow::RecordRange{} << "{"
                                 << "position is damaged";
    }
    void whatCannotBeReadAgainIsSaid()
    {
        QFETCH(flow::RecordRange, range);
        QFETCH(QString, upTo);
        QFETCH(QString, said);
        const Status status = make()->readAgain(range, upTo.toStdString());
        QVERIFY(!status);
        QVERIFY2(status.error().text().find(said.toStdString()) != std::string::npos,
                 status.error().text().c_str());
    }

    void whatTheTopicHasNoMoreIsAnError_data()
    {
        QTest::addColumn<QString>("upTo");
        QTest::addColumn<QString>("position");
        QTest::addColumn<QString>("said");
        QTest::newRow("an offset") << R"("0":900)"
                                   << R"("0":800)"
                                   << "offset 800 of partition 0 is no longer in the topic";
        QTest::newRow("a partition") << R"("0":10,"3":5)"
                                     << R"("0":0)"
                                     << "partition 3 is no longer in the topic";
    }
    void whatTheTopicHasNoMoreIsAnError()
    {
        QFETCH(QString, upTo);
        QFETCH(QString, position);
        QFETCH(QString, said);
        const auto source = make(", on_offset_lost: latest"); // which would pass over them
        QVERIFY(source->readAgain({}, at(upTo.toStdString())));
        QVERIFY(source->open(at(position.toStdString())));
        CollectingContext context;
        std::string failure;
        QVERIFY(test::waitFor([&] {
            const auto outcome = source->poll({}, context);
            failure = outcome ? "" : outcome.error().text();
            return !failure.empty();
        }));
        QVERIFY2(failure.find(said.toStdString()) != std::string::npos, failure.c_str());
        QVERIFY(failure.find("--from bronze") != std::string::npos);
    }
};

} // namespace sluice::connectors

SLUICE_TEST(sluice::connectors::KafkaSourceAgainTest)
#include "kafka_source_again_test.moc"
