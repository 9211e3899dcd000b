// SPDX-License-Identifier: Apache-2.0
#include "engine/base/fail_point.h"

#include "engine/base/durable_file.h"
#include "tests/support/test_main.h"

#include <QFile>
#include <QTemporaryDir>

namespace sluice {

class FailPointTest : public QObject
{
    Q_OBJECT

private slots:
    void cleanup() { QVERIFY(setFailPoints("")); }

    void offNothingFails()
    {
        for (const std::string_view name : failPointNames())
            QVERIFY(failPoint(name, "x"));
    }

    void itFailsTheNthTimeAndOnlyThen()
    {
        QVERIFY(setFailPoints("manifest.sync=error@2,state.sync=full_disk"));
        QVERIFY(failPoint("manifest.sync", "m"));
        const Status second = failPoint("manifest.sync", "m");
        QVERIFY(!second && second.error().code == ErrorCode::StorageFailed);
        QVERIFY(failPoint("manifest.sync", "m"));
        QVERIFY(failPoint("manifest.write", "m"));
        const Status full = failPoint("state.sync", "s");
        QVERIFY(!full && full.error().code == ErrorCode::StorageFull);
        QCOMPARE(full.error().object, std::string("s"));
    }

    void aDurableFileIsOldOrNewAtEveryPlace_data()
    {
        QTest::addColumn<QString>("point");
        QTest::addColumn<QByteArray>("left");
        QTest::newRow("write") << QStringLiteral("state.write=error") << QByteArray("old");
        QTest::newRow("half") << QStringLiteral("state.write=short_write") << QByteArray("old");
        QTest::newRow("sync") << QStringLiteral("state.sync=error") << QByteArray("old");
        QTest::newRow("rename") << QStringLiteral("state.rename=error") << QByteArray("old");
        QTest::newRow("renamed") << QStringLiteral("state.renamed=error") << QByteArray("new");
    }
    void aDurableFileIsOldOrNewAtEveryPlace()
    {
        QFETCH(QString, point);
        QFETCH(QByteArray, left);
        const QTemporaryDir folder;
        const std::string path = folder.path().toStdString() + "/f";
        QVERIFY(writeFileDurably(path, "old"));
        QVERIFY(setFailPoints(point.toStdString()));
        QVERIFY(!writeFileDurably(path, "new", "state"));
        QFile file(QString::fromStdString(path));
        QVERIFY(file.open(QIODevice::ReadOnly));
        QCOMPARE(file.readAll(), left);
        QVERIFY(writeFileDurably(path, "new", "state"));
    }

    void whatIsNotUnderstoodIsRefused_data()
    {
        QTest::addColumn<QString>("text");
        for (const char* text : {"nowhere=kill", "manifest.sync", "manifest.sync=explode",
                                 "manifest.sync=kill@0", "manifest.sync=kill@x", "=kill"})
            QTest::newRow(text) << QString::fromLatin1(text);
    }
    void whatIsNotUnderstoodIsRefused()
    {
        QFETCH(QString, text);
        const Status set = setFailPoints(text.toStdString());
        QVERIFY(!set && set.error().code == ErrorCode::ConfigInvalid);
    }

    void theDocumentListsEveryName()
    {
        QFile file(QStringLiteral(SLUICE_SOURCES "/docs/fail-points.md"));
        QVERIFY(file.open(QIODevice::ReadOnly));
        const QByteArray text = file.readAll();
        for (const std::string_view name : failPointNames())
            QVERIFY2(text.contains('`' + QByteArray(name.data(), qsizetype(name.size())) + '`'),
                     std::string(name).c_str());
    }
};

} // namespace sluice

SLUICE_TEST(sluice::FailPointTest)
#include "fail_point_test.moc"
