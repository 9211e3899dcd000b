// SPDX-License-Identifier: Apache-2.0
#include "engine/state/row_store.h"

#include "engine/columns/batch.h"
#include "tests/engine/state/kept_rows.h"
#include "tests/support/test_main.h"

namespace sluice::state {

using test::keptRows;

class RowStoreTest : public QObject
{
    Q_OBJECT

    static std::string texts(const RowStore& store, const std::vector<RowId>& ids)
    {
        const auto rows = store.gather(ids);
        std::string out;
        for (std::int64_t i = 0; rows && i < (*rows)->num_rows(); ++i) {
            const auto& column = static_cast<const arrow::StringArray&>(*(*rows)->column(1));
            out += column.IsNull(i) ? "-" : column.GetString(i);
        }
        return out;
    }
    static RowId add(RowStore& store, const std::string& letters, int times = 1)
    {
        std::vector<test::KeptRow> rows;
        for (int i = 0; i < times; ++i)
            for (const char letter : letters)
                rows.push_back({letter, letter, std::string(1, letter)});
        const auto first = store.append(*keptRows(rows));
        return first ? *first : kNoRow;
    }

private slots:
    void initTestCase() { initializeColumns(); }

    void smallBatchesShareAChunkAndLargeOnesDoNot()
    {
        RowStore store;
        const RowId a = add(store, "ab"), c = add(store, "c"), d = add(store, "d", 2000),
                    e = add(store, "e");
        QCOMPARE(c, a + 2);
        QCOMPARE(chunkOf(a), chunkOf(c));
        QVERIFY(chunkOf(d) > chunkOf(c) && chunkOf(e) > chunkOf(d));
        QCOMPARE(store.rows(), std::int64_t(2004));
        QCOMPARE(texts(store, {e, a, kNoRow, c, a + 1, d + 1999}), std::string("ea-cbd"));
    }
    void releasedChunksGiveBackTheirRowsAndNoIdComesTwice()
    {
        RowStore store;
        const RowId a = add(store, "a"), b = add(store, "b", 1500), c = add(store, "c");
        store.release(chunkOf(b));
        QVERIFY(!store.has(b) && store.has(a) && store.has(c));
        QCOMPARE(store.rows(), std::int64_t(2));
        store.release(chunkOf(a));
        store.release(chunkOf(c));
        QCOMPARE(store.rows(), std::int64_t(0));
        QCOMPARE(store.bytes(), std::int64_t(0));
        QVERIFY(chunkOf(add(store, "d")) > chunkOf(c));
    }
    void aSaveHasWhatCameSinceTheLastOne()
    {
        RowStore store;
        const RowId a = add(store, "ab");
        ByteWriter whole, changes, nothing;
        QVERIFY(store.save(whole, true));
        const RowId c = add(store, "c"), d = add(store, "d", 1200);
        QVERIFY(store.hasUnsaved());
        QVERIFY(store.save(changes, false));
        QVERIFY(!store.hasUnsaved());
        QVERIFY(store.save(nothing, false));
        QVERIFY2(nothing.size() < 10, "an unchanged store writes no rows");

        RowStore again;
        for (const ByteWriter* saved : {&whole, &changes, &nothing}) {
            ByteReader in(saved->data());
            QVERIFY(again.load(in) && in.atEnd());
        }
        QCOMPARE(again.rows(), store.rows());
        QCOMPARE(texts(again, {d + 1199, c, a + 1, a}), std::string("dcba"));
        QCOMPARE(add(again, "e"), add(store, "e"));
    }
    void anEmptyStoreGoesOnCountingAfterARestart()
    {
        RowStore store;
        store.release(chunkOf(add(store, "a")));
        ByteWriter whole;
        QVERIFY(store.save(whole, true));
        RowStore again;
        ByteReader in(whole.data());
        QVERIFY(again.load(in));
        QVERIFY(chunkOf(add(again, "b")) > 0);
    }
    void damagedBytesAreRefused()
    {
        RowStore store;
        add(store, "abc");
        ByteWriter whole;
        QVERIFY(store.save(whole, true));
        for (std::size_t size = 0; size < whole.size(); size += 7) {
            RowStore again;
            ByteReader in(std::string_view(whole.data()).substr(0, size));
            QVERIFY2(!again.load(in), std::to_string(size).c_str());
        }
    }
};

} // namespace sluice::state

SLUICE_TEST(sluice::state::RowStoreTest)
#include "row_store_test.moc"
