// SPDX-License-Identifier: Apache-2.0
#include "engine/columns/batch.h"
#include "tests/simulation/pipeline_bed.h"
#include "tests/simulation/simulated_queue.h"
#include "tests/support/memory_folder.h"
#include "tests/support/test_main.h"

#include <algorithm>
#include <filesystem>
#include <fstream>

#include <QTemporaryDir>

namespace sluice::test {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t kSeed = 4; // a pipeline with state and several tables

std::string textOf(const fs::path& path)
{
    std::ifstream in(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

void writeText(const fs::path& path, const std::string& text)
{
    std::ofstream(path, std::ios::binary) << text;
}

// The last file of a folder by name whose name ends so.
fs::path lastOf(const fs::path& folder, const std::string& ending)
{
    fs::path out;
    for (const auto& entry : fs::directory_iterator(folder))
        if (entry.path().filename().string().ends_with(ending) && entry.path() > out)
            out = entry.path();
    return out;
}

// Runs a pipeline on this thread.
class Steps
{
public:
    explicit Steps(PipelineBed& bed)
        : m_random(1)
        , m_clock(1, {1'700'000'600'000'000})
        , m_queue(m_random)
    {
        runtime::RunEnvironment environment = bed.environment(m_clock);
        environment.scheduler = &m_queue;
        environment.hasThread = false;
        environment.pollBudget.rows = 20;
        run = std::make_unique<runtime::PipelineRun>(bed.plan(m_clock).value(),
                                                     std::move(environment));
    }
    template <class Condition> void until(Condition isDone)
    {
        for (int steps = 0; steps < 200'000 && !isDone() && !run->isOver(); ++steps) {
            run->step(true);
            if (m_queue.hasReady())
                m_queue.stepAny();
            else
                m_clock.advance(std::chrono::milliseconds(100));
            m_queue.fireTimers(m_clock.steadyNow().ns);
        }
    }
    void toTheEnd()
    {
        until([this] { return run->hasBeenIdle(std::chrono::seconds(2)); });
        run->requestStop(true);
        until([] { return false; });
    }

private:
    std::mt19937_64 m_random;
    SimulatedClock m_clock;
    SimulatedQueue m_queue;

public:
    std::unique_ptr<runtime::PipelineRun> run; // ends before the queue
};

} // namespace

/// What becomes of a pipeline whose files were cut off or changed while it was down: it goes on
/// from what is whole, and its tables are right, or it refuses and says which file. Nothing is
/// misread.
class TornFilesTest : public QObject
{
    Q_OBJECT

private slots:
    void initTestCase()
    {
        initializeColumns();
        // Half of the input is read in enough epochs for a checkpoint of each table's log.
        fs::create_directories(folder("kept"));
        PipelineBed bed(folder("bed"), m_pipeline);
        Steps steps(bed);
        for (flow::Epoch epoch = 1; epoch <= 125; ++epoch) {
            bed.addLines(4, false);
            steps.until([&] { return steps.run->status().epoch >= epoch; });
        }
        QCOMPARE(steps.run->status().epoch, flow::Epoch(125));
        QVERIFY(!lastOf(logFolder(), ".checkpoint.parquet").empty());
        steps.run.reset(); // as by a crash
        m_inputBytes = fs::file_size(folder("bed") + "/in.jsonl");
        for (const char* part : {"/state", "/lake"})
            fs::copy(folder("bed") + part, folder("kept") + part, fs::copy_options::recursive);
    }

    void damaged_data()
    {
        QTest::addColumn<QString>("file");
        QTest::addColumn<QString>("damage");
        QTest::addColumn<bool>("mustGoOn");
        for (const char* file :
             {"manifest", "state", "log", "commit", "checkpoint", "last_checkpoint"})
            for (const char* damage : {"removed", "empty", "half", "less one byte", "first byte",
                                       "middle byte", "last byte", "zeros"}) {
                // A commit has no checksum: what a changed byte does to it the reader of its files
                // finds (table_reader_test).
                if (QByteArray(file) == "commit" && QByteArray(damage) == "middle byte")
                    continue;
                // Nothing is lost without a checkpoint while the commits are all there.
                QTest::addRow("%s: %s", file, damage)
                    << QString::fromLatin1(file) << QString::fromLatin1(damage)
                    << QByteArray(file).contains("checkpoint");
            }
    }
    void damaged()
    {
        QFETCH(QString, file);
        QFETCH(QString, damage);
        QFETCH(bool, mustGoOn);
        restore();
        const fs::path path = pathOf(file);
        QVERIFY2(fs::exists(path), path.c_str());
        hurt(path, damage);

        PipelineBed bed(folder("bed"), m_pipeline, 500);
        Steps steps(bed);
        bed.addLines(m_pipeline.lines().size(), false);
        steps.toTheEnd();
        const runtime::RunStatus status = steps.run->status();
        if (status.phase == runtime::RunPhase::Finished) {
            const std::string wrong = bed.compare();
            QVERIFY2(wrong.empty(), wrong.c_str());
        } else {
            QVERIFY2(!mustGoOn, status.reason.c_str());
            QVERIFY(status.phase == runtime::RunPhase::Failed);
            QVERIFY2(status.reason.find(folder("bed")) != std::string::npos, status.reason.c_str());
        }
    }

private:
    std::string folder(const std::string& name) const
    {
        return m_folder.path().toStdString() + "/" + name;
    }
    // Puts back what the last case hurt. The input stays the file that it is: its position belongs
    // to its path.
    void restore() const
    {
        for (const char* part : {"/state", "/lake"}) {
            fs::remove_all(folder("bed") + part);
            fs::copy(folder("kept") + part, folder("bed") + part, fs::copy_options::recursive);
        }
        fs::resize_file(folder("bed") + "/in.jsonl", m_inputBytes);
    }
    fs::path logFolder() const { return folder("bed") + "/lake/bronze/p/_delta_log"; }
    fs::path pathOf(const QString& file) const
    {
        if (file == QStringLiteral("manifest"))
            return lastOf(folder("bed") + "/state/p", ".json");
        if (file == QStringLiteral("state"))
            return lastOf(folder("bed") + "/state/p", ".bin"); // state-... is behind log-...
        if (file == QStringLiteral("log"))
            return firstLog();
        if (file == QStringLiteral("commit"))
            return lastOf(logFolder(), ".json");
        if (file == QStringLiteral("checkpoint"))
            return lastOf(logFolder(), ".checkpoint.parquet");
        return logFolder() / "_last_checkpoint";
    }
    fs::path firstLog() const
    {
        for (const auto& entry : fs::directory_iterator(folder("bed") + "/state/p"))
            if (entry.path().filename().string().starts_with("log-"))
                return entry.path();
        return {};
    }
    static void hurt(const fs::path& path, const QString& damage)
    {
        if (damage == QStringLiteral("removed")) {
            fs::remove(path);
            return;
        }
        std::string text = textOf(path);
        const auto flip = [&](std::size_t at) { text[at] = char(text[at] ^ 0x11); };
        if (damage == QStringLiteral("empty"))
            text.clear();
        else if (damage == QStringLiteral("half"))
            text.resize(text.size() / 2);
        else if (damage == QStringLiteral("less one byte"))
            text.resize(text.size() - 1);
        else if (damage == QStringLiteral("first byte"))
            flip(0);
        else if (damage == QStringLiteral("middle byte"))
            flip(text.size() / 2);
        else if (damage == QStringLiteral("last byte"))
            flip(text.size() - 1);
        else
            std::ranges::fill(text, '\0');
        writeText(path, text);
    }

    const QTemporaryDir m_folder{memoryFolder() + QStringLiteral("/torn-XXXXXX")};
    const RandomPipeline m_pipeline{kSeed, 1000};
    std::uintmax_t m_inputBytes = 0;
};

} // namespace sluice::test

SLUICE_TEST(sluice::test::TornFilesTest)
#include "torn_files_test.moc"
