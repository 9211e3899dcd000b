// SPDX-License-Identifier: Apache-2.0
#include "engine/base/durable_file.h"
#include "engine/columns/batch.h"
#include "engine/runtime/manifest.h"
#include "tests/golden/golden_answers.h"
#include "tests/golden/golden_files.h"
#include "tests/golden/golden_run.h"
#include "tests/support/memory_folder.h"
#include "tests/support/test_main.h"

#include <filesystem>
#include <fstream>

#include <QTemporaryDir>

namespace fs = std::filesystem;

namespace sluice::test {

/// What each version left on disk goes on in this one: checkpoints and tables of every released
/// format stay readable. One of a format that is not known is refused, not misread.
class GoldenTest : public QObject
{
    Q_OBJECT

    static std::string newestVersion()
    {
        std::string newest;
        for (const auto& entry : fs::directory_iterator(SLUICE_GOLDEN "/versions"))
            newest = std::max(newest, entry.path().filename().string());
        return newest;
    }
    static void copyTo(const std::string& folder, const std::string& version)
    {
        fs::copy(std::string(SLUICE_GOLDEN "/versions/") + version, folder,
                 fs::copy_options::recursive);
        makeLocal(folder);
    }
    std::string folder() const { return m_folder->path().toStdString() + "/golden"; }

    std::unique_ptr<QTemporaryDir> m_folder;

private slots:
    void initTestCase() { initializeColumns(); }
    void init()
    {
        m_folder
            = std::make_unique<QTemporaryDir>(memoryFolder() + QStringLiteral("/golden-XXXXXX"));
    }

    void goesOn_data()
    {
        QTest::addColumn<QString>("version");
        for (const auto& entry : fs::directory_iterator(SLUICE_GOLDEN "/versions"))
            QTest::addRow("%s", entry.path().filename().c_str())
                << QString::fromStdString(entry.path().filename().string());
    }
    void goesOn()
    {
        QFETCH(QString, version);
        copyTo(folder(), version.toStdString());
        feed(folder(), 120, kGoldenRecords);
        GoldenRun run(folder());
        run.toTheEnd();
        const runtime::RunStatus status = run.status();
        QVERIFY2(status.phase == runtime::RunPhase::Finished, status.reason.c_str());
        // No node may begin with empty state, no manifest be passed over.
        QVERIFY2(status.warnings.empty(),
                 status.warnings.empty() ? "" : status.warnings[0].c_str());
        QVERIFY(status.epoch > 3);
        const std::string wrong = compareWithAnswers(folder(), run.lake());
        QVERIFY2(wrong.empty(), wrong.c_str());
    }

    // Or goesOn() would prove little.
    void everyNodeThatKeepsStateHasSome()
    {
        copyTo(folder(), newestVersion());
        std::vector<std::string> warnings;
        const auto manifest = runtime::ManifestStore(folder() + "/state").newest(warnings);
        QVERIFY(manifest && *manifest && warnings.empty());
        int changes = 0; // nodes with changes behind the whole
        for (const char* node : {"once", "minutes", "hops", "sessions", "best", "leaders", "totals",
                                 "near", "equal", "same_window", "valid"}) {
            const auto state = (*manifest)->state.find(node);
            QVERIFY2(state != (*manifest)->state.end() && !state->second.empty()
                         && state->second.front().length > 8,
                     node);
            changes += state->second.size() > 1;
        }
        QVERIFY(changes > 0);
    }

    void aFormatThatIsNotKnownIsRefused_data()
    {
        QTest::addColumn<bool>("isManifest");
        QTest::addRow("manifest") << true;
        QTest::addRow("state file") << false;
    }
    void aFormatThatIsNotKnownIsRefused()
    {
        QFETCH(bool, isManifest);
        copyTo(folder(), newestVersion());
        if (isManifest) {
            int manifests = 0; // only the newest is of another format: an older one must not do
            rewriteManifests(folder(), [&](std::string text) {
                const std::size_t at = text.find("\"format\":1,");
                const bool isNewest = text.find("\"epoch\":3,") != std::string::npos;
                if (isNewest && at != std::string::npos)
                    text.replace(at, 11, "\"format\":9,");
                manifests += isNewest;
                return text;
            });
            QCOMPARE(manifests, 1);
        } else {
            for (const auto& entry : fs::directory_iterator(folder() + "/state"))
                if (entry.path().extension() == ".bin") {
                    std::fstream file(entry.path(),
                                      std::ios::in | std::ios::out | std::ios::binary);
                    file.seekp(8); // behind "SLUICEST"
                    file.put(9);
                }
        }
        GoldenRun run(folder());
        run.toTheEnd();
        const runtime::RunStatus status = run.status();
        QVERIFY(status.phase == runtime::RunPhase::Failed);
        QVERIFY2(status.reason.find(folder() + "/state/") != std::string::npos
                     && status.reason.find("format 9") != std::string::npos
                     && status.reason.find("another version") != std::string::npos,
                 status.reason.c_str());
    }
};

} // namespace sluice::test

SLUICE_TEST(sluice::test::GoldenTest)
#include "golden_test.moc"
