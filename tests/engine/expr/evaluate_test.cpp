// SPDX-License-Identifier: Apache-2.0
#include "engine/columns/batch.h"
#include "engine/expr/catalogue.h"
#include "engine/expr/expression.h"

#include "tests/engine/expr/oracle.h"
#include "tests/engine/expr/sample_rows.h"
#include "tests/support/test_main.h"

#include <thread>

#include <arrow/json/from_string.h>

namespace sluice::expr {
namespace {

Expression compiled(const std::string& text, const arrow::Schema& schema)
{
    Diagnostics diagnostics;
    auto expression = compileExpression(text, {1, 1}, schema, "x", diagnostics);
    if (!expression)
        qFatal("%s: %s", text.c_str(), diagnostics.text().c_str());
    return *expression;
}

std::shared_ptr<arrow::RecordBatch> oneColumn(const std::string& name,
                                              const std::shared_ptr<arrow::DataType>& type,
                                              const std::string& json)
{
    auto array = arrow::json::ArrayFromJSONString(type, json).ValueOrDie();
    return arrow::RecordBatch::Make(arrow::schema({arrow::field(name, type)}), array->length(),
                                    {array});
}

std::string textOf(const arrow::Array& array)
{
    std::string out;
    for (std::int64_t row = 0; row < array.length(); ++row)
        out += (row == 0 ? "" : " ") + test::valueText(array, row);
    return out;
}

} // namespace

class EvaluateTest : public QObject
{
    Q_OBJECT

private slots:
    void initTestCase() { initializeColumns(); }
    // The truth tables of SQL: every pair of true, false and unknown.
    void logicHasThreeValues()
    {
        const auto type = arrow::boolean();
        const auto a
            = arrow::json::ArrayFromJSONString(type,
                                               "[true,true,true,false,false,false,null,null,null]")
                  .ValueOrDie();
        const auto b
            = arrow::json::ArrayFromJSONString(type,
                                               "[true,false,null,true,false,null,true,false,null]")
                  .ValueOrDie();
        const auto batch = arrow::RecordBatch::Make(arrow::schema({arrow::field("a", type),
                                                                   arrow::field("b", type)}),
                                                    9, {a, b});
        EvalErrors errors;
        const auto value = [&](const char* text) {
            return textOf(**compiled(text, *batch->schema()).evaluate(*batch, errors));
        };
        QCOMPARE(value("a AND b"),
                 std::string("true false null false false false null false null"));
        QCOMPARE(value("a OR b"), std::string("true true true true false null true null null"));
        QCOMPARE(value("NOT a"), std::string("false false false true true true null null null"));
        QCOMPARE(value("a = b"), std::string("true false null false true null null null null"));
        QCOMPARE(value("a IS DISTINCT FROM b"),
                 std::string("false true true true false true true true false"));
    }

    void unknownCountsAsNotTrueButCanBeToldApart()
    {
        const auto batch = oneColumn("n", arrow::int32(), "[1, null, 7, 9, null]");
        EvalErrors errors;
        const auto mask = compiled("n > 5", *batch->schema()).evaluateMask(*batch, errors);
        QVERIFY(mask);
        QCOMPARE(textOf(*mask->isTrue), std::string("false false true true false"));
        QCOMPARE(textOf(*mask->isNull), std::string("false true false false true"));
        QCOMPARE(mask->trueCount, std::int64_t(2));
        QCOMPARE(mask->nullCount, std::int64_t(2));
        const auto full = compiled("n IS NULL", *batch->schema()).evaluateMask(*batch, errors);
        QVERIFY(full && !full->isNull);
        QVERIFY(!compiled("n + 1", *batch->schema()).evaluateMask(*batch, errors));
    }

    void badRowsGetAReasonAndTheOthersTheirValue()
    {
        const auto batch = oneColumn("q", arrow::utf8(), R"(["1", "x", null, "3", "4y"])");
        EvalErrors errors;
        const auto values
            = compiled("CAST(q AS INTEGER) * 2", *batch->schema()).evaluate(*batch, errors);
        QVERIFY(values);
        QCOMPARE(textOf(**values), std::string("2 null null 6 null"));
        QCOMPARE(errors.size(), std::size_t(2));
        QCOMPARE(errors.rows()[0].row, std::int64_t(1));
        QCOMPARE(errors.rows()[0].reason, std::string("\"x\" is not an integer"));
        QCOMPARE(errors.rows()[1].row, std::int64_t(4));

        EvalErrors overflow;
        const auto small = oneColumn("t", arrow::int8(), "[100, 27, 28]");
        const auto sums = compiled("t + 100", *small->schema()).evaluate(*small, overflow);
        QCOMPARE(textOf(**sums), std::string("null 127 null"));
        QCOMPARE(overflow.rows()[0].reason, std::string("100 + 100 does not fit byte"));
    }

    // An operator must not turn the null of a failed row into a value.
    void failedRowsStayNull()
    {
        const auto batch = oneColumn("q", arrow::utf8(), R"(["1", "x"])");
        EvalErrors errors;
        const auto values = compiled("coalesce(CAST(q AS INTEGER), 0)", *batch->schema())
                                .evaluate(*batch, errors);
        QCOMPARE(textOf(**values), std::string("1 null"));
        QCOMPARE(errors.size(), std::size_t(1));
        EvalErrors more;
        const auto isNull
            = compiled("CAST(q AS INTEGER) IS NULL", *batch->schema()).evaluate(*batch, more);
        QCOMPARE(textOf(**isNull), std::string("false null"));
    }

    void branchesNotTakenCannotFail()
    {
        const auto batch = oneColumn("q", arrow::utf8(), R"(["1", "x", null])");
        EvalErrors errors;
        const auto value = [&](const char* text) {
            return textOf(**compiled(text, *batch->schema()).evaluate(*batch, errors));
        };
        QCOMPARE(value("CASE WHEN q = 'x' THEN 0 ELSE CAST(q AS INTEGER) END"),
                 std::string("1 0 null"));
        QCOMPARE(value("q <> 'x' AND CAST(q AS INTEGER) = 1"), std::string("true false null"));
        QCOMPARE(value("q = 'x' OR CAST(q AS INTEGER) = 2"), std::string("false true null"));
        QCOMPARE(value("coalesce(nullif(length(q), 2), CAST(q AS INTEGER))"),
                 std::string("1 1 null"));
        QVERIFY(errors.empty());
    }

    void constantsAreKnownAndFillTheBatch()
    {
        const auto batch = oneColumn("n", arrow::int32(), "[1, 2, 3]");
        const Expression constant = compiled("upper('a') || (2 * 3)::VARCHAR", *batch->schema());
        QVERIFY(constant.constant());
        QCOMPARE(constant.constant()->ToString(), std::string("A6"));
        QVERIFY(constant.columns().empty());
        EvalErrors errors;
        QCOMPARE(textOf(**constant.evaluate(*batch, errors)), std::string("A6 A6 A6"));
        QCOMPARE(compiled("n", *batch->schema()).columnIndex(), 0);
        QCOMPARE(compiled("n + 1", *batch->schema()).columnIndex(), -1);
        QVERIFY(!compiled("n + 1", *batch->schema()).constant());
    }

    void columnsOfOtherArrowTypesAreWidened()
    {
        EvalErrors errors;
        const auto unsignedRows = oneColumn("v", arrow::uint32(), "[4294967295, null]");
        const Expression sum = compiled("v + 1", *unsignedRows->schema());
        QCOMPARE(textOf(**sum.evaluate(*unsignedRows, errors)), std::string("4294967296 null"));
        const auto millis = oneColumn("v", arrow::timestamp(arrow::TimeUnit::MILLI), "[1500]");
        const Expression micros = compiled("epoch_us(v)", *millis->schema());
        QCOMPARE(textOf(**micros.evaluate(*millis, errors)), std::string("1500000"));
        const auto nothing = oneColumn("v", arrow::null(), "[null, null]");
        QCOMPARE(textOf(**compiled("v = v", *nothing->schema()).evaluate(*nothing, errors)),
                 std::string("null null"));
        QCOMPARE(textOf(
                     **compiled("lower(v) IS NULL", *nothing->schema()).evaluate(*nothing, errors)),
                 std::string("true true"));
    }

    // Whatever a function is given: it is refused, or gives a sound array of the type it promised.
    void anyOperandsAreSafe()
    {
        const auto batch = test::sampleRows();
        std::vector<std::string> operands{"NULL", "'a'", "2"};
        for (const std::string& name : batch->schema()->field_names())
            operands.push_back(name);
        int evaluated = 0;
        for (const std::string& name : functionNames()) {
            std::vector<std::string> calls{name + "()"};
            for (std::size_t i = 0; i < operands.size(); ++i) {
                calls.push_back(name + "(" + operands[i] + ")");
                if (i % 2 == 0)
                    calls.push_back(name + "(" + operands[i] + ", "
                                    + operands[i * 5 % operands.size()] + ")");
                if (i % 5 == 0)
                    calls.push_back(name + "(" + operands[i] + ", 'a', 2)");
            }
            for (const std::string& text : calls) {
                Diagnostics diagnostics;
                const auto expression
                    = compileExpression(text, {1, 1}, *batch->schema(), "x", diagnostics);
                QCOMPARE(expression.has_value(), !diagnostics.hasErrors());
                if (!expression)
                    continue;
                EvalErrors errors;
                const auto array = expression->evaluate(*batch, errors);
                QVERIFY2(array, text.c_str());
                QVERIFY2((*array)->type()->Equals(*expression->type()), text.c_str());
                QVERIFY2((*array)->ValidateFull().ok(), text.c_str());
                ++evaluated;
            }
        }
        QVERIFY(evaluated > 500);
    }

    void severalThreadsMayEvaluate()
    {
        const auto batch = test::sampleRows();
        const Expression expression
            = compiled("regexp_replace(s, 'l+', 'L') || strftime(ts, '%Y') || (js ->> '$.c')",
                       *batch->schema());
        EvalErrors errors;
        const auto expected = textOf(**expression.evaluate(*batch, errors));
        std::vector<std::string> seen(4);
        std::vector<std::thread> threads;
        for (std::string& out : seen) {
            threads.emplace_back([&] {
                for (int i = 0; i < 50; ++i) {
                    EvalErrors own;
                    out = textOf(**expression.evaluate(*batch, own));
                }
            });
        }
        for (std::thread& thread : threads)
            thread.join();
        for (const std::string& out : seen)
            QCOMPARE(out, expected);
    }
};

} // namespace sluice::expr

SLUICE_TEST(sluice::expr::EvaluateTest)
#include "evaluate_test.moc"
