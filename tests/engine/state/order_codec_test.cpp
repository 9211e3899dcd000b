// SPDX-License-Identifier: Apache-2.0
#include "engine/state/order_codec.h"

#include "engine/columns/types.h"
#include "tests/support/test_main.h"

#include <algorithm>
#include <numeric>

#include <arrow/json/from_string.h>

namespace sluice::state {

class OrderCodecTest : public QObject
{
    Q_OBJECT

    static EncodedOrder encode(const std::vector<std::string>& types,
                               const std::vector<std::string>& values,
                               std::vector<bool> isDescending)
    {
        std::vector<OrderCodec::Column> columns;
        arrow::ArrayVector arrays;
        for (std::size_t i = 0; i < types.size(); ++i) {
            const auto type = *parseType(types[i]);
            columns.push_back({arrow::field("c", type), isDescending[i]});
            arrays.push_back(*arrow::json::ArrayFromJSONString(type, values[i]));
        }
        EncodedOrder out;
        (*OrderCodec::make(std::move(columns))).encode(arrays, out);
        return out;
    }

private slots:
    void keysCompareLikeTheValues_data()
    {
        QTest::addColumn<QString>("type");
        QTest::addColumn<QString>("ascending"); // with null, which is last either way
        QTest::newRow("boolean") << "boolean"
                                 << "[false, true, null]";
        QTest::newRow("byte") << "byte"
                              << "[-128, -1, 0, 1, 127, null]";
        QTest::newRow("long") << "long"
                              << "[-9223372036854775808, -1, 0, 1, 255, 256, 9223372036854775807, "
                                 "null]";
        QTest::newRow("double") << "double"
                                << "[-Inf, -1.5, -0.25, 0, 0.25, 1e300, Inf, NaN, null]";
        QTest::newRow("float") << "float"
                               << "[-2, 0, 0.5, 3, null]";
        QTest::newRow("decimal") << "decimal(38,2)"
                                 << "[\"-99999999999999999999999.00\", \"-0.01\", \"0.00\", "
                                    "\"0.01\", \"99999999999999999999999.00\", null]";
        QTest::newRow("date") << "date"
                              << "[-1, 0, 20000, null]";
        QTest::newRow("text") << "string"
                              << "[\"\", \"a\", \"a\\u0000\", \"a\\u0000b\", \"a\\u0001\", \"ab\", "
                                 "\"abcdefghijklmnopqrstuvwxyz\", \"abcdefghijklmnopqrstuvwxyzz\", "
                                 "\"b\", \"ä\", null]";
    }
    void keysCompareLikeTheValues()
    {
        QFETCH(QString, type);
        QFETCH(QString, ascending);
        for (const bool isDescending : {false, true}) {
            const EncodedOrder order
                = encode({type.toStdString()}, {ascending.toStdString()}, {isDescending});
            const std::size_t nullRow = order.heads.size() - 1;
            for (std::size_t a = 0; a < order.heads.size(); ++a)
                for (std::size_t b = 0; b < order.heads.size(); ++b) {
                    const bool isSwapped = isDescending && a != nullRow && b != nullRow;
                    const bool expected = isSwapped ? b < a : a < b;
                    QVERIFY2((order.key(a) < order.key(b)) == expected,
                             qPrintable(QStringLiteral("%1 %2").arg(a).arg(b)));
                    QCOMPARE(order.key(a) == order.key(b), a == b);
                }
        }
    }
    void theSecondColumnDecidesBetweenEqualFirstOnes()
    {
        const EncodedOrder order
            = encode({"string", "long", "long"},
                     {R"(["b", "a", "a", "a"])", "[1, 1, 2, 2]", "[9, 9, 9, 8]"},
                     {false, true, false});
        std::vector<std::size_t> rows(4);
        std::iota(rows.begin(), rows.end(), 0);
        std::sort(rows.begin(), rows.end(),
                  [&](std::size_t a, std::size_t b) { return order.key(a) < order.key(b); });
        QCOMPARE(rows, (std::vector<std::size_t>{3, 2, 1, 0}));
    }
    void onlyTextAndMoreThanTwoColumnsHaveTails()
    {
        const auto encoded = [](int columns) {
            return encode(std::vector<std::string>(std::size_t(columns), "long"),
                          std::vector<std::string>(std::size_t(columns), "[5, null, -5]"),
                          std::vector<bool>(std::size_t(columns), true));
        };
        QVERIFY(!encoded(2).hasTails && encoded(2).tail(0).empty());
        QVERIFY(encoded(3).hasTails && encoded(3).tail(0).size() == 3);
        QVERIFY(encode({"string"}, {"[\"a\"]"}, {false}).hasTails);
    }
    void listsHaveNoOrder()
    {
        const auto codec = OrderCodec::make({{arrow::field("c", arrow::list(arrow::int64()))}});
        QVERIFY(!codec && codec.error().code == ErrorCode::Unsupported);
    }
};

} // namespace sluice::state

SLUICE_TEST(sluice::state::OrderCodecTest)
#include "order_codec_test.moc"
