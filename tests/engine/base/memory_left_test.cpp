// SPDX-License-Identifier: Apache-2.0
#include "engine/base/memory_left.h"

#include "tests/support/test_main.h"

namespace sluice {

class MemoryLeftTest : public QObject
{
    Q_OBJECT

private slots:
    void theSystemIsRead()
    {
        constexpr std::string_view kText = "MemTotal:       24684084 kB\n"
                                           "MemAvailable:   22741920 kB\nBuffers:  18464 kB\n";
        QCOMPARE(*memoryFigure(kText, "MemAvailable:"), std::int64_t(22741920) * 1024);
        QCOMPARE(*memoryFigure(kText, "Buffers:"), std::int64_t(18464) * 1024);
        QVERIFY(!memoryFigure(kText, "SwapFree:"));
        QVERIFY(!memoryFigure("MemAvailable:\n", "MemAvailable:"));
    }
    void aControlGroupHasItsOwnBound()
    {
        QCOMPARE(*groupMemoryLeft("1000\n", "400\n", "anon 300\ninactive_file 150\n"),
                 std::int64_t(750)); // what is only cached can be taken back
        QCOMPARE(*groupMemoryLeft("1000\n", "1200\n", ""), std::int64_t(0));
        QVERIFY(!groupMemoryLeft("max\n", "400\n", ""));
        QVERIFY(!groupMemoryLeft("", "", "")); // no such files
    }
    void thisMachineHasSome() { QVERIFY(availableMemory() > 0); }
};

} // namespace sluice

SLUICE_TEST(sluice::MemoryLeftTest)
#include "memory_left_test.moc"
