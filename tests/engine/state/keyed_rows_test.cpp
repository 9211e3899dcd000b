// SPDX-License-Identifier: Apache-2.0
#include "engine/state/keyed_rows.h"

#include "engine/columns/batch.h"
#include "tests/engine/state/kept_rows.h"
#include "tests/support/test_main.h"

#include <map>
#include <random>

namespace sluice::state {

using test::keptRows;

class KeyedRowsTest : public QObject
{
    Q_OBJECT

    static KeyedRows make()
    {
        return {*KeyCodec::make({arrow::field("k", arrow::int64())}), {"k"}};
    }
    static std::string key(std::int64_t value)
    {
        EncodedKeys encoded;
        (*KeyCodec::make({arrow::field("k", arrow::int64())}))
            .encode({keptRows({{value, 0, ""}})->column(0)}, encoded);
        return std::string(encoded.key(0));
    }
    static std::vector<std::int64_t> times(const KeyedRows& rows, std::int64_t of,
                                           std::int64_t from = INT64_MIN)
    {
        const std::string bytes = key(of);
        std::vector<std::int64_t> out;
        rows.walk(rows.newest(bytes, hashBytes(bytes)), from, [&](RowId, std::int64_t time) {
            out.push_back(time);
            return true;
        });
        return out;
    }

private slots:
    void initTestCase() { initializeColumns(); }

    void theRowsOfAKeyComeNewestFirst()
    {
        KeyedRows rows = make();
        QVERIFY(rows.append(*keptRows({{1, 10, "a"}, {2, 20, "b"}, {1, 30, "c"}})));
        QVERIFY(rows.append(*keptRows({{1, 25, "d"}, {-1, 40, "null"}})));
        QCOMPARE(times(rows, 1), (std::vector<std::int64_t>{25, 30, 10}));
        QCOMPARE(times(rows, 1, 20), (std::vector<std::int64_t>{25, 30}));
        QCOMPARE(times(rows, 2), (std::vector<std::int64_t>{20}));
        QCOMPARE(times(rows, 3), (std::vector<std::int64_t>{}));
        QCOMPARE(rows.keys(), std::size_t(2));
        QCOMPARE(rows.rows(), std::int64_t(5));
    }
    void theLatestRowUpToATimeIsFound()
    {
        KeyedRows rows = make();
        QVERIFY(rows.append(*keptRows({{1, 10, "a"}, {1, 30, "b"}, {1, 20, "c"}, {1, 20, "d"}})));
        const std::string bytes = key(1);
        const RowId newest = rows.newest(bytes, hashBytes(bytes));
        for (const auto& [time, place] :
             {std::pair(9, -1), {10, 0}, {19, 0}, {20, 3}, {29, 3}, {30, 1}, {99, 1}})
            QCOMPARE(rows.latestAt(newest, time), place < 0 ? kNoRow : RowId(place));
    }
    void releasedRowsGiveTheirMemoryBack()
    {
        KeyedRows rows = make();
        for (std::int64_t batch = 0; batch < 40; ++batch) {
            std::vector<test::KeptRow> some;
            for (std::int64_t i = 0; i < 1024; ++i)
                some.push_back({batch * 1024 + i, batch, "text of some length"});
            QVERIFY(rows.append(*keptRows(some)));
            rows.releaseBefore(batch - 2);
        }
        QCOMPARE(rows.rows(), std::int64_t(3 * 1024));
        QVERIFY2(rows.keys() < 3 * 3 * 1024, "keys without rows are released too");
        QCOMPARE(times(rows, 39 * 1024 + 5), (std::vector<std::int64_t>{39}));
        QCOMPARE(times(rows, 5), (std::vector<std::int64_t>{}));
    }
    // Against a plain map, with rows out of order, releases, saves and restarts in between.
    void itAnswersLikeAPlainMap()
    {
        std::mt19937 random(7);
        KeyedRows rows = make();
        std::multimap<std::int64_t, std::int64_t> plain;
        std::vector<std::string> saved;
        std::int64_t released = 0;
        for (int round = 0; round < 60; ++round) {
            std::vector<test::KeptRow> some;
            const std::size_t count = 1 + random() % (round % 3 == 0 ? 3000 : 5);
            for (std::size_t i = 0; i < count; ++i) {
                const std::int64_t time = round * 100 + std::int64_t(random() % 300);
                some.push_back({std::int64_t(random() % 50), time, "x"});
                plain.emplace(some.back().key, time);
            }
            QVERIFY(rows.append(*keptRows(some)));
            released = std::max<std::int64_t>(released, round * 100 - 500);
            rows.releaseBefore(released);
            if (round % 5 == 4) {
                ByteWriter out;
                const bool isWhole = round % 20 == 4;
                QVERIFY(rows.save(out, isWhole));
                if (isWhole)
                    saved.clear();
                saved.push_back(out.take());
                rows = make();
                for (const std::string& bytes : saved) {
                    ByteReader in(bytes);
                    QVERIFY(rows.load(in) && in.atEnd());
                }
                rows.releaseBefore(released);
            }
            for (std::int64_t key = 0; key < 50; ++key) {
                std::vector<std::int64_t> expected, got = times(rows, key, released);
                const auto [begin, end] = plain.equal_range(key);
                for (auto it = begin; it != end; ++it)
                    if (it->second >= released)
                        expected.push_back(it->second);
                std::sort(expected.begin(), expected.end());
                std::sort(got.begin(), got.end());
                QCOMPARE(got, expected);
            }
        }
    }
};

} // namespace sluice::state

SLUICE_TEST(sluice::state::KeyedRowsTest)
#include "keyed_rows_test.moc"
