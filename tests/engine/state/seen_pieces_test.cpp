// SPDX-License-Identifier: Apache-2.0
#include "engine/state/seen_pieces.h"

#include "tests/support/test_main.h"

#include <algorithm>
#include <random>

namespace sluice::state {

class SeenPiecesTest : public QObject
{
    Q_OBJECT

    static std::vector<SeenKey> keysOf(std::size_t count, unsigned seed)
    {
        std::mt19937 random(seed);
        std::vector<SeenKey> keys(count);
        for (std::size_t i = 0; i < count; ++i)
            keys[i] = {std::uint32_t(random()), std::uint64_t(random()) << 1 | 1, std::int64_t(i)};
        return keys;
    }
    static std::string piece(const std::vector<SeenKey>& keys)
    {
        ByteWriter out;
        const std::span<const SeenKey> run(keys);
        SeenPieces::write({&run, 1}, INT64_MIN, out);
        return out.take();
    }
    static SharedBytes shared(std::string_view bytes)
    {
        SharedBytes out{std::shared_ptr<char[]>(new char[bytes.size()]), bytes.size()};
        std::ranges::copy(bytes, out.data.get());
        return out;
    }

private slots:
    void aPieceOfAFewKeysIsAFewBytes()
    {
        QCOMPARE(piece(keysOf(1, 1)).size(), std::size_t(2 + 20));
        QCOMPARE(piece(keysOf(3, 1)).size(), std::size_t(2 + 60));
    }
    void whatIsReleasedIsNotWritten()
    {
        const std::vector<SeenKey> keys{{7, 1, 100}, {1u << 31, 3, 90}, {9, 5, 101}, {8, 7, 99}};
        const std::array<std::span<const SeenKey>, 2> runs{std::span(keys).first(1),
                                                           std::span(keys).subspan(1)};
        ByteWriter out;
        QCOMPARE(SeenPieces::write(runs, 100, out), 101);
        QCOMPARE(out.size(), std::size_t(2 + 40));
        ByteWriter none;
        QCOMPARE(SeenPieces::write(runs, 200, none), INT64_MIN);
        QCOMPARE(none.size(), std::size_t(2));
    }
    // Every key is in the part of its first six bits, and there in the order of the first eleven,
    // whatever the pieces it came in.
    void partsHoldTheKeysOfAllPieces_data()
    {
        QTest::addColumn<std::vector<int>>("sizes");
        QTest::newRow("none") << std::vector<int>{};
        QTest::newRow("an empty one") << std::vector<int>{0};
        QTest::newRow("one key") << std::vector<int>{1};
        QTest::newRow("small ones") << std::vector<int>(300, 5);
        QTest::newRow("large ones") << std::vector<int>{20'000, 8192};
        QTest::newRow("both") << std::vector<int>{3, 30'000, 0, 8191, 8192, 1};
    }
    void partsHoldTheKeysOfAllPieces()
    {
        QFETCH(std::vector<int>, sizes);
        std::string bytes;
        std::array<std::vector<std::int64_t>, 64> expected;
        std::size_t all = 0, large = 0;
        for (const int size : sizes) {
            std::vector<SeenKey> keys = keysOf(std::size_t(size), unsigned(all));
            for (SeenKey& key : keys) {
                key.timeUs = std::int64_t(all++);
                expected[key.high / 67'108'864].push_back(key.timeUs);
            }
            bytes += piece(keys);
            large += size >= 8192;
        }
        SeenPieces pieces;
        QVERIFY(pieces.read(shared(bytes)));
        pieces.gatherSmall();
        QCOMPARE(pieces.keys(), all);
        QVERIFY(pieces.size() <= large + 1);
        for (std::size_t part = 0; part < expected.size(); ++part) {
            std::vector<std::int64_t> found;
            for (std::size_t i = 0; i < pieces.size(); ++i) {
                const auto keys = pieces.keysOf(i, part);
                QVERIFY(std::ranges::is_sorted(keys, {}, [](const SeenKey& key) {
                    return key.high / 2'097'152;
                }));
                for (const SeenKey& key : keys)
                    found.push_back(key.timeUs);
            }
            std::ranges::sort(found);
            QVERIFY(found == expected[part]);
        }
    }
    void whatIsNotAPieceIsRefused_data()
    {
        QTest::addColumn<QByteArray>("bytes");
        QTest::addColumn<QString>("finding");
        const QByteArray whole = QByteArray::fromStdString(piece(keysOf(3, 1)));
        QTest::newRow("cut off") << whole.first(40) << "a piece of 3 keys is cut off";
        QTest::newRow("a second one cut off") << whole + whole.first(1) << "cut off";
        QTest::newRow("another format")
            << QByteArray("\x01") + whole.sliced(1) << "keys of format 1";
        QTest::newRow("a count beyond all bytes")
            << QByteArray("\x02\xff\xff\xff\xff\xff\xff\xff\xff\x0f") + whole << "is cut off";
    }
    void whatIsNotAPieceIsRefused()
    {
        QFETCH(QByteArray, bytes);
        QFETCH(QString, finding);
        SeenPieces pieces;
        const Status status = pieces.read(shared({bytes.constData(), std::size_t(bytes.size())}));
        QVERIFY(!status);
        QVERIFY2(status.error().message.find(finding.toStdString()) != std::string::npos,
                 status.error().message.c_str());
    }
};

} // namespace sluice::state

SLUICE_TEST(sluice::state::SeenPiecesTest)
#include "seen_pieces_test.moc"
