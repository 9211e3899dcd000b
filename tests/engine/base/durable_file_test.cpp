// SPDX-License-Identifier: Apache-2.0
#include "engine/base/durable_file.h"

#include "engine/base/mapped_part.h"
#include "tests/support/test_main.h"

#include <QTemporaryDir>

namespace sluice {

class DurableFileTest : public QObject
{
    Q_OBJECT

private slots:
    void replacesAFileWhole()
    {
        const QTemporaryDir folder;
        const std::string path = folder.filePath("a.json").toStdString();
        QVERIFY(writeFileDurably(path, "first"));
        QVERIFY(writeFileDurably(path, "second"));
        QCOMPARE(*readFile(path), std::string("second"));
        QVERIFY(!QFile::exists(QString::fromStdString(path + ".tmp")));
    }
    void namesTheFileThatIsNotThere()
    {
        const Result<std::string> text = readFile("/nowhere/at/all");
        QVERIFY(!text);
        QVERIFY(text.error().code == ErrorCode::NotFound);
        QCOMPARE(text.error().object, std::string("/nowhere/at/all"));
    }
    void makesAFolderWithItsParents()
    {
        const QTemporaryDir folder;
        const std::string path = folder.filePath("a/b/c").toStdString();
        QVERIFY(makeFolderDurably(path));
        QVERIFY(makeFolderDurably(path)); // there already
        QVERIFY(writeFileDurably(path + "/file", "text"));
        const Status made = makeFolderDurably(path + "/file/d"); // a file is in the way
        QVERIFY(!made);
        QVERIFY(made.error().object.starts_with(path));
    }
    void whatIsWrittenAnewDoesNotCutWhatIsMapped()
    {
        const QTemporaryDir folder;
        const std::string path = folder.filePath("log").toStdString();
        const std::string former(20'000, 'f');
        const auto write = [&](std::uint64_t offset, std::string_view part) {
            return writeDurablyAt(path, offset, {&part, 1});
        };
        QVERIFY(write(0, former));
        const auto mapped = mapFilePart(path, 0, former.size());
        QVERIFY(mapped);
        QVERIFY(write(0, "anew"));
        QVERIFY(write(4, ", and on"));
        QCOMPARE(*readFile(path), std::string("anew, and on"));
        QVERIFY(fetchMapped({mapped->data.get(), mapped->size}, path));
        QVERIFY(mapped->view() == former);
    }
    void aFolderThatIsNotThereIsAnError()
    {
        const Status written = writeFileDurably("/nowhere/x", "text");
        QVERIFY(!written);
        QVERIFY(written.error().code == ErrorCode::NotFound);
    }
};

} // namespace sluice

SLUICE_TEST(sluice::DurableFileTest)
#include "durable_file_test.moc"
