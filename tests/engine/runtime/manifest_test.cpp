// SPDX-License-Identifier: Apache-2.0
#include "engine/runtime/manifest.h"

#include "tests/support/test_main.h"

#include <QDir>
#include <QFile>
#include <QTemporaryDir>

namespace sluice::runtime {
namespace {

Manifest manifestOf(flow::Epoch epoch, std::map<std::string, StateSegment> segments)
{
    Manifest manifest;
    manifest.epoch = epoch;
    manifest.positions["source"] = "{\"a\": \"q\\\"\"}";
    manifest.sealed["gold"] = "{}";
    manifest.fingerprints["source"] = "77";
    for (const auto& [node, segment] : segments)
        manifest.state[node] = {segment};
    return manifest;
}

} // namespace

class ManifestTest : public QObject
{
    Q_OBJECT

private slots:
    void readsWhatItWrote()
    {
        const QTemporaryDir folder;
        const ManifestStore store(folder.path().toStdString());
        const auto segments
            = store.writeState(5,
                               {{"sum", {flow::SaveKind::Whole, "state of sum"}},
                                {"window", {flow::SaveKind::Changes, std::string("\0\1", 2)}}});
        QVERIFY(segments);
        QVERIFY(store.write(manifestOf(5, *segments)));
        std::vector<std::string> warnings;
        const auto read = store.newest(warnings);
        QVERIFY(read && *read);
        QCOMPARE((*read)->epoch, flow::Epoch(5));
        QCOMPARE((*read)->positions.at("source"), std::string("{\"a\": \"q\\\"\"}"));
        QCOMPARE(store.readState((*read)->state.at("sum")[0])->view(),
                 std::string_view("state of sum"));
        QVERIFY((*read)->state.at("window")[0].kind == flow::SaveKind::Changes);
        QVERIFY(warnings.empty());
    }
    void anyFlippedByteIsFound()
    {
        const QTemporaryDir folder;
        const ManifestStore store(folder.path().toStdString());
        QVERIFY(store.write(manifestOf(1, {})));
        const QString path = QDir(folder.path()).entryInfoList(QDir::Files).first().filePath();
        QFile file(path);
        QVERIFY(file.open(QIODevice::ReadWrite));
        const QByteArray whole = file.readAll();
        for (int at = 0; at < whole.size(); ++at) {
            QByteArray flipped = whole;
            flipped[at] = char(flipped[at] ^ 0x10);
            file.resize(0);
            file.seek(0);
            file.write(flipped);
            file.flush();
            std::vector<std::string> warnings;
            QVERIFY2(!store.newest(warnings), qPrintable(QString::number(at)));
        }
    }
    void anEarlierOneIsUsedWhenTheNewestIsTorn()
    {
        const QTemporaryDir folder;
        const ManifestStore store(folder.path().toStdString());
        QVERIFY(store.write(manifestOf(1, {})));
        QVERIFY(store.write(manifestOf(2, {})));
        QFile newest(folder.filePath(QStringLiteral("manifest-00000000000000000002.json")));
        QVERIFY(newest.resize(newest.size() / 2));
        std::vector<std::string> warnings;
        const auto read = store.newest(warnings);
        QVERIFY(read && *read);
        QCOMPARE((*read)->epoch, flow::Epoch(1));
        QCOMPARE(warnings.size(), std::size_t(1));
    }
    void stateThatIsStillNamedIsKept()
    {
        const QTemporaryDir folder;
        const ManifestStore store(folder.path().toStdString());
        StateSegment first;
        for (flow::Epoch epoch = 1; epoch <= 6; ++epoch) {
            const auto segments = store.writeState(epoch, {{"sum", {flow::SaveKind::Whole, "x"}}});
            Manifest manifest = manifestOf(epoch, {});
            if (epoch == 1)
                first = segments->at("sum");
            manifest.state["sum"] = {first, segments->at("sum")};
            QVERIFY(store.write(manifest));
            store.removeOld(manifest);
        }
        const QStringList files = QDir(folder.path()).entryList(QDir::Files);
        QCOMPARE(files.filter(QStringLiteral("manifest")).size(), 3);
        QCOMPARE(files.filter(QStringLiteral("state")).size(), 4); // 1, 4, 5, 6
        QVERIFY(store.readState(first));
    }
    void aLogGrowsWhereItIs()
    {
        const QTemporaryDir folder;
        const ManifestStore store(folder.path().toStdString());
        const auto first = store.appendLog(3, "seen", std::nullopt, "one,", EventTime{50});
        const auto longer = store.appendLog(4, "seen", *first, "two,", EventTime{40});
        QVERIFY(first && longer);
        QCOMPARE(store.readState(*longer)->view(), std::string_view("one,two,"));
        QCOMPARE(store.readState(*first)->view(),
                 std::string_view("one,")); // what an older manifest names
        QCOMPARE(longer->until.us, 50);
        Manifest manifest = manifestOf(4, {{"seen", *longer}});
        QVERIFY(store.write(manifest));
        std::vector<std::string> warnings;
        const auto read = store.newest(warnings);
        QVERIFY(read && *read);
        const StateSegment& segment = (*read)->state.at("seen")[0];
        QVERIFY(segment.kind == flow::SaveKind::Log);
        QCOMPARE(segment.until.us, 50);
        QCOMPARE(store.readState(segment)->view(), std::string_view("one,two,"));
        // An epoch that did not come to be left bytes behind the end: they are written over.
        const auto lost = store.appendLog(5, "seen", *longer, "never to be seen,", EventTime{60});
        const auto again = store.appendLog(5, "seen", *longer, "three", EventTime{60});
        QVERIFY(lost && again);
        QCOMPARE(store.readState(*again)->view(), std::string_view("one,two,three"));
        QVERIFY(!store.readState(*lost));
        store.removeOld(manifest);
        QVERIFY(store.readState(*longer));
        manifest.state.clear();
        QVERIFY(store.write(manifest));
        store.removeOld(manifest);
        QVERIFY(!store.readState(*longer));
    }
    void anEmptyFolderHasNone()
    {
        const QTemporaryDir folder;
        std::vector<std::string> warnings;
        const auto read = ManifestStore(folder.path().toStdString()).newest(warnings);
        QVERIFY(read && !*read);
    }
};

} // namespace sluice::runtime

SLUICE_TEST(sluice::runtime::ManifestTest)
#include "manifest_test.moc"
