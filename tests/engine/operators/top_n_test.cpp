// SPDX-License-Identifier: Apache-2.0
#include "engine/operators/top_n.h"

#include "tests/engine/operators/operator_harness.h"
#include "tests/support/test_main.h"

#include <algorithm>
#include <map>
#include <random>
#include <set>

namespace sluice::operators {

using test::OperatorHarness;

class TopNTest : public QObject
{
    Q_OBJECT

    struct Row
    {
        int k;
        std::int64_t v, id, t; // t: seconds
        std::string json() const
        {
            return "{\"k\":" + std::to_string(k) + ",\"v\":" + std::to_string(v)
                + ",\"id\":" + std::to_string(id) + ",\"t\":" + std::to_string(t) + "}";
        }
        // As the node writes it, behind the columns of its window and before what it adds.
        std::string text() const
        {
            return "\"k\":" + std::to_string(k) + ",\"v\":" + std::to_string(v)
                + ",\"id\":" + std::to_string(id) + ",\"t\":\"" + timestampText(t * 1000000) + "\"";
        }
    };
    static constexpr const char* kSchema = "{k: integer, v: long, id: long, t: timestamp(s)}";

    static std::vector<Row> randomRows(std::size_t count, std::int64_t spanSeconds)
    {
        std::mt19937 random(11);
        std::vector<Row> rows;
        for (std::size_t i = 0; i < count; ++i)
            rows.push_back({int(random() % 7), std::int64_t(random() % 20), std::int64_t(i),
                            std::int64_t(random() % std::uint64_t(spanSeconds))});
        return rows;
    }
    static bool isConserved(OperatorHarness& h, std::uint64_t in)
    {
        const NodeCounters& c = h.context.counters();
        std::uint64_t left = c.rowsOut + c.merged + std::uint64_t(c.heldRows);
        for (const auto& verdict : c.verdicts)
            left += verdict;
        return in + c.created == left;
    }
    // Feeds rows in batches with a restart in the middle; returns what came, sorted.
    static std::vector<std::string> run(OperatorHarness& h, const std::vector<Row>& rows,
                                        std::size_t batchSize, flow::SaveKind save)
    {
        for (std::size_t i = 0; i < rows.size(); i += batchSize) {
            std::vector<std::string> records;
            for (std::size_t k = i; k < std::min(rows.size(), i + batchSize); ++k)
                records.push_back(rows[k].json());
            if (!h.feed(records))
                return {"failed"};
            const bool isMiddle = i <= rows.size() / 2 && rows.size() / 2 < i + batchSize;
            if (isMiddle && !(h.saveAndRestart(flow::SaveKind::Whole) && h.saveAndRestart(save)))
                return {"not restored"};
        }
        std::vector<std::string> out = h.context.rows;
        std::sort(out.begin(), out.end());
        return out;
    }
    static void addRuns()
    {
        QTest::addColumn<int>("batchSize");
        QTest::addColumn<bool>("isTies");
        for (const int size : {1, 7, 4096})
            for (const bool isTies : {false, true})
                QTest::addRow("%d rows a batch, %s", size, isTies ? "ties" : "no ties")
                    << size << isTies;
    }
    // The rows whose rank is at most 3, by v descending and, without ties, id ascending.
    static std::vector<Row> best(std::vector<Row> rows, bool withTies)
    {
        std::sort(rows.begin(), rows.end(),
                  [](const Row& a, const Row& b) { return a.v != b.v ? a.v > b.v : a.id < b.id; });
        std::size_t kept = std::min<std::size_t>(3, rows.size());
        while (withTies && kept < rows.size() && rows[kept].v == rows[2].v)
            ++kept;
        rows.resize(kept);
        return rows;
    }

private slots:
    void windowsGiveTheirBestRowsOnceWhenTheyClose_data() { addRuns(); }
    void windowsGiveTheirBestRowsOnceWhenTheyClose()
    {
        QFETCH(int, batchSize);
        QFETCH(bool, isTies);
        const std::vector<Row> rows = randomRows(2000, 60);
        std::map<std::pair<std::int64_t, int>, std::vector<Row>> groups;
        for (const Row& row : rows)
            groups[{row.t / 10, row.k}].push_back(row);
        std::vector<std::string> expected;
        for (const auto& [group, members] : groups)
            for (const Row& row : best(members, isTies)) {
                const std::int64_t start = group.first * 10'000'000;
                expected.push_back("{\"window_start\":\"" + timestampText(start)
                                   + "\",\"window_end\":\"" + timestampText(start + 10'000'000)
                                   + "\"," + row.text() + "}");
            }
        std::sort(expected.begin(), expected.end());
        OperatorHarness h(TopN::kind(),
                          std::string(
                              "{partition_by: [k], window: 10s, limit: 3, order_by: [{v: desc}")
                              + (isTies ? "], ties: true}" : ", {id: asc}]}"),
                          kSchema);
        QVERIFY2(h.start(), h.diagnostics.text().c_str());
        QCOMPARE(run(h, rows, std::size_t(batchSize), flow::SaveKind::Changes),
                 std::vector<std::string>());
        QVERIFY(h.watermark(29.998));
        QVERIFY(h.watermark(59.999));
        std::sort(h.context.rows.begin(), h.context.rows.end());
        QCOMPARE(h.context.rows, expected);
        QVERIFY(isConserved(h, rows.size()));
        QCOMPARE(h.context.counters().stateKeys.load(), std::int64_t(0));
    }
    void changesAddUpToTheBestRows_data() { addRuns(); }
    void changesAddUpToTheBestRows()
    {
        QFETCH(int, batchSize);
        QFETCH(bool, isTies);
        const std::vector<Row> rows = randomRows(3000, 60);
        std::map<int, std::vector<Row>> groups;
        for (const Row& row : rows)
            groups[row.k].push_back(row);
        std::multiset<std::string> expected, got;
        for (const auto& [k, members] : groups)
            for (const Row& row : best(members, isTies))
                expected.insert(row.text());
        OperatorHarness h(TopN::kind(),
                          std::string("{partition_by: [k], limit: 3, order_by: [{v: desc}")
                              + (isTies ? "], ties: true}" : ", {id: asc}]}"),
                          kSchema);
        QVERIFY2(h.start(), h.diagnostics.text().c_str());
        QVERIFY(h.bound.output.isChangeStream);
        run(h, rows, std::size_t(batchSize), flow::SaveKind::Changes);
        for (const std::string& line : h.context.rows) {
            const std::size_t at = line.find(",\"change_type\":\"");
            const std::string row = line.substr(1, at - 1);
            const std::string word = line.substr(at + 16, line.size() - at - 18);
            if (!flow::isRetraction(word)) {
                got.insert(row);
                continue;
            }
            const auto found = got.find(row);
            QVERIFY2(found != got.end(), "a row that was never shown is taken back");
            got.erase(found);
        }
        QVERIFY(got == expected);
        QVERIFY(isConserved(h, rows.size()));
    }
    void theLastRowOfAKeyIsUpdated()
    {
        OperatorHarness h(TopN::kind(), "{partition_by: [k], order_by: [{t: desc}]}", kSchema);
        QVERIFY2(h.start(), h.diagnostics.text().c_str());
        const Row first{1, 5, 1, 10}, older{1, 6, 2, 9}, newer{1, 7, 3, 11}, same{1, 8, 4, 11};
        QVERIFY(h.feed({first.json()}));
        QCOMPARE(h.takeRows(), "{" + first.text() + ",\"change_type\":\"insert\"}\n");
        QVERIFY(h.feed({older.json()}));
        QCOMPARE(h.takeRows(), std::string());
        QVERIFY(h.feed({newer.json(), same.json()}));
        QCOMPARE(h.takeRows(),
                 "{" + first.text() + ",\"change_type\":\"update_preimage\"}\n{" + newer.text()
                     + ",\"change_type\":\"update_postimage\"}\n");
    }
    void aRankIsAPlaceThatChanges()
    {
        OperatorHarness h(TopN::kind(), "{order_by: [{v: desc}], limit: 2, rank_as: place}",
                          "{v: long}");
        QVERIFY2(h.start(), h.diagnostics.text().c_str());
        QVERIFY(h.feed({"{\"v\":5}"}));
        h.takeRows();
        QVERIFY(h.feed({"{\"v\":9}"}));
        QCOMPARE(h.takeRows(),
                 std::string("{\"v\":5,\"place\":1,\"change_type\":\"update_preimage\"}\n"
                             "{\"v\":9,\"place\":1,\"change_type\":\"update_postimage\"}\n"
                             "{\"v\":5,\"place\":2,\"change_type\":\"insert\"}\n"));
    }
    void rowsThatCarryTheirWindowAreRankedInIt()
    {
        OperatorHarness h(TopN::kind(), "{order_by: [{n: desc}], ties: true, rank_as: r}",
                          "{window_start: timestamp(s), window_end: timestamp(s), n: long, "
                          "t: timestamp(s)}");
        QVERIFY2(h.start(), h.diagnostics.text().c_str());
        QVERIFY(!h.bound.output.isChangeStream);
        const auto row = [](int start, int n) {
            return "{\"window_start\":" + std::to_string(start)
                + ",\"window_end\":" + std::to_string(start + 10) + ",\"n\":" + std::to_string(n)
                + ",\"t\":" + std::to_string(start + 9) + "}";
        };
        QVERIFY(h.feed({row(0, 3), row(2, 8), row(0, 4), row(0, 4)}));
        QVERIFY(h.feed({"{\"n\":1,\"t\":1}"}));
        QCOMPARE(h.context.counted(Verdict::DeadLetter), std::uint64_t(1));
        QVERIFY(h.watermark(9.999));
        QCOMPARE(h.takeRows(),
                 std::string(
                     "{\"window_start\":\"1970-01-01T00:00:00.000Z\",\"window_end\":\"1970-"
                     "01-01T00:00:10.000Z\",\"n\":4,\"t\":\"1970-01-01T00:00:09.000Z\",\"r\""
                     ":1}\n{\"window_start\":\"1970-01-01T00:00:00.000Z\",\"window_end\":\""
                     "1970-01-01T00:00:10.000Z\",\"n\":4,\"t\":\"1970-01-01T00:00:09.000Z\","
                     "\"r\":1}\n"));
        QVERIFY(h.saveAndRestart(flow::SaveKind::Changes));
        QVERIFY(h.feed({row(0, 9)}));
        QCOMPARE(h.context.counted(Verdict::Late), std::uint64_t(1));
        QVERIFY(h.watermark(12));
        QCOMPARE(h.context.rows.size(), std::size_t(1));
        QVERIFY(isConserved(h, 6));
    }
    void aPartitionIsForgottenAfterItsTimeToLive()
    {
        OperatorHarness h(TopN::kind(),
                          "{partition_by: [k], order_by: [{v: desc}], time_to_live: 10s}", kSchema);
        QVERIFY2(h.start(), h.diagnostics.text().c_str());
        QVERIFY(h.feed({Row{1, 9, 1, 10}.json(), Row{2, 9, 2, 15}.json()}));
        h.takeRows();
        QVERIFY(h.watermark(22));
        QVERIFY(h.saveAndRestart(flow::SaveKind::Whole));
        const Row one{1, 3, 3, 23}, two{2, 3, 4, 23};
        QVERIFY(h.feed({one.json(), two.json()}));
        QCOMPARE(h.takeRows(), "{" + one.text() + ",\"change_type\":\"insert\"}\n");
    }
    void wrongDocumentsAreFound_data()
    {
        QTest::addColumn<QString>("yaml");
        QTest::addColumn<QString>("finding");
        QTest::newRow("column") << "{order_by: [{w: desc}]}"
                                << "column \"w\" does not exist";
        QTest::newRow("direction") << "{order_by: [{v: down}]}"
                                   << "expected asc or desc";
        QTest::newRow("no order") << "{order_by: []}"
                                  << "no column to order by";
        QTest::newRow("name taken") << "{order_by: [{v: desc}], rank_as: k}"
                                    << "there is a column \"k\" already";
        QTest::newRow("final") << "{order_by: [{v: desc}], emit: final}"
                               << "without windows there is no final answer";
        QTest::newRow("both") << "{order_by: [{v: desc}], emit: changes, window: 5s}"
                              << "a window is emitted once";
        QTest::newRow("time to live") << "{order_by: [{v: desc}], window: 5s, time_to_live: 5s}"
                                      << "windows are released when they close";
    }
    void wrongDocumentsAreFound()
    {
        QFETCH(QString, yaml);
        QFETCH(QString, finding);
        OperatorHarness h(TopN::kind(), yaml.toStdString(), kSchema);
        QVERIFY(!h.start());
        QVERIFY2(h.diagnostics.text().find(finding.toStdString()) != std::string::npos,
                 h.diagnostics.text().c_str());
    }
};

} // namespace sluice::operators

SLUICE_TEST(sluice::operators::TopNTest)
#include "top_n_test.moc"
