// SPDX-License-Identifier: Apache-2.0
#include "engine/lake/file_output.h"

#include "engine/base/durable_file.h"
#include "tests/support/test_main.h"

#include <random>

#include <QTemporaryDir>

namespace sluice::lake {
namespace {

std::string randomBytes(std::size_t size)
{
    std::mt19937_64 random(7);
    std::string out(size, '\0');
    for (char& byte : out)
        byte = char(random());
    return out;
}

} // namespace

class FileOutputTest : public QObject
{
    Q_OBJECT

private slots:
    void whatIsWrittenIsInTheFile_data()
    {
        QTest::addColumn<int>("size");
        QTest::newRow("nothing") << 0;
        QTest::newRow("a byte") << 1;
        QTest::newRow("a small file") << (3 << 20) + 5;
        QTest::newRow("a large file") << (30 << 20) + 5;
        QTest::newRow("more than may wait") << int(FileOutput::kMostWaiting) + (20 << 20);
    }
    // Small pieces are copied, large ones kept: both, in an order that mixes them.
    void whatIsWrittenIsInTheFile()
    {
        QFETCH(int, size);
        const QTemporaryDir folder(QStringLiteral("./output-XXXXXX"));
        const std::string path = folder.filePath("file").toStdString();
        const std::string bytes = randomBytes(std::size_t(size));
        const auto output = *FileOutput::create(path);
        std::mt19937_64 random(1);
        for (std::string_view left = bytes; !left.empty();) {
            const std::size_t most = random() % 3 == 0 ? 6 << 20 : 90'000;
            const auto piece = left.substr(0, 1 + random() % most);
            if (random() % 2 == 0)
                QVERIFY(output->Write(piece.data(), std::int64_t(piece.size())).ok());
            else
                QVERIFY(output->Write(arrow::Buffer::FromString(std::string(piece))).ok());
            left.remove_prefix(piece.size());
            QCOMPARE(*output->Tell(), std::int64_t(bytes.size() - left.size()));
        }
        QVERIFY(output->Close().ok());
        QVERIFY(output->closed());
        QVERIFY(output->wait());
        QVERIFY(*readFile(path) == bytes);
    }

    void aFullDiskIsAnError_data()
    {
        QTest::addColumn<int>("pieces");
        QTest::newRow("small") << 1;
        QTest::newRow("large") << 40;
    }
    void aFullDiskIsAnError()
    {
        QFETCH(int, pieces);
        const auto output = *FileOutput::create("/dev/full");
        const std::shared_ptr<arrow::Buffer> piece
            = arrow::Buffer::FromString(randomBytes(4 << 20));
        arrow::Status told;
        for (int i = 0; i < pieces && told.ok(); ++i)
            told = output->Write(piece);
        if (told.ok())
            told = output->Close();
        const Status written = output->wait();
        QVERIFY(!written);
        QVERIFY(written.error().code == ErrorCode::StorageFull);
        QVERIFY(told.ok() || told.ToString().find("No space left") != std::string::npos);
    }

    void whatIsGivenUpWaitsForNobody()
    {
        const QTemporaryDir folder(QStringLiteral("./output-XXXXXX"));
        const auto piece = arrow::Buffer::FromString(randomBytes(4 << 20));
        const std::weak_ptr<arrow::Buffer> kept = [&] {
            auto output = *FileOutput::create(folder.filePath("file").toStdString());
            std::shared_ptr<arrow::Buffer> copy = arrow::Buffer::FromString(piece->ToString());
            for (int i = 0; i < 5; ++i)
                (void)output->Write(copy);
            return std::weak_ptr<arrow::Buffer>(copy);
        }();
        QVERIFY(kept.expired()); // and holds nothing
    }

    void aFolderThatIsNotThereIsAnError()
    {
        const auto output = FileOutput::create("/nowhere/file");
        QVERIFY(!output.ok());
        QVERIFY(output.status().message().find("/nowhere/file") != std::string::npos);
    }
};

} // namespace sluice::lake

SLUICE_TEST(sluice::lake::FileOutputTest)
#include "file_output_test.moc"
