// SPDX-License-Identifier: Apache-2.0
#include "engine/lake/pages/index_runs.h"

#include "tests/support/test_main.h"

#include <vector>

namespace sluice::lake {

class IndexRunsTest : public QObject
{
    Q_OBJECT

    using Indices = std::vector<std::uint16_t>;

    static Indices repeated(std::size_t count, std::uint16_t value)
    {
        return Indices(count, value);
    }
    static Indices joined(const std::vector<Indices>& parts)
    {
        Indices out;
        for (const Indices& part : parts)
            out.insert(out.end(), part.begin(), part.end());
        return out;
    }

private slots:
    // Worked out by hand from the description of the hybrid of runs: a byte with the width, then
    // runs of one value (count << 1) and bit-packed ones (groups of eight << 1 | 1).
    void bytes_data()
    {
        QTest::addColumn<Indices>("indices");
        QTest::addColumn<int>("entries");
        QTest::addColumn<QByteArray>("bytes");
        const auto row = [](const char* name, Indices indices, int entries, const char* bytes) {
            QTest::newRow(name) << std::move(indices) << entries << QByteArray(bytes);
        };
        row("none", {}, 0, "01");
        row("one of one text", {0}, 1, "01 02 00");
        row("all of one text", repeated(100, 0), 1, "01 c8 01 00");
        row("all alike of many texts", repeated(5, 9), 300, "09 0a 09 00");
        row("0 to 7 in three bits", {0, 1, 2, 3, 4, 5, 6, 7}, 8, "03 03 88 c6 fa");
        row("the last group is filled up", {1, 0, 1}, 2, "01 03 05");
        row("a short run is packed with the others", joined({{0, 1}, repeated(14, 1)}), 2,
            "01 05 fe ff");
        row("a long run ends the packed ones", joined({{0, 1, 0, 1, 0, 1, 0, 1}, repeated(40, 1)}),
            2, "01 03 aa 50 01");
        row("and others follow it", joined({repeated(32, 1), {0, 1, 0}}), 2, "01 40 01 03 02");
        row("a run to the end takes the odd ones too",
            joined({{0, 1, 0, 1, 0, 1, 0, 1}, repeated(35, 0)}), 2, "01 03 aa 46 00");
    }
    void bytes()
    {
        QFETCH(Indices, indices);
        QFETCH(int, entries);
        QFETCH(QByteArray, bytes);
        const auto page = encodeIndices(indices, std::size_t(entries));
        QCOMPARE(QByteArray(page->data_as<char>(), int(page->size())).toHex(' '), bytes);
    }
};

} // namespace sluice::lake

SLUICE_TEST(sluice::lake::IndexRunsTest)
#include "index_runs_test.moc"
