// SPDX-License-Identifier: Apache-2.0
#include "engine/connectors/file_source.h"

#include "tests/engine/connectors/bound_source.h"
#include "tests/engine/connectors/drain.h"
#include "tests/support/collecting_context.h"
#include "tests/support/test_main.h"

#include <filesystem>
#include <fstream>

#include <QTemporaryDir>

namespace sluice::connectors {

using flow::PollOutcome;
using test::BoundSource;
using test::CollectingContext;
using test::drain;

/// Reading again, of two files: a.jsonl has 0 .. 9, b.jsonl has 100 .. 104; a record of a.jsonl is
/// 8 bytes long with its end, one of b.jsonl 10.
class FileSourceAgainTest : public QObject
{
    Q_OBJECT

    std::unique_ptr<QTemporaryDir> m_folder;

    std::string path(const std::string& name) const
    {
        return m_folder->path().toStdString() + "/" + name;
    }
    void write(const std::string& name, const std::string& text, bool appends = true) const
    {
        std::ofstream(path(name), appends ? std::ios::app : std::ios::trunc) << text;
    }
    void append(const std::string& name, int from, int to) const
    {
        for (int i = from; i < to; ++i)
            write(name, "{\"a\":" + std::to_string(i) + "}\n");
    }
    std::unique_ptr<flow::Source> make(const std::string& options
                                       = "path: '*.jsonl', follow: true, schema: {a: long}") const
    {
        return BoundSource(FileSource::kind(), "{" + options + "}", m_folder->path().toStdString())
            .make();
    }
    // Where a run is that has read all that there is.
    std::string positionNow(const std::string& options
                            = "path: '*.jsonl', follow: true, schema: {a: long}") const
    {
        const auto source = make(options);
        if (!source->open(std::nullopt))
            qFatal("not opened");
        CollectingContext context;
        drain(*source, context);
        return source->position();
    }
    static QString numbersOf(const CollectingContext& context)
    {
        QStringList out;
        for (const std::string& row : context.rows) // {"a":17}
            out << QString::fromStdString(row.substr(5, row.size() - 6));
        return out.join(QLatin1Char(' '));
    }

private slots:
    void init()
    {
        m_folder = std::make_unique<QTemporaryDir>();
        append("a.jsonl", 0, 10);
        append("b.jsonl", 100, 105);
    }

    void onlyWhatWasReadBeforeIsRead_data()
    {
        QTest::addColumn<flow::RecordRange>("range");
        QTest::addColumn<QString>("read");
        const auto row = [](const char* name, const flow::RecordRange& range, const char* read) {
            QTest::newRow(name) << range << read;
        };
        row("all", {}, "0 1 2 3 4 5 6 7 8 9 100 101 102 103 104");
        row("from a record on", {.from = {{"a.jsonl", 64}}}, "8 9 100 101 102 103 104");
        row("from within a record", {.from = {{"a.jsonl", 57}}}, "8 9 100 101 102 103 104");
        row("to a record", {.until = {{"a.jsonl", 16}}}, "0 1 100 101 102 103 104");
        row("to within a record", {.until = {{"a.jsonl", 17}}}, "0 1 2 100 101 102 103 104");
        row("a span of each",
            {.from = {{"a.jsonl", 8}, {"b.jsonl", 10}},
             .until = {{"a.jsonl", 24}, {"b.jsonl", 20}}},
            "1 2 101");
        row("beyond what was read", {.from = {{"a.jsonl", 1000}}, .until = {{"b.jsonl", 1000}}},
            "100 101 102 103 104");
    }
    void onlyWhatWasReadBeforeIsRead()
    {
        QFETCH(flow::RecordRange, range);
        QFETCH(QString, read);
        const std::string upTo = positionNow();
        append("a.jsonl", 10, 12); // comes too late
        append("c.jsonl", 300, 302);
        for (const std::size_t rows : {1, 2, 100}) {
            const auto source = make();
            QVERIFY(source->readAgain(range, upTo));
            QVERIFY(source->open(std::nullopt));
            CollectingContext context;
            QCOMPARE(drain(*source, context, rows), PollOutcome::Finished);
            QCOMPARE(numbersOf(context), read);
            QVERIFY(context.rejects.empty());
        }
    }

    void aRunGoesOnWhereItWasAndThenFurther()
    {
        const std::string upTo = positionNow();
        CollectingContext context;
        std::optional<std::string> position;
        const auto run = [&](const std::string& end, int polls) {
            const auto source = make();
            QVERIFY(source->readAgain({.from = {{"a.jsonl", 8}}}, end));
            QVERIFY(source->open(position));
            if (polls == 0)
                QCOMPARE(drain(*source, context), PollOutcome::Finished);
            for (int i = 0; i < polls; ++i)
                QVERIFY(source->poll({.rows = 1, .bytes = 1 << 20}, context));
            position = source->position();
        };
        for (int i = 0; i < 7; ++i)
            run(upTo, 2);
        run(upTo, 0);
        QCOMPARE(numbersOf(context), QStringLiteral("1 2 3 4 5 6 7 8 9 100 101 102 103 104"));
        append("a.jsonl", 10, 12);
        append("c.jsonl", 300, 302);
        context.rows.clear();
        run(positionNow(), 0);
        QCOMPARE(numbersOf(context), QStringLiteral("10 11 300 301"));
    }

    void aLastLineWithoutEndIsReadAsItWas()
    {
        const std::string options = "path: a.jsonl, schema: {a: long}";
        write("a.jsonl", R"({"a":77})");
        const std::string upTo = positionNow(options);
        write("a.jsonl", "\n{\"a\":78}\n");
        const auto source = make(options);
        QVERIFY(source->readAgain({.from = {{"a.jsonl", 72}}}, upTo));
        QVERIFY(source->open(std::nullopt));
        CollectingContext context;
        QCOMPARE(drain(*source, context), PollOutcome::Finished);
        QCOMPARE(numbersOf(context), QStringLiteral("9 77"));
    }

    void aHeaderLineIsReadAlsoBehindIt()
    {
        const std::string options = "path: a.csv, format: csv, schema: {a: long, b: long}";
        write("a.csv", "b,a\n1,10\n2,20\n3,30\n");
        const auto source = make(options);
        QVERIFY(source->readAgain({.from = {{"a.csv", 9}}, .until = {{"a.csv", 10}}},
                                  positionNow(options)));
        QVERIFY(source->open(std::nullopt));
        CollectingContext context;
        QCOMPARE(drain(*source, context), PollOutcome::Finished);
        QCOMPARE(context.joined(), std::string("{\"a\":20,\"b\":2}\n"));
    }

    // Both files end at the watermark that they had, also in a run that has nothing to read.
    void aFileThatIsReadHoldsTheWatermarkAsBefore()
    {
        const std::string options
            = "path: '*.ev', follow: true, schema: {t: timestamp(ms)}, event_time: {column: t}";
        write("a.ev", "{\"t\":1000}\n{\"t\":5000}\n");
        write("b.ev", "{\"t\":1000}\n{\"t\":90000}\n");
        const std::string upTo = positionNow(options);
        std::optional<std::string> position;
        CollectingContext context;
        for (int i = 0; i < 2; ++i) {
            const auto source = make(options);
            QVERIFY(source->readAgain({}, upTo));
            QVERIFY(source->open(position));
            QCOMPARE(drain(*source, context), PollOutcome::Finished);
            QCOMPARE(context.watermark().us, std::int64_t(5'000'000 - 1000));
            position = source->position();
        }
        CollectingContext cut;
        const auto source = make(options);
        QVERIFY(source->readAgain({.until = {{"a.ev", 11}}}, upTo));
        QVERIFY(source->open(std::nullopt));
        QCOMPARE(drain(*source, cut), PollOutcome::Finished);
        QCOMPARE(cut.watermark().us, std::int64_t(90'000'000 - 1000));
    }

    void whatCannotBeReadAgainIsSaid_data()
    {
        QTest::addColumn<flow::RecordRange>("range");
        QTest::addColumn<QString>("said");
        QTest::newRow("a time") << flow::RecordRange{.sinceUs = 1}
                                << "files do not tell when a record arrived";
        QTest::newRow("no such file")
            << flow::RecordRange{.from = {{"c.jsonl", 0}}} << "It has a.jsonl, b.jsonl.";
    }
    void whatCannotBeReadAgainIsSaid()
    {
        QFETCH(flow::RecordRange, range);
        QFETCH(QString, said);
        const Status status = make()->readAgain(range, positionNow());
        QVERIFY(!status);
        QVERIFY2(status.error().text().find(said.toStdString()) != std::string::npos,
                 status.error().text().c_str());
    }

    void aFileThatIsNotTheSameIsAnError_data()
    {
        QTest::addColumn<QString>("change");
        QTest::addColumn<QString>("said");
        QTest::newRow("gone") << "gone"
                              << "the file is gone";
        QTest::newRow("shrunk") << "shrunk"
                                << "the file has shrunk";
        QTest::newRow("replaced") << "replaced"
                                  << "the file has been replaced";
    }
    void aFileThatIsNotTheSameIsAnError()
    {
        QFETCH(QString, change);
        QFETCH(QString, said);
        const std::string upTo = positionNow();
        if (change == QLatin1String("shrunk")) {
            write("b.jsonl", "{}\n", false);
        } else {
            std::filesystem::rename(path("b.jsonl"), path("kept"));
            if (change == QLatin1String("replaced"))
                append("b.jsonl", 100, 200);
        }
        const auto source = make();
        QVERIFY(source->readAgain({}, upTo));
        const Status opened = source->open(std::nullopt);
        QVERIFY(!opened);
        QCOMPARE(opened.error().code, ErrorCode::NotFound);
        QVERIFY2(opened.error().text().find(said.toStdString()) != std::string::npos,
                 opened.error().text().c_str());
        // Of what is read already nothing has to be there.
        const auto other = make();
        QVERIFY(other->readAgain({.until = {{"b.jsonl", 0}}}, upTo));
        QVERIFY(other->open(std::nullopt));
    }
};

} // namespace sluice::connectors

SLUICE_TEST(sluice::connectors::FileSourceAgainTest)
#include "file_source_again_test.moc"
