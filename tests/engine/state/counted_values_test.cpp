// SPDX-License-Identifier: Apache-2.0
#include "engine/state/counted_values.h"

#include "tests/support/test_main.h"

#include <functional>
#include <map>
#include <random>
#include <string>

namespace sluice::state {

class CountedValuesTest : public QObject
{
    Q_OBJECT

    using Numbers = CountedValues<std::int64_t, std::less<>>;
    using Texts = CountedValues<std::string, std::less<>>;

    static void put(std::int64_t value, ByteWriter& out) { out.i64(value); }
    static void take(std::int64_t& value, ByteReader& in) { value = in.i64(); }

    // The same by a map; the values that are there.
    static std::map<std::int64_t, std::int64_t> present(const std::map<std::int64_t, int>& all)
    {
        std::map<std::int64_t, std::int64_t> out;
        for (const auto& [value, count] : all)
            if (count > 0)
                out[value] = count;
        return out;
    }
    static void compare(const Numbers& ours, const std::map<std::int64_t, int>& all)
    {
        const auto expected = present(all);
        QCOMPARE(ours.size(), expected.size());
        if (expected.empty()) {
            QVERIFY(!ours.least() && !ours.greatest());
            return;
        }
        QCOMPARE(*ours.least(), expected.begin()->first);
        QCOMPARE(*ours.greatest(), expected.rbegin()->first);
        std::int64_t rank = 0;
        for (const auto& [value, count] : expected) {
            QCOMPARE(*ours.ranked(rank), value);
            QCOMPARE(*ours.ranked(rank + count - 1), value);
            rank += count;
        }
        QCOMPARE(ours.total(), rank);
        QVERIFY(!ours.ranked(rank));
    }

private slots:
    void valuesComeAndGo()
    {
        Texts texts;
        QVERIFY(!texts.least());
        texts.add(std::string_view("pear"), 2);
        texts.add(std::string_view("apple"), 1);
        QCOMPARE(*texts.least(), std::string("apple"));
        QCOMPARE(*texts.greatest(), std::string("pear"));
        texts.add(std::string_view("pear"), -1);
        QCOMPARE(*texts.greatest(), std::string("pear"));
        texts.add(std::string_view("pear"), -1);
        QCOMPARE(*texts.greatest(), std::string("apple"));
        QCOMPARE(texts.size(), std::size_t(1));
        texts.add(std::string_view("fig"), -1); // taken out before it comes
        QCOMPARE(*texts.greatest(), std::string("apple"));
        texts.add(std::string_view("fig"), 1);
        QCOMPARE(texts.size(), std::size_t(1));
    }
    void itDoesWhatAMapDoes_data()
    {
        QTest::addColumn<int>("values");
        QTest::addRow("few") << 6;
        QTest::addRow("some runs") << 2'000;
    }
    void itDoesWhatAMapDoes()
    {
        QFETCH(const int, values);
        std::mt19937 random(7);
        Numbers ours;
        std::map<std::int64_t, int> expected;
        std::vector<std::string> saved;
        for (int round = 0; round < 40; ++round) {
            for (int i = 0; i < 400; ++i) {
                const std::int64_t value = std::int64_t(random() % unsigned(values)) - 3;
                // Rounds of coming and rounds of going, so that whole runs empty.
                const int by = int(random() % 10) < (round % 8 < 4 ? 8 : 2) ? 1 : -1;
                ours.add(value, by);
                expected[value] += by;
            }
            compare(ours, expected);
            // A restart: the whole now and then, changes else.
            const bool isWhole = round % 16 == 0;
            ByteWriter out;
            ours.save(out, isWhole, put);
            if (isWhole)
                saved.clear();
            saved.push_back(out.take());
            Numbers again;
            for (const std::string& bytes : saved) {
                ByteReader in(bytes);
                again.load(in, take);
                QVERIFY(in.atEnd() && !in.hasFailed());
            }
            compare(again, expected);
            if (round % 3 == 0)
                ours = std::move(again);
        }
    }
    void whatDidNotChangeIsNotSaved()
    {
        Numbers numbers;
        for (std::int64_t i = 0; i < 1'000; ++i)
            numbers.add(i, 1);
        ByteWriter first, second;
        numbers.save(first, false, put);
        numbers.add(std::int64_t(5), 1);
        numbers.add(std::int64_t(6), -1);
        numbers.add(std::int64_t(-1), 1);
        numbers.add(std::int64_t(-1), -1); // came and went: nobody need know
        numbers.save(second, false, put);
        QCOMPARE(first.size(), std::size_t(1 + 2 + 16'000));
        QCOMPARE(second.size(), std::size_t(1 + 8 + 1 + 16));
    }
    void aTornSaveIsFound()
    {
        Numbers numbers;
        for (std::int64_t i = 0; i < 10; ++i)
            numbers.add(i, 1);
        ByteWriter out;
        numbers.save(out, true, put);
        const std::string bytes = out.take();
        for (std::size_t size = 0; size < bytes.size(); ++size) {
            Numbers again;
            ByteReader in(std::string_view(bytes).substr(0, size));
            again.load(in, take);
            QVERIFY(in.hasFailed());
        }
    }
};

} // namespace sluice::state

SLUICE_TEST(sluice::state::CountedValuesTest)
#include "counted_values_test.moc"
