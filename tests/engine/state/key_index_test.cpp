// SPDX-License-Identifier: Apache-2.0
#include "engine/state/key_index.h"

#include "tests/support/test_main.h"

#include <cmath>
#include <set>

#include <arrow/builder.h>

namespace sluice::state {

class KeyIndexTest : public QObject
{
    Q_OBJECT

    template <class Builder, class T>
    static std::shared_ptr<arrow::Array> column(const std::vector<std::optional<T>>& values)
    {
        Builder out;
        for (const auto& value : values)
            (void)(value ? out.Append(*value) : out.AppendNull());
        return *out.Finish();
    }
    static std::shared_ptr<arrow::Array> longs(const std::vector<std::optional<std::int64_t>>& v)
    {
        return column<arrow::Int64Builder>(v);
    }
    static std::shared_ptr<arrow::Array> texts(const std::vector<std::optional<std::string>>& v)
    {
        return column<arrow::StringBuilder>(v);
    }
    static std::shared_ptr<arrow::Array> reals(const std::vector<std::optional<double>>& v)
    {
        return column<arrow::DoubleBuilder>(v);
    }
    static std::unique_ptr<KeyIndex> indexOf(const arrow::ArrayVector& columns)
    {
        arrow::FieldVector fields;
        for (const auto& each : columns)
            fields.push_back(arrow::field("k", each->type()));
        return std::move(*KeyIndex::make(fields));
    }

private slots:
    void equalKeysHaveOneNumber()
    {
        const double nan = std::nan("");
        const std::vector<arrow::ArrayVector> all{
            {longs({7, 0, std::nullopt, 7, -1, 0, std::nullopt})},
            {longs({1, 1, 2, 1, 1, 1, 2}), longs({5, std::nullopt, 5, 5, 0, std::nullopt, 5})},
            {texts({"a", "", std::nullopt, "a", "b", "", std::nullopt})},
            {texts({"a", "a", "", "a", "b", "a", ""}), longs({1, 2, 3, 1, 1, 2, 3})},
            {reals({0.0, nan, std::nullopt, -0.0, 1.5, -nan, std::nullopt})}};
        for (const arrow::ArrayVector& columns : all) {
            const auto index = indexOf(columns);
            KeyIndex::Numbers numbers;
            index->intern(columns, 7, numbers);
            QCOMPARE(numbers, (KeyIndex::Numbers{0, 1, 2, 0, 3, 1, 2}));
            const auto decoded = index->decode(std::vector<std::uint32_t>{3, 2, 1, 0});
            QVERIFY(decoded);
            for (std::size_t i = 0; i < columns.size(); ++i)
                for (std::int64_t k = 0; k < 4; ++k) {
                    const std::int64_t row = k == 0 ? 4 : 3 - k;
                    QVERIFY((*decoded)[i]->RangeEquals(k, k + 1, row, columns[i],
                                                       arrow::EqualOptions::Defaults().nans_equal(
                                                           true)));
                }
        }
    }
    void numbersSurviveSaveAndLoad()
    {
        for (const arrow::ArrayVector& columns :
             {arrow::ArrayVector{longs({3, std::nullopt, 9})}, {texts({"x", std::nullopt, "y"})}}) {
            const auto index = indexOf(columns), other = indexOf(columns);
            KeyIndex::Numbers numbers;
            index->intern(columns, 3, numbers);
            ByteWriter out;
            index->save(std::vector<std::uint32_t>{2, 1}, out);
            ByteReader in(out.data());
            other->load(2, in, numbers);
            QVERIFY(in.atEnd() && !in.hasFailed());
            QCOMPARE(numbers, (KeyIndex::Numbers{0, 1}));
            other->intern(columns, 3, numbers);
            QCOMPARE(numbers, (KeyIndex::Numbers{2, 1, 0}));
            ByteReader torn(std::string_view(out.data()).substr(0, out.size() - 1));
            other->load(2, torn, numbers);
            QVERIFY(torn.hasFailed());
        }
    }
    void keysThatNobodyHoldsAreForgotten()
    {
        for (const bool isText : {false, true}) {
            std::unique_ptr<KeyIndex> index;
            std::size_t bytes = 0;
            for (std::int64_t round = 0; round < 20; ++round) {
                std::vector<std::optional<std::int64_t>> numbers;
                std::vector<std::optional<std::string>> words;
                for (std::int64_t i = 0; i < 10'000; ++i) {
                    numbers.push_back(round * 10'000 + i);
                    words.push_back(std::to_string(*numbers.back()));
                }
                const arrow::ArrayVector columns{isText ? texts(words) : longs(numbers)};
                if (!index)
                    index = indexOf(columns);
                KeyIndex::Numbers given;
                index->intern(columns, 10'000, given);
                for (const std::uint32_t number : given)
                    index->retain(number);
                QCOMPARE(index->held(), std::size_t(10'000));
                for (const std::uint32_t number : given)
                    index->release(number);
                index->collect();
                if (round == 2)
                    bytes = index->bytes();
            }
            QVERIFY(index->size() < 40'000);
            QVERIFY(index->bytes() <= bytes * 2);
        }
    }
    void heldKeysKeepTheirNumbers()
    {
        std::vector<std::optional<std::int64_t>> many;
        for (std::int64_t i = 0; i < 50'000; ++i)
            many.push_back(i);
        const arrow::ArrayVector columns{longs(many)};
        const auto index = indexOf(columns);
        KeyIndex::Numbers before, after;
        index->intern(columns, many.size(), before);
        for (std::size_t i = 0; i < many.size(); i += 10)
            index->retain(before[i]);
        index->collect();
        index->intern(columns, many.size(), after);
        std::set<std::uint32_t> different(after.begin(), after.end());
        QCOMPARE(different.size(), many.size());
        for (std::size_t i = 0; i < many.size(); i += 10)
            QCOMPARE(after[i], before[i]);
    }
};

} // namespace sluice::state

SLUICE_TEST(sluice::state::KeyIndexTest)
#include "key_index_test.moc"
