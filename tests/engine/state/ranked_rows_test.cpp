// SPDX-License-Identifier: Apache-2.0
#include "engine/state/ranked_rows.h"

#include "engine/columns/batch.h"
#include "tests/support/test_main.h"

#include <algorithm>
#include <random>

#include <arrow/json/from_string.h>

namespace sluice::state {

class RankedRowsTest : public QObject
{
    Q_OBJECT

    static EncodedOrder ordered(const std::vector<int>& values, bool asText)
    {
        std::string json = "[";
        for (const int value : values)
            json += (json.size() > 1 ? "," : "")
                + (asText ? "\"a text that is longer than what a head holds "
                           + std::string(1, char('a' + value)) + "\""
                          : std::to_string(value));
        const auto type = asText ? arrow::utf8() : arrow::int64();
        EncodedOrder out;
        (*OrderCodec::make({{arrow::field("v", type), false}}))
            .encode({*arrow::json::ArrayFromJSONString(type, json + "]")}, out);
        return out;
    }

private slots:
    void initTestCase() { initializeColumns(); }

    void manyListsKeepTheirBestRows_data()
    {
        QTest::addColumn<int>("limit");
        QTest::addColumn<bool>("withTies");
        QTest::addColumn<bool>("asText");
        for (const int limit : {1, 3, 10})
            for (const bool withTies : {false, true})
                for (const bool asText : {false, true})
                    QTest::addRow("%d%s%s", limit, withTies ? " ties" : "", asText ? " text" : "")
                        << limit << withTies << asText;
    }
    void manyListsKeepTheirBestRows()
    {
        QFETCH(int, limit);
        QFETCH(bool, withTies);
        QFETCH(bool, asText);
        std::mt19937 random(3);
        std::vector<int> values(3000);
        for (int& value : values)
            value = int(random() % 20);
        const EncodedOrder order = ordered(values, asText);
        constexpr std::size_t kLists = 40;
        RankedRows ranked(std::size_t(limit), withTies, asText);
        std::vector<RankedRows::List> lists(kLists);
        std::vector<RowId> dropped;
        std::size_t beaten = 0;
        for (std::size_t row = 0; row < values.size(); ++row) {
            RankedRows::List& list = lists[row * row % kLists];
            if (ranked.isBeaten(list, order, row))
                ++beaten;
            else
                ranked.insert(list, order, row, row, dropped);
        }
        std::size_t kept = 0;
        for (std::size_t at = 0; at < kLists; ++at) {
            std::vector<RowId> expected, got;
            for (std::size_t row = 0; row < values.size(); ++row)
                if (row * row % kLists == at)
                    expected.push_back(row);
            std::ranges::stable_sort(expected, {}, [&](RowId row) { return values[row]; });
            std::size_t end = std::min(expected.size(), std::size_t(limit));
            while (withTies && end < expected.size() && end > 0
                   && values[expected[end]] == values[expected[std::size_t(limit) - 1]])
                ++end;
            expected.resize(end);
            for (const RankedRows::Row& row : ranked.rows(lists[at]))
                got.push_back(row.id);
            QCOMPARE(got, expected);
            kept += got.size();
        }
        QCOMPARE(kept + beaten + dropped.size(), values.size());
    }
    void blocksThatAreGivenBackAreUsedAgain()
    {
        const EncodedOrder order = ordered({5, 4, 3, 2, 1}, false);
        RankedRows ranked(4, false, false);
        std::vector<RowId> dropped;
        std::size_t first = 0;
        for (int round = 0; round < 100; ++round) {
            RankedRows::List list;
            for (std::size_t row = 0; row < 5; ++row)
                ranked.insert(list, order, row, row, dropped);
            QCOMPARE(dropped, std::vector<RowId>{0});
            ranked.clear(list, dropped);
            QCOMPARE(dropped, (std::vector<RowId>{0, 4, 3, 2, 1}));
            dropped.clear();
            first = round == 0 ? ranked.bytes() : first;
        }
        QCOMPARE(ranked.bytes(), first);
    }
};

} // namespace sluice::state

SLUICE_TEST(sluice::state::RankedRowsTest)
#include "ranked_rows_test.moc"
