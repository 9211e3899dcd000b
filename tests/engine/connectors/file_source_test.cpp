// SPDX-License-Identifier: Apache-2.0
#include "engine/connectors/file_source.h"

#include "tests/engine/connectors/bound_source.h"
#include "tests/engine/connectors/drain.h"
#include "tests/support/collecting_context.h"
#include "tests/support/test_main.h"
#include "tests/support/wait_for.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <functional>

#include <QTemporaryDir>

namespace sluice::connectors {

using flow::PollOutcome;
using test::BoundSource;
using test::CollectingContext;
using test::drain;

class FileSourceTest : public QObject
{
    Q_OBJECT

    std::unique_ptr<QTemporaryDir> m_folder;

    std::string path(const std::string& name) const
    {
        return m_folder->path().toStdString() + "/" + name;
    }
    void write(const std::string& name, const std::string& text, bool appends = false) const
    {
        std::ofstream(path(name), appends ? std::ios::app : std::ios::trunc) << text;
    }
    BoundSource bind(const std::string& yaml) const
    {
        return {FileSource::kind(), yaml, m_folder->path().toStdString()};
    }
    // Polls until the condition holds; following looks at the disk twice a second.
    static bool pollUntil(flow::Source& source, CollectingContext& context,
                          const std::function<bool()>& isDone)
    {
        return test::waitFor([&] {
            drain(source, context);
            return isDone();
        });
    }

private slots:
    void init() { m_folder = std::make_unique<QTemporaryDir>(); }

    void filesAreReadInTheOrderOfTheirNames()
    {
        write("b.jsonl", "{\"a\":3}\n{\"a\":4}"); // the last line has no end
        write("a.jsonl", "{\"a\":1}\r\n\n{\"a\":2}\n");
        write("c.jsonl", "");
        const auto bound = bind("{path: '*.jsonl', schema: {a: long}}");
        QVERIFY2(!bound.diagnostics.hasErrors(), bound.diagnostics.text().c_str());
        for (const std::size_t rows : {1, 3, 100}) {
            const auto source = bound.make();
            QVERIFY(source->open(std::nullopt));
            CollectingContext context;
            QCOMPARE(drain(*source, context, rows), PollOutcome::Finished);
            QCOMPARE(context.joined(), std::string("{\"a\":1}\n{\"a\":2}\n{\"a\":3}\n{\"a\":4}\n"));
        }
    }

    // One file is an hour long, the other has a row every ten minutes; both are read together.
    void filesAreAlignedByEventTime_data()
    {
        QTest::addColumn<bool>("restarts");
        QTest::newRow("one run") << false;
        QTest::newRow("a restart after each batch") << true;
    }
    void filesAreAlignedByEventTime()
    {
        QFETCH(const bool, restarts);
        std::string fast, slow;
        for (int minute = 0; minute < 60; ++minute) {
            const std::string row = ",\"t\":" + std::to_string(minute * 60'000) + "}\n";
            fast += "{\"f\":1" + row;
            if (minute % 10 == 9)
                slow += "{\"f\":2" + row;
        }
        write("a.jsonl", fast);
        write("b.jsonl", slow);
        const auto bound
            = bind("{path: '*.jsonl', schema: {f: long, t: timestamp(ms)}, event_time: {column: t, "
                   "max_drift: 5m, idle_after: 1h, max_future: 1d}}");
        QVERIFY2(!bound.diagnostics.hasErrors(), bound.diagnostics.text().c_str());
        const ManualClock clock({0});
        CollectingContext context(clock);
        auto source = bound.make();
        QVERIFY(source->open(std::nullopt));
        std::int64_t newest[] = {0, -1, -1}; // minutes, by file
        bool hasWaited = false;
        std::size_t seen = 0;
        for (PollOutcome outcome = PollOutcome::More; outcome != PollOutcome::Finished;) {
            const auto polled = source->poll({.rows = 2, .bytes = 1 << 20}, context);
            QVERIFY(polled);
            outcome = *polled;
            QVERIFY(outcome != PollOutcome::Waiting); // one of them can always be read
            hasWaited |= context.counters().alignmentWaits > 0;
            const bool hasRead = seen < context.batches.size();
            for (; seen < context.batches.size(); ++seen) {
                const Batch& batch = context.batches[seen];
                const auto file = std::size_t(
                    static_cast<const arrow::Int64Array&>(*batch.columns->column(0)).Value(0));
                newest[file] = batch.eventTime(batch.rows() - 1).us / 60'000'000;
                // Its drift, and the two rows of a poll.
                if (file == 1 && newest[2] < 59)
                    QVERIFY(newest[1] <= std::max<std::int64_t>(newest[2], 0) + 5 + 2);
            }
            if (!restarts || !hasRead)
                continue;
            const std::string position = source->position();
            source = bound.make();
            QVERIFY(source->open(position));
        }
        QVERIFY(hasWaited);
        QCOMPARE(context.rows.size(), std::size_t(66));
        std::ranges::sort(context.rows);
        QVERIFY(std::ranges::adjacent_find(context.rows) == context.rows.end());
    }
    void aFileThatIsIdleHoldsNobody()
    {
        write("a.jsonl", "{\"t\":0}\n{\"t\":3600000}\n{\"t\":7200000}\n");
        write("b.jsonl", "{\"t\":1}\n");
        ManualClock clock({0});
        CollectingContext context(clock);
        const auto source
            = bind("{path: '*.jsonl', follow: true, schema: {t: timestamp(ms)}, "
                   "event_time: {column: t, max_drift: 5m, max_future: 1d, idle_after: 10s}}")
                  .make();
        QVERIFY(source->open(std::nullopt));
        clock.advance(std::chrono::seconds(1));
        QCOMPARE(drain(*source, context, 1), PollOutcome::Waiting);
        QCOMPARE(context.rows.size(), std::size_t(3)); // not the last of a.jsonl
        QCOMPARE(context.counters().alignmentWaits.load(), std::int64_t(1));
        QCOMPARE(context.watermark().us, std::int64_t(0));
        clock.advance(std::chrono::seconds(11));
        QCOMPARE(drain(*source, context, 1), PollOutcome::CaughtUp);
        QCOMPARE(context.rows.size(), std::size_t(4));
        QVERIFY(!context.isIdle);
        clock.advance(std::chrono::seconds(11));
        QCOMPARE(drain(*source, context, 1), PollOutcome::CaughtUp);
        QVERIFY(context.isIdle);
        write("b.jsonl", "{\"t\":2}\n", true);
        clock.advance(std::chrono::seconds(1));
        QCOMPARE(drain(*source, context, 1), PollOutcome::CaughtUp);
        QVERIFY(!context.isIdle); // b.jsonl is back; it was never ahead
        QCOMPARE(context.rows.size(), std::size_t(5));
    }
    void maxDriftNeedsToKnowWhatIsIdle()
    {
        const auto bound
            = bind("{path: a.jsonl, schema: {t: timestamp(ms)}, event_time: {column: t, "
                   "max_drift: 5m}}");
        QVERIFY(bound.diagnostics.text().find("idle_after: 1m") != std::string::npos);
    }

    // Four megabytes are several blocks.
    void noBatchIsSmallBecauseABlockEnds()
    {
        constexpr int kRecords = 40'500;
        std::string text;
        for (int i = 0; i < kRecords; ++i)
            text += "{\"a\":" + std::to_string(i) + ",\"s\":\""
                + std::string(std::size_t(80 + i % 7), 'x') + "\"}\n";
        write("a.jsonl", text);
        const auto source = bind("{path: a.jsonl, schema: {a: long}}").make();
        QVERIFY(source->open(std::nullopt));
        CollectingContext context;
        drain(*source, context, 1000);
        QCOMPARE(context.rows.size(), std::size_t(kRecords));
        for (int i = 0; i < kRecords; ++i)
            QCOMPARE(context.rows[std::size_t(i)], "{\"a\":" + std::to_string(i) + "}");
        for (std::size_t i = 0; i + 1 < context.batches.size(); ++i)
            QCOMPARE(context.batches[i].rows(), std::int64_t(1000));
    }
    void eachPositionResumesWithTheNextRecord()
    {
        std::string text = "k,a\n";
        for (int i = 0; i < 20; ++i)
            text += "x" + std::to_string(i) + "," + std::to_string(i) + "\n";
        write("in.csv", text);
        const auto bound = bind("{path: in.csv, format: csv, schema: {a: long, k: string}}");
        for (int stop = 0; stop <= 20; ++stop) {
            CollectingContext context;
            auto source = bound.make();
            QVERIFY(source->open(std::nullopt));
            for (int i = 0; i < stop; ++i)
                QVERIFY(source->poll({.rows = 1, .bytes = 1 << 20}, context));
            const std::string position = source->position();
            source = bound.make();
            QVERIFY(source->open(position));
            QCOMPARE(drain(*source, context), PollOutcome::Finished);
            QCOMPARE(context.rows.size(), std::size_t(20));
            for (std::size_t i = 0; i < 20; ++i)
                QCOMPARE(context.rows[i],
                         "{\"a\":" + std::to_string(i) + ",\"k\":\"x" + std::to_string(i) + "\"}");
        }
    }

    void unreadableRecordsAreDeadLettersWithTheirBytes()
    {
        write("in.jsonl", "{\"a\":1}\nnonsense\n{\"a\":\"x\"}\n{\"a\":2}\n");
        const auto source = bind("{path: in.jsonl, schema: {a: long}}").make();
        QVERIFY(source->open(std::nullopt));
        CollectingContext context;
        drain(*source, context);
        QCOMPARE(context.joined(), std::string("{\"a\":1}\n{\"a\":2}\n"));
        QCOMPARE(context.rejects.size(), std::size_t(2));
        QCOMPARE(context.rejects[0].data, std::string("nonsense"));
        QCOMPARE(context.rejects[1].reason, std::string("a: expected long, found string \"x\""));
        QCOMPARE(context.counted(Verdict::DeadLetter), std::uint64_t(2));
    }

    void aRecordOfTenMegabytesIsADeadLetterAndTheNextIsRead()
    {
        write("in.jsonl", "{\"a\":1}\n{\"a\":\"" + std::string(10 << 20, 'x') + "\"}\n{\"a\":2}\n");
        const auto source = bind("{path: in.jsonl, schema: {a: long}}").make();
        QVERIFY(source->open(std::nullopt));
        CollectingContext context;
        drain(*source, context);
        QCOMPARE(context.joined(), std::string("{\"a\":1}\n{\"a\":2}\n"));
        QCOMPARE(context.rejects.size(), std::size_t(1));
        QCOMPARE(context.rejects[0].rule, std::string("max_record"));
        QVERIFY(context.rejects[0].reason.find("10485768") != std::string::npos);
    }

    void timesFarAheadOrMissingAreDeadLettersAndMoveNoWatermark()
    {
        write("in.jsonl",
              "{\"t\":\"2020-01-01T00:00:00Z\"}\n{\"t\":\"2099-01-01T00:00:00Z\"}\n{\"t\":null}\n"
              "{\"t\":\"1970-01-01T00:00:00Z\"}\n{\"t\":\"2020-01-01T00:00:10Z\"}\n");
        const auto source = bind("{path: in.jsonl, schema: {t: timestamp}, event_time: {column: t, "
                                 "out_of_order: 5s}}")
                                .make();
        QVERIFY(source->open(std::nullopt));
        CollectingContext context;
        const auto outcome = source->poll({.rows = 100, .bytes = 1 << 20}, context);
        QVERIFY(outcome);
        QCOMPARE(context.rows.size(), std::size_t(3)); // 1970 is old, not unreadable
        QCOMPARE(context.rejects.size(), std::size_t(2));
        QVERIFY(context.rejects[1].reason.find("2099-01-01T00:00:00.000Z is more than 10m ahead")
                != std::string::npos);
        constexpr std::int64_t kNewestUs = 1'577'836'810'000'000; // 2020-01-01T00:00:10Z
        QCOMPARE(context.watermark().us, kNewestUs - 5'000'000 - 1000);
    }

    void noFilesGiveNoWatermark() // FLINK-8001
    {
        const auto source = bind("{path: '*.jsonl', follow: true, schema: {a: long, t: "
                                 "timestamp(ms)}, event_time: {column: t, idle_after: 1s}}")
                                .make();
        QVERIFY(source->open(std::nullopt));
        CollectingContext context;
        QCOMPARE(drain(*source, context), PollOutcome::CaughtUp);
        QVERIFY(context.watermark() == EventTime::min());
        write("a.jsonl", "{\"a\":1,\"t\":5000}\n"); // not late, since nothing was promised
        QVERIFY(pollUntil(*source, context, [&] { return context.rows.size() == 1; }));
        QCOMPARE(context.watermark().us, std::int64_t(5'000'000 - 1000));
    }

    void followingTakesWhatIsAppendedAndNewFiles()
    {
        write("a.jsonl", "{\"a\":1}\n{\"a\":");
        const auto source = bind("{path: '*.jsonl', follow: true, schema: {a: long}}").make();
        QVERIFY(source->open(std::nullopt));
        CollectingContext context;
        QCOMPARE(drain(*source, context), PollOutcome::CaughtUp);
        QCOMPARE(context.joined(), std::string("{\"a\":1}\n")); // half a line is not a record yet
        write("a.jsonl", "2}\n", true);
        write("b.jsonl", "{\"a\":3}\n");
        QVERIFY(pollUntil(*source, context, [&] { return context.rows.size() == 3; }));
        QVERIFY(context.rejects.empty());
    }

    void aFileThatShrinksIsReadAnewAndOneThatVanishesIsSaid()
    {
        write("a.jsonl", "{\"a\":1}\n{\"a\":2}\n");
        const auto source = bind("{path: a.jsonl, follow: true, schema: {a: long}}").make();
        QVERIFY(source->open(std::nullopt));
        CollectingContext context;
        drain(*source, context);
        write("a.jsonl", "{\"a\":9}\n");
        QVERIFY(pollUntil(*source, context, [&] { return context.rows.size() == 3; }));
        QCOMPARE(context.rows.back(), std::string("{\"a\":9}"));
        std::filesystem::remove(path("a.jsonl"));
        QVERIFY(pollUntil(*source, context,
                          [&] { return source->trouble().find("a.jsonl") != std::string::npos; }));
        write("a.jsonl", "{\"a\":10}\n");
        QVERIFY(pollUntil(*source, context, [&] { return context.rows.size() == 4; }));
    }

    void whatIsNotThereIsAClearError()
    {
        const Status one
            = bind("{path: missing.jsonl, schema: {a: long}}").make()->open(std::nullopt);
        QVERIFY(!one);
        QCOMPARE(one.error().code, ErrorCode::NotFound);
        const Status many = bind("{path: '*.log', schema: {a: long}}").make()->open(std::nullopt);
        QVERIFY(!many);
        QVERIFY(many.error().message.find("no file matches") != std::string::npos);
        std::filesystem::create_directory(path("folder"));
        const auto source = bind("{path: folder, schema: {a: long}}").make();
        QVERIFY(source->open(std::nullopt));
        CollectingContext context;
        const auto outcome = source->poll({}, context);
        QVERIFY(!outcome);
        QVERIFY(outcome.error().text().find("no regular file") != std::string::npos);
    }

    void aHeaderWithoutADeclaredColumnIsAnErrorThatShowsIt()
    {
        write("in.csv", "x,y\n1,2\n");
        const auto source = bind("{path: in.csv, format: csv, schema: {a: long, x: long}}").make();
        QVERIFY(source->open(std::nullopt));
        CollectingContext context;
        const auto outcome = source->poll({}, context);
        QVERIFY(!outcome);
        QVERIFY(outcome.error().text().find("lacks a") != std::string::npos);
        QVERIFY(outcome.error().text().find("x,y") != std::string::npos);
    }
};

} // namespace sluice::connectors

SLUICE_TEST(sluice::connectors::FileSourceTest)
#include "file_source_test.moc"
