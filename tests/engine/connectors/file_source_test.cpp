// SPDX-License-Identifier: Apache-2.0
#include "engine/connectors/file_source.h"

#include "tests/engine/connectors/bound_source.h"
#include "tests/support/collecting_context.h"
#include "tests/support/test_main.h"

#include <filesystem>
#include <fstream>
#include <functional>

#include <QTemporaryDir>

namespace sluice::connectors {

using flow::PollOutcome;
using test::BoundSource;
using test::CollectingContext;

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
    static PollOutcome drain(flow::Source& source, CollectingContext& context,
                             std::size_t rows = 100)
    {
        for (;;) {
            const auto outcome = source.poll({.rows = rows, .bytes = 1 << 20}, context);
            if (!outcome)
                qFatal("%s", outcome.error().text().c_str());
            if (*outcome != PollOutcome::More)
                return *outcome;
        }
    }
    // Polls until the condition holds; following looks at the disk twice a second.
    static bool pollUntil(flow::Source& source, CollectingContext& context,
                          const std::function<bool()>& isDone)
    {
        return QTest::qWaitFor(
            [&] {
                drain(source, context);
                return isDone();
            },
            10'000);
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
