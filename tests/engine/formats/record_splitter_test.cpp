// SPDX-License-Identifier: Apache-2.0
#include "engine/formats/record_splitter.h"

#include "tests/support/test_main.h"

#include <random>
#include <string>
#include <vector>

namespace sluice::formats {

class RecordSplitterTest : public QObject
{
    Q_OBJECT

    // The records that end in a block; behind it there are bytes that would all be line ends.
    static std::vector<std::string> recordsOf(const RecordSplitter& splitter,
                                              const std::string& block, std::size_t most = 1000)
    {
        const std::string padded = block + std::string(RecordSplitter::kPadding, '\n');
        std::vector<std::string> out;
        std::size_t at = 0;
        splitter.eachRecord(std::string_view(padded).substr(0, block.size()),
                            [&](std::size_t length) {
                                out.push_back(block.substr(at, length));
                                at += length + 1;
                                return out.size() < most;
                            });
        return out;
    }

private slots:
    void linesAreFound_data()
    {
        QTest::addColumn<std::string>("block");
        QTest::addColumn<std::vector<std::string>>("records");
        const std::string longLine(100, 'x');
        QTest::newRow("nothing") << std::string() << std::vector<std::string>{};
        QTest::newRow("no end") << longLine << std::vector<std::string>{};
        QTest::newRow("one") << std::string("ab\n") << std::vector<std::string>{"ab"};
        QTest::newRow("a rest behind") << std::string("ab\ncd") << std::vector<std::string>{"ab"};
        QTest::newRow("empty ones")
            << std::string("\n\na\n") << std::vector<std::string>{"", "", "a"};
        QTest::newRow("over vectors") << longLine + "\n" + longLine + "\n"
                                      << std::vector<std::string>{longLine, longLine};
    }
    void linesAreFound()
    {
        QFETCH(std::string, block);
        QFETCH(std::vector<std::string>, records);
        QVERIFY(recordsOf(RecordSplitter(), block) == records);
    }
    void anySizesOfLinesComeOutAsTheyWentIn()
    {
        std::mt19937 random(20261129);
        for (int round = 0; round < 500; ++round) {
            std::string block;
            std::vector<std::string> lines;
            for (auto left = random() % 20; left > 0; --left) {
                lines.emplace_back(random() % 70, char('a' + random() % 26));
                block += lines.back() + "\n";
            }
            QVERIFY(recordsOf(RecordSplitter(), block) == lines);
        }
    }
    void itStopsWhenNoMoreIsTaken()
    {
        QVERIFY(recordsOf(RecordSplitter(), "a\nb\nc\n", 2)
                == (std::vector<std::string>{"a", "b"}));
    }
    void itSaysWhetherAllIsAscii_data()
    {
        QTest::addColumn<std::string>("block");
        QTest::addColumn<bool>("isAscii");
        const std::string longLine(5000, 'x');
        QTest::newRow("ASCII") << std::string("a\nb\n") << true;
        QTest::newRow("nothing") << std::string() << true;
        QTest::newRow("first byte") << std::string("\xc3\xa9\n") << false;
        QTest::newRow("last byte of many") << longLine + "\n" + longLine + "\xff\n" << false;
    }
    void itSaysWhetherAllIsAscii()
    {
        QFETCH(std::string, block);
        QFETCH(bool, isAscii);
        const std::string padded = block + std::string(RecordSplitter::kPadding, ' ');
        const bool found
            = RecordSplitter().eachRecord(std::string_view(padded).substr(0, block.size()),
                                          [](std::size_t) { return true; });
        QCOMPARE(found, isAscii);
    }
    void aLineEndInQuotesIsNone()
    {
        QVERIFY(recordsOf(RecordSplitter('"'), "a,\"x\ny\"\nb\n")
                == (std::vector<std::string>{"a,\"x\ny\"", "b"}));
    }
};

} // namespace sluice::formats

SLUICE_TEST(sluice::formats::RecordSplitterTest)
#include "record_splitter_test.moc"
