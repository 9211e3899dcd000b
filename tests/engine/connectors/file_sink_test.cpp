// SPDX-License-Identifier: Apache-2.0
#include "engine/connectors/file_sink.h"

#include "engine/base/durable_file.h"
#include "tests/support/collecting_context.h"
#include "tests/support/test_main.h"

#include <filesystem>

#include <arrow/builder.h>

#include <QTemporaryDir>

namespace sluice::connectors {
namespace {

Batch numbers(std::int64_t from, std::int64_t count)
{
    arrow::Int64Builder builder;
    for (std::int64_t i = 0; i < count; ++i)
        if (!builder.Append(from + i).ok())
            qFatal("no memory");
    Batch out;
    out.columns = arrow::RecordBatch::Make(arrow::schema({arrow::field("n", arrow::int64())}),
                                           count, {*builder.Finish()});
    return out;
}

} // namespace

class FileSinkTest : public QObject
{
    Q_OBJECT

private slots:
    void anEpochIsOneFileWhenItCommitsAndCommittingTwiceChangesNothing()
    {
        const QTemporaryDir folder;
        const std::string path = folder.path().toStdString() + "/out";
        FileSink sink(path, "out");
        QVERIFY(sink.open());
        test::CollectingContext context;
        QVERIFY(sink.write(numbers(1, 2), context));
        const auto sealed = sink.seal(7);
        QVERIFY(sealed);
        QCOMPARE(sealed->rows, std::int64_t(2));
        QVERIFY(sink.makeDurable(*sealed));
        const std::string file = path + "/part-0000000007.jsonl";
        QVERIFY(!std::filesystem::exists(file)); // not visible before the commit
        QVERIFY(sink.commit(*sealed));
        QVERIFY(sink.commit(*sealed));
        QCOMPARE(*readFile(file), std::string("{\"n\":1}\n{\"n\":2}\n"));
        const auto empty = sink.seal(8);
        QVERIFY(empty && sink.makeDurable(*empty) && sink.commit(*empty));
        QVERIFY(!std::filesystem::exists(path + "/part-0000000008.jsonl"));
    }
    void anEpochIsFinishedInTheFolderItWasSealedIn()
    {
        const QTemporaryDir folder;
        const std::string before = folder.path().toStdString() + "/a",
                          after = folder.path().toStdString() + "/b";
        flow::SealedEpoch sealed;
        {
            FileSink sink(before, "out");
            QVERIFY(sink.open());
            test::CollectingContext context;
            QVERIFY(sink.write(numbers(1, 1), context));
            sealed = *sink.seal(4);
            QVERIFY(sink.makeDurable(sealed));
        }
        // The document has another path now, and the process died before the commit.
        FileSink sink(after, "out");
        QVERIFY(sink.open());
        QVERIFY(sink.commit(sealed));
        QCOMPARE(*readFile(before + "/part-0000000004.jsonl"), std::string("{\"n\":1}\n"));
        QVERIFY(!std::filesystem::exists(after + "/part-0000000004.jsonl"));
        // A reader takes the file away; the next start finds the epoch committed all the same.
        QVERIFY(std::filesystem::remove(before + "/part-0000000004.jsonl"));
        QVERIFY(sink.commit(sealed));
    }
    void aSealedFileThatIsGoneIsAnError()
    {
        const QTemporaryDir folder;
        FileSink sink(folder.path().toStdString(), "out");
        QVERIFY(sink.open());
        const Status lost
            = sink.commit({.epoch = 3, .entry = "{\"file\":true}", .rows = 1, .bytes = 1});
        QVERIFY(!lost);
        QVERIFY(lost.error().message.find("missing") != std::string::npos);
    }
};

} // namespace sluice::connectors

SLUICE_TEST(sluice::connectors::FileSinkTest)
#include "file_sink_test.moc"
