// SPDX-License-Identifier: Apache-2.0
#include "engine/base/mapped_part.h"

#include "tests/support/test_main.h"

#include <QTemporaryDir>

#include <cstdio>
#include <filesystem>
#include <fstream>

namespace sluice {

class MappedPartTest : public QObject
{
    Q_OBJECT

    QTemporaryDir m_folder{QStringLiteral("./mapped-XXXXXX")};

    static std::string content(std::size_t size)
    {
        std::string out(size, '\0');
        for (std::size_t i = 0; i < size; ++i)
            out[i] = char(i * 31 + i / 251);
        return out;
    }
    std::string fileOf(const std::string& bytes) const
    {
        const std::string path = m_folder.filePath("file").toStdString();
        std::ofstream(path, std::ios::binary) << bytes;
        return path;
    }

private slots:
    void parts_data()
    {
        QTest::addColumn<quint64>("offset");
        QTest::addColumn<quint64>("length");
        QTest::newRow("all") << quint64(0) << quint64(20'000);
        QTest::newRow("from a page on") << quint64(4096) << quint64(100);
        QTest::newRow("across pages") << quint64(4000) << quint64(9'000);
        QTest::newRow("the last byte") << quint64(19'999) << quint64(1);
        QTest::newRow("none") << quint64(7) << quint64(0);
    }
    void parts()
    {
        QFETCH(quint64, offset);
        QFETCH(quint64, length);
        const std::string all = content(20'000);
        const std::string path = fileOf(all);
        auto part = mapFilePart(path, offset, length);
        QVERIFY(part);
        QVERIFY(fetchMapped({part->data.get(), part->size}, path));
        QVERIFY(part->view() == std::string_view(all).substr(offset, length));
    }
    void itStaysWhenTheFileIsRemovedAndChangesAreNotWritten()
    {
        const std::string all = content(10'000);
        const std::string path = fileOf(all);
        const auto part = mapFilePart(path, 10, 5'000);
        QVERIFY(part);
        part->data[0] = 'x';
        std::ifstream again(path, std::ios::binary);
        const std::string now((std::istreambuf_iterator<char>(again)), {});
        QVERIFY(now == all);
        std::filesystem::remove(path);
        QCOMPARE(part->view()[0], 'x');
        QVERIFY(part->view().substr(1) == std::string_view(all).substr(11, 4'999));
    }
    void whatIsNotThereIsAnError()
    {
        const auto none = mapFilePart(m_folder.filePath("none").toStdString(), 0, 10);
        QVERIFY(!none);
        QCOMPARE(none.error().code, ErrorCode::NotFound);
        const std::string path = fileOf(content(5'000));
        const auto part = mapFilePart(path, 0, 20'000); // four pages more than there are
        QVERIFY(part);
        const Status fetched = fetchMapped({part->data.get(), part->size}, path);
        QVERIFY(!fetched);
        QCOMPARE(fetched.error().code, ErrorCode::StorageFailed);
        QVERIFY(fetched.error().text().find(path) != std::string::npos);
    }
};

} // namespace sluice

SLUICE_TEST(sluice::MappedPartTest)
#include "mapped_part_test.moc"
