// SPDX-License-Identifier: Apache-2.0
#include "engine/lake/pages/bit_packing.h"

#include "tests/support/test_main.h"

#include <array>
#include <random>
#include <vector>

namespace sluice::lake {
namespace {

// A bit at a time, by the format's words: least significant first.
template <class Value>
std::vector<std::uint8_t> packedSlowly(const std::array<Value, kPacked>& values, int width)
{
    std::vector<std::uint8_t> out(std::size_t(width) * 4);
    std::size_t to = 0;
    for (const Value value : values)
        for (int bit = 0; bit < width; ++bit, ++to)
            out[to / 8] = std::uint8_t(out[to / 8] | (value >> bit & 1) << to % 8);
    return out;
}

template <class Value> void packEveryWidth()
{
    std::mt19937_64 random(11);
    const int bits = int(sizeof(Value) * 8);
    for (int width = 0; width <= bits; ++width) {
        std::array<Value, kPacked> values{};
        for (Value& value : values)
            value = width == 0 ? Value(0) : Value(Value(random()) >> (bits - width));
        std::vector<std::uint8_t> out(std::size_t(width) * 4 + 1, 0xEE);
        packBits(values.data(), width, out.data());
        QCOMPARE(out.back(), 0xEE); // not a byte further
        out.pop_back();
        QVERIFY2(out == packedSlowly(values, width), qPrintable(QString::number(width)));
    }
}

} // namespace

class BitPackingTest : public QObject
{
    Q_OBJECT

private slots:
    // The example of the format's description: 0 to 7 in three bits each.
    void theExampleOfTheFormat()
    {
        std::array<std::uint16_t, kPacked> values{};
        for (std::uint16_t i = 0; i < 8; ++i)
            values[i] = i;
        std::array<std::uint8_t, 12> out{};
        packBits(values.data(), 3, out.data());
        QCOMPARE(out[0], 0x88);
        QCOMPARE(out[1], 0xC6);
        QCOMPARE(out[2], 0xFA);
        QCOMPARE(out[3], 0);
    }
    void everyWidthOfShorts() { packEveryWidth<std::uint16_t>(); }
    void everyWidthOfInts() { packEveryWidth<std::uint32_t>(); }
    void everyWidthOfLongs() { packEveryWidth<std::uint64_t>(); }
};

} // namespace sluice::lake

SLUICE_TEST(sluice::lake::BitPackingTest)
#include "bit_packing_test.moc"
