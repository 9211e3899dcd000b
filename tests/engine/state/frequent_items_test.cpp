// SPDX-License-Identifier: Apache-2.0
#include "engine/state/frequent_items.h"

#include "engine/state/key_codec.h"
#include "tests/support/test_main.h"

namespace sluice::state {

class FrequentItemsTest : public QObject
{
    Q_OBJECT

    static void add(FrequentItems& items, const std::string& value, std::uint64_t count = 1)
    {
        items.add(value, hashBytes(value), count);
    }

private slots:
    void fewValuesAreCountedExactly()
    {
        FrequentItems items;
        for (std::size_t i = 0; i < FrequentItems::kExact; ++i)
            add(items, std::to_string(i), 1 + i % 7);
        add(items, "3", 100);
        const auto top = items.top(3);
        QCOMPARE(top.size(), std::size_t(3));
        QCOMPARE(top[0]->value, std::string("3"));
        QCOMPARE(top[0]->count, std::uint64_t(104));
        QCOMPARE(top[1]->count, std::uint64_t(7));
        QCOMPARE(top[1]->value, std::string("1000")); // 1000 % 7 is 6; the least text of those
        QCOMPARE(items.offset(), std::uint64_t(0));
    }
    void manyValuesAreCountedWithinTheBound()
    {
        FrequentItems left, right;
        std::uint64_t all = 0;
        for (int i = 0; i < 100'000; ++i) {
            add(i % 2 ? left : right, std::to_string(i)); // each once
            ++all;
            if (i % 10 == 0) {
                add(i % 20 ? left : right, "often"); // 10,000 times
                ++all;
            }
        }
        left.merge(right);
        const auto top = left.top(1);
        QCOMPARE(top[0]->value, std::string("often"));
        QVERIFY(top[0]->count <= 10'000);
        QVERIFY(top[0]->count + left.offset() >= 10'000);
        QVERIFY(left.offset() <= all / 1024);
        QVERIFY(left.size() <= FrequentItems::kExact);
    }
    void aSavedOneGoesOn()
    {
        FrequentItems items, other;
        for (int i = 0; i < 5000; ++i)
            add(items, std::to_string(i % 100));
        ByteWriter out;
        items.save(out);
        ByteReader in(out.data());
        other.load(in);
        QVERIFY(in.atEnd() && !in.hasFailed());
        add(other, "42");
        QCOMPARE(other.top(1)[0]->value, std::string("42"));
        QCOMPARE(other.top(1)[0]->count, std::uint64_t(51));
    }
};

} // namespace sluice::state

SLUICE_TEST(sluice::state::FrequentItemsTest)
#include "frequent_items_test.moc"
