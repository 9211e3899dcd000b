// SPDX-License-Identifier: Apache-2.0
#include "engine/base/durable_file.h"

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
