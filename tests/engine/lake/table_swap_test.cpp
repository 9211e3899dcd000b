// SPDX-License-Identifier: Apache-2.0
#include "engine/lake/table_swap.h"

#include "engine/base/fail_point.h"
#include "engine/flow/reject_schema.h"
#include "tests/engine/lake/lake_fixture.h"
#include "tests/support/test_main.h"

#include <filesystem>

namespace sluice::lake {
namespace {

using Texts = std::vector<std::string>;

std::string reject(const char* node, int position)
{
    // Not as raw strings: moc takes a quote before their end for the end of the file's namespaces.
    return "[null, \"in\", \"0\", " + std::to_string(position) + ", null, null, \"" + node
        + "\", \"late\", null, null, null, null, 1, 1, null]";
}

// The nodes and positions of a reject table's rows.
Texts places(const std::string& folder)
{
    Texts out;
    for (const std::string& row : rowTexts(folder)) {
        const std::size_t position = row.find("|0|") + 3;
        const std::string rest = row.substr(position);
        out.push_back(rest.substr(0, rest.find('|')));
    }
    std::sort(out.begin(), out.end());
    return out;
}

} // namespace

class TableSwapTest : public QObject
{
    Q_OBJECT

private slots:
    void initTestCase() { initializeColumns(); }
    void init() { m_fixture = std::make_unique<LakeFixture>(); }

    void theShadowsContentTakesThePlaceInOneCommit()
    {
        fill("silver.orders", R"([[1, "DE", 0], [2, "FR", 0]])", 1);
        fill("silver.orders__shadow", R"([[2, "US", 0], [3, "US", 0]])", 1);
        const Texts before = rowTexts(folder("orders"));
        const std::int64_t version = DeltaLog(folder("orders")).load()->version;
        const TableSwap swap = request(5);
        QVERIFY(swapTable(swap, systemClock()));
        QCOMPARE(rowTexts(folder("orders")), rowTexts(folder("orders__shadow")));
        QCOMPARE(rowTexts(folder("orders")).size(), std::size_t(2));
        // One version more; the one before is as it was.
        const auto head = DeltaLog(folder("orders")).load();
        QCOMPARE(head->version, version + 1);
        QCOMPARE(rowTexts(folder("orders"), version), before);
        QCOMPARE(*head->transactionVersion("sluice:orders:sink:0"), std::int64_t(5));
        // Once more changes nothing; the sink goes on behind it and takes 5 for done.
        QVERIFY(swapTable(swap, systemClock()));
        QCOMPARE(DeltaLog(folder("orders")).load()->version, version + 1);
        TableSink sink(m_fixture->config(orderSchema()), systemClock());
        QVERIFY(sink.open());
        QCOMPARE(sink.committedEpoch(), flow::Epoch(5));
        // Without the shadow the rows are there all the same.
        QVERIFY(dropTable(m_fixture->lake(), "silver.orders__shadow"));
        QVERIFY(!std::filesystem::exists(folder("orders__shadow")));
        QCOMPARE(rowTexts(folder("orders")).size(), std::size_t(2));
    }

    void aTableThatIsNotThereYetIsMade()
    {
        fill("silver.orders__shadow", R"([[3, "US", 0]])", 1);
        QVERIFY(swapTable(request(2), systemClock()));
        QCOMPARE(rowTexts(folder("orders")), rowTexts(folder("orders__shadow")));
    }

    void aTableOfAppendsIsLeftAlone()
    {
        fill("silver.orders__shadow", R"([[3, "US", 0]])", 1);
        const auto made = openTable(DeltaLog(folder("orders")),
                                    {.name = "silver.orders",
                                     .columns = orderSchema(),
                                     .partitionColumns = {},
                                     .properties = {{"delta.appendOnly", "true"}}},
                                    systemClock());
        QVERIFY(made);
        const Status refused = swapTable(request(2), systemClock());
        QVERIFY(!refused);
        QCOMPARE(refused.error().code, ErrorCode::Conflict);
        QCOMPARE(DeltaLog(folder("orders")).load()->version, made->version);
    }

    // Appends are all that bronze takes: that is set aside in a commit of its own and comes back
    // with the rows. The second commit fails once.
    void bronzeIsReplacedThoughItTakesAppendsOnly()
    {
        fill("silver.orders__shadow", R"([[3, "US", 0]])", 1);
        auto head = openTable(DeltaLog(folder("orders")),
                              {.name = "silver.orders",
                               .columns = orderSchema(),
                               .partitionColumns = {},
                               .properties = {{"delta.appendOnly", "true"}}},
                              systemClock());
        QVERIFY(head);
        const std::int64_t before = head->version;
        fill("silver.orders", R"([[1, "DE", 0], [2, "FR", 0]])", 1);
        TableSwap swap = request(2);
        swap.isBronze = true;
        QVERIFY(setFailPoints("commit.publish=error@2"));
        QVERIFY(!swapTable(swap, systemClock()));
        QVERIFY(setFailPoints(""));
        QCOMPARE(rowTexts(folder("orders")).size(), std::size_t(2));
        QVERIFY(swapTable(swap, systemClock()));
        QVERIFY(swapTable(swap, systemClock()));
        const DeltaLog log(folder("orders"));
        head = log.load();
        QCOMPARE(head->version, before + 3); // two rows, the property, the swap
        QCOMPARE(head->property("delta.appendOnly"), std::string("true"));
        QCOMPARE(log.load(before + 2)->property("delta.appendOnly"), std::string("false"));
        QCOMPARE(rowTexts(folder("orders")), rowTexts(folder("orders__shadow")));
    }

    void rejectsChangeByNode()
    {
        fillRejects("late.p", {reject("a", 1), reject("b", 2), reject("in", 3)});
        fillRejects("late.p__shadow", {reject("a", 11), reject("b", 12), reject("b", 13)});
        const TableSwap swap{.lakeFolder = m_fixture->lake(),
                             .table = "late.p",
                             .shadow = "late.p__shadow",
                             .appId = "sluice:p:late:0",
                             .epoch = 3};
        QVERIFY(swapRejects(swap, {"b", "c"}, systemClock()));
        QCOMPARE(places(m_fixture->folder("late", "p")), (Texts{"1", "12", "13", "3"}));
        QVERIFY(swapRejects(swap, {"b", "c"}, systemClock()));
        QCOMPARE(places(m_fixture->folder("late", "p")), (Texts{"1", "12", "13", "3"}));
    }

private:
    std::string folder(const char* table) const { return m_fixture->folder("silver", table); }
    TableSwap request(std::int64_t epoch) const
    {
        return {.lakeFolder = m_fixture->lake(),
                .table = "silver.orders",
                .shadow = "silver.orders__shadow",
                .appId = sinkAppId("orders", "sink"),
                .epoch = epoch};
    }
    void fill(const std::string& table, const char* rows, flow::Epoch epoch) const
    {
        TableSink sink(m_fixture->config(orderSchema(), table), systemClock());
        QVERIFY(sink.open());
        QCOMPARE(LakeFixture::runEpoch(sink, batchOf(rowsOf(orderSchema(), rows)), epoch),
                 std::string());
    }
    void fillRejects(const std::string& table, const Texts& rows) const
    {
        std::string all;
        for (const std::string& row : rows)
            all += (all.empty() ? "" : ", ") + row;
        const auto sink = makeRejectSink(table, m_fixture->lake(), "q", "late", systemClock());
        QVERIFY(sink->open());
        QCOMPARE(LakeFixture::runEpoch(*sink,
                                       batchOf(rowsOf(flow::rejectSchema(), "[" + all + "]")), 1),
                 std::string());
    }

    std::unique_ptr<LakeFixture> m_fixture;
};

} // namespace sluice::lake

SLUICE_TEST(sluice::lake::TableSwapTest)
#include "table_swap_test.moc"
