// SPDX-License-Identifier: Apache-2.0
#include "engine/base/uncached_writer.h"

#include "engine/base/durable_file.h"
#include "tests/support/test_main.h"

#include <algorithm>
#include <random>

#include <QTemporaryDir>
#include <fcntl.h>
#include <unistd.h>

namespace sluice {
namespace {

std::string randomBytes(std::size_t size, std::uint64_t seed)
{
    std::mt19937_64 random(seed);
    std::string out(size, '\0');
    std::ranges::generate(out, [&] { return char(random()); });
    return out;
}

} // namespace

class UncachedWriterTest : public QObject
{
    Q_OBJECT

private slots:
    void whatIsAppendedIsInTheFile_data()
    {
        QTest::addColumn<QString>("parent"); // where it may not be possible, too
        QTest::addColumn<int>("before");
        QTest::addColumn<int>("piece");
        QTest::addColumn<int>("total");
        constexpr int kBlock = int(UncachedWriter::kBlockBytes);
        for (const char* parent : {".", "/dev/shm"}) {
            const auto row = [&](const char* what, int before, int piece, int total) {
                QTest::addRow("%s in %s", what, parent) << parent << before << piece << total;
            };
            row("nothing", 0, 1, 0);
            row("a byte", 0, 1, 1);
            row("a unit", 0, 4096, 4096);
            row("less than a block", 0, 1000, kBlock - 1);
            row("a block", 0, kBlock, kBlock);
            row("a block and a byte", 0, kBlock + 1, kBlock + 1);
            row("many blocks, odd pieces", 0, 77'777, 3 * kBlock + 4097);
            row("behind others, within a unit", 5, 77'777, 2 * kBlock + 4097);
            row("behind others, at a unit", 8192, kBlock / 2, 2 * kBlock);
            row("behind others, to a unit", 4095, 999'999, kBlock + 1);
        }
    }
    void whatIsAppendedIsInTheFile()
    {
        QFETCH(QString, parent);
        QFETCH(int, before);
        QFETCH(int, piece);
        QFETCH(int, total);
        const QTemporaryDir folder(parent + "/uncached-XXXXXX");
        const std::string path = folder.filePath("file").toStdString();
        const std::string there = randomBytes(std::size_t(before), 1);
        const std::string added = randomBytes(std::size_t(total), 2);
        QVERIFY(writeFileDurably(path, there));
        const int file = ::open(path.c_str(), O_WRONLY);
        {
            UncachedWriter writer(file, there.size(), path);
            for (std::string_view left = added; !left.empty();) {
                const auto next = left.substr(0, std::size_t(piece));
                QVERIFY(writer.append(next));
                left.remove_prefix(next.size());
            }
            QVERIFY(writer.finish());
        }
        QVERIFY((::fcntl(file, F_GETFL) & O_DIRECT) == 0); // as it was given
        ::close(file);
        QVERIFY(*readFile(path) == there + added);
    }

    void aFullDiskIsAnError()
    {
        const int full = ::open("/dev/full", O_WRONLY);
        UncachedWriter writer(full, 0, "/dev/full");
        const Status written = writer.append(std::string(2 * UncachedWriter::kBlockBytes, 'x'));
        ::close(full);
        QVERIFY(!written);
        QCOMPARE(written.error().object, std::string("/dev/full"));
    }
};

} // namespace sluice

SLUICE_TEST(sluice::UncachedWriterTest)
#include "uncached_writer_test.moc"
