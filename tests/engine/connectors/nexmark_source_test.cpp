// SPDX-License-Identifier: Apache-2.0
#include "engine/connectors/nexmark_source.h"

#include "tests/engine/connectors/bound_source.h"
#include "tests/support/collecting_context.h"
#include "tests/support/test_main.h"

namespace sluice::connectors {
namespace {

using flow::PollOutcome;
using test::BoundSource;
using test::CollectingContext;

void readAll(flow::Source& source, CollectingContext& context, std::size_t rows)
{
    while (*source.poll({.rows = rows, .bytes = 4 << 20}, context) == PollOutcome::More) { }
}

// What the stream is, made by the model alone.
std::string recordsOf(NexmarkStream stream, std::int64_t from, std::int64_t to)
{
    const NexmarkEvents events({.seed = 9, .outOfOrderGroup = 7});
    NexmarkJson json(events, stream);
    std::string out;
    for (std::int64_t n = from; n < to; ++n)
        if (events.isIn(stream, n))
            json.append(n, out);
    return out;
}

} // namespace

class NexmarkSourceTest : public QObject
{
    Q_OBJECT

private slots:
    void everyFormGivesTheSameRows_data()
    {
        QTest::addColumn<QString>("stream");
        QTest::addColumn<int>("rows");
        QTest::newRow("persons") << QStringLiteral("person") << 60;
        QTest::newRow("auctions") << QStringLiteral("auction") << 180;
        QTest::newRow("bids") << QStringLiteral("bid") << 2760;
        QTest::newRow("all") << QStringLiteral("all") << 3000;
    }
    void everyFormGivesTheSameRows()
    {
        QFETCH(const QString, stream);
        QFETCH(const int, rows);
        std::string first;
        for (const char* form : {"form: json", "form: columns", "form: json, prepared: true",
                                 "form: columns, prepared: true"})
            for (const std::size_t budget : {std::size_t(1), std::size_t(7), std::size_t(4096)}) {
                const BoundSource bound(NexmarkSource::kind(),
                                        "{stream: " + stream.toStdString()
                                            + ", events: 3000, group: 7, seed: 9, " + form + "}");
                QVERIFY2(!bound.diagnostics.hasErrors(), bound.diagnostics.text().c_str());
                CollectingContext context;
                const auto source = bound.make();
                QVERIFY(source->open(std::nullopt));
                readAll(*source, context, budget);
                QCOMPARE(context.rows.size(), std::size_t(rows));
                first = first.empty() ? context.joined() : first;
                QCOMPARE(context.joined(), first);
                QVERIFY(context.rejects.empty());
                // The newest row of each stream is one of the last 50 events, less 4 s, less 1 ms.
                QVERIFY(context.watermark().us <= 1'767'225'600'300'000 - 4'001'000);
                QVERIFY(context.watermark().us >= 1'767'225'600'295'000 - 4'001'000);
            }
    }
    void theBytesAreThoseOfTheModel()
    {
        const BoundSource bound(NexmarkSource::kind(),
                                "{events: 500, first_event: 100, group: 7, seed: 9}");
        CollectingContext context;
        const auto source = bound.make();
        QVERIFY(source->open(std::nullopt));
        readAll(*source, context, 100);
        std::string bytes;
        for (const Batch& batch : context.batches)
            for (std::size_t i = 0; i < batch.raw->size(); ++i)
                bytes += batch.raw->record(i);
        QCOMPARE(bytes, recordsOf(NexmarkStream::Bid, 100, 600));
    }
    void aRunInterruptedAnywhereMakesTheSameRows_data()
    {
        QTest::addColumn<QString>("form");
        QTest::newRow("json") << QStringLiteral("form: json");
        QTest::newRow("columns") << QStringLiteral("form: columns");
        QTest::newRow("prepared json") << QStringLiteral("prepared: true");
        QTest::newRow("prepared columns") << QStringLiteral("form: columns, prepared: true");
    }
    void aRunInterruptedAnywhereMakesTheSameRows()
    {
        QFETCH(const QString, form);
        const BoundSource bound(NexmarkSource::kind(),
                                "{stream: auction, events: 2000, " + form.toStdString() + "}");
        CollectingContext whole, parts;
        auto source = bound.make();
        QVERIFY(source->open(std::nullopt));
        readAll(*source, whole, 64);
        std::optional<std::string> position;
        for (PollOutcome outcome = PollOutcome::More; outcome == PollOutcome::More;) {
            source = bound.make();
            QVERIFY(source->open(position));
            outcome = *source->poll({.rows = 17, .bytes = 1 << 20}, parts);
            position = source->position();
        }
        QCOMPARE(whole.rows.size(), std::size_t(120));
        QCOMPARE(parts.joined(), whole.joined());
        QCOMPARE(parts.watermark().us, whole.watermark().us);
        QVERIFY(!bound.make()->open("nonsense"));
    }
    void pacedRowsArriveWhenTheyAreDue()
    {
        for (const char* prepared : {"false", "true"}) {
            const BoundSource bound(NexmarkSource::kind(),
                                    std::string(
                                        "{rate: 50000, events: 50000, paced: true, prepared: ")
                                        + prepared + "}");
            ManualClock clock(WallTime{1'767'225'600'000'000});
            CollectingContext context(clock);
            const auto source = bound.make();
            QVERIFY(source->open(std::nullopt));
            readAll(*source, context, 8192); // event 0, which is no bid
            QCOMPARE(context.rows.size(), std::size_t(0));
            clock.advance(std::chrono::milliseconds(100)); // nobody polls for so long
            readAll(*source, context, 8192);
            QCOMPARE(context.rows.size(), std::size_t(4600));
            // The first bid is event 4, due after 80 us.
            QCOMPARE(context.batches.front().arrivalNs, std::int64_t(80'000));
            clock.advance(std::chrono::seconds(2));
            readAll(*source, context, 8192);
            QCOMPARE(context.rows.size(), std::size_t(46'000));
            QCOMPARE(*source->poll({}, context), PollOutcome::Finished);
        }
    }
    void wrongOptionsAreFound_data()
    {
        QTest::addColumn<QString>("options");
        QTest::addColumn<QString>("finding");
        QTest::newRow("start") << QStringLiteral("{start: tomorrow}")
                               << QStringLiteral("\"tomorrow\" is no time");
        QTest::newRow("without end")
            << QStringLiteral("{prepared: true}") << QStringLiteral("cannot be prepared");
        QTest::newRow("group") << QStringLiteral("{group: 1906}")
                               << QStringLiteral("a multiple of 953");
        QTest::newRow("stream") << QStringLiteral("{stream: bids}") << QStringLiteral("bid");
    }
    void wrongOptionsAreFound()
    {
        QFETCH(const QString, options);
        QFETCH(const QString, finding);
        const BoundSource bound(NexmarkSource::kind(), options.toStdString());
        QVERIFY(bound.diagnostics.hasErrors());
        QVERIFY2(bound.diagnostics.text().find(finding.toStdString()) != std::string::npos,
                 bound.diagnostics.text().c_str());
    }
};

} // namespace sluice::connectors

SLUICE_TEST(sluice::connectors::NexmarkSourceTest)
#include "nexmark_source_test.moc"
