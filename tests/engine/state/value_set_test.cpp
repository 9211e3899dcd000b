// SPDX-License-Identifier: Apache-2.0
#include "engine/state/value_set.h"

#include "tests/support/test_main.h"

namespace sluice::state {

class ValueSetTest : public QObject
{
    Q_OBJECT

private slots:
    void valuesAreKeptOnce()
    {
        ValueSet<std::uint64_t> set, other;
        for (std::uint64_t i = 0; i < 1000; ++i) {
            QVERIFY(set.insert(i * i));
            QVERIFY(!set.insert(i * i));
        }
        QCOMPARE(set.size(), std::size_t(1000));
        other.insert(999 * 999);
        other.insert(2);
        set.merge(other);
        QCOMPARE(set.size(), std::size_t(1001));
    }
    void changesAreWhatHasComeSinceTheLastSave()
    {
        ValueSet<WideWord> set, restored;
        for (std::uint64_t i = 0; i < 100; ++i)
            set.insert({i, 1});
        ByteWriter whole, changes, nothing;
        set.save(whole, true);
        set.insert({5, 1});
        set.insert({5, 2});
        set.save(changes, false);
        set.save(nothing, false);
        QCOMPARE(changes.size(), std::size_t(1 + 16));
        QCOMPARE(nothing.size(), std::size_t(1));
        for (const ByteWriter* each : {&whole, &changes}) {
            ByteReader in(each->data());
            restored.load(in);
            QVERIFY(in.atEnd() && !in.hasFailed());
        }
        QCOMPARE(restored.size(), std::size_t(101));
        QVERIFY(!restored.insert({5, 2}));
    }
    void tornBytesAreNotRead()
    {
        ByteWriter out;
        out.varint(1'000'000'000'000);
        out.u64(1);
        ByteReader in(out.data());
        ValueSet<std::uint64_t> set;
        set.load(in);
        QVERIFY(in.hasFailed());
        QCOMPARE(set.size(), std::size_t(1));
    }
};

} // namespace sluice::state

SLUICE_TEST(sluice::state::ValueSetTest)
#include "value_set_test.moc"
