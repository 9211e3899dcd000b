// SPDX-License-Identifier: Apache-2.0
#include "engine/lake/pages/delta_packing.h"

#include "tests/support/test_main.h"

#include <limits>
#include <vector>

namespace sluice::lake {
namespace {

template <class Value> QByteArray packed(const std::vector<Value>& values)
{
    std::vector<std::uint8_t> room(deltaPackedRoom<Value>(values.size()));
    const std::uint8_t* end = writeDeltaPacked<Value>(values, room.data());
    return QByteArray(reinterpret_cast<const char*>(room.data()), end - room.data()).toHex(' ');
}

} // namespace

class DeltaPackingTest : public QObject
{
    Q_OBJECT

private slots:
    // Worked out by hand from the description of DELTA_BINARY_PACKED: blocks of 128 (80 01), four
    // miniblocks, the count, the first value; then for a block the least difference, the four
    // widths, and the bits.
    void bytes_data()
    {
        using Values = std::vector<std::int64_t>;
        QTest::addColumn<Values>("values");
        QTest::addColumn<QByteArray>("bytes");
        const auto row = [](const char* name, Values values, const char* bytes) {
            QTest::newRow(name) << std::move(values) << QByteArray(bytes);
        };
        row("none", {}, "80 01 04 00 00");
        row("one", {-3}, "80 01 04 01 05");
        row("ascending: no bits at all", {1, 2, 3, 4}, "80 01 04 04 02 02 00 00 00 00");
        // Differences -2 -2 -2 1 1 1 1, above the least 0 0 0 3 3 3 3.
        row("the example of the format", {7, 5, 3, 1, 2, 3, 4, 5},
            "80 01 04 08 0e 03 02 00 00 00 c0 3f 00 00 00 00 00 00");
    }
    void bytes()
    {
        QFETCH(std::vector<std::int64_t>, values);
        QFETCH(QByteArray, bytes);
        QCOMPARE(packed(values), bytes);
        QCOMPARE(packed(std::vector<std::int32_t>(values.begin(), values.end())), bytes);
    }
    // The difference of the ends does not fit and wraps to -1; the one back is 1: width 2, not 64.
    void differencesWrap()
    {
        constexpr auto kLeast = std::numeric_limits<std::int32_t>::min();
        constexpr auto kMost = std::numeric_limits<std::int32_t>::max();
        QCOMPARE(packed(std::vector<std::int32_t>{kLeast, kMost, kLeast}),
                 QByteArray("80 01 04 03 ff ff ff ff 0f 01 02 00 00 00 08 00 00 00 00 00 00 00"));
    }
    void roomIsEnoughForTheWorst()
    {
        for (const std::size_t count : {1u, 2u, 128u, 129u, 130u, 1000u}) {
            std::vector<std::int64_t> values(count);
            for (std::size_t i = 0; i < count; ++i)
                values[i] = std::int64_t(i * 0x9e3779b97f4a7c15ull);
            const std::size_t room = deltaPackedRoom<std::int64_t>(count);
            std::vector<std::uint8_t> out(room + 8, 0xEE);
            const std::uint8_t* end = writeDeltaPacked<std::int64_t>(values, out.data());
            QVERIFY(std::size_t(end - out.data()) <= room);
            QVERIFY(std::all_of(out.begin() + std::ptrdiff_t(room), out.end(),
                                [](std::uint8_t byte) { return byte == 0xEE; }));
        }
    }
};

} // namespace sluice::lake

SLUICE_TEST(sluice::lake::DeltaPackingTest)
#include "delta_packing_test.moc"
