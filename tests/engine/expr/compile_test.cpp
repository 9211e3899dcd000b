// SPDX-License-Identifier: Apache-2.0
#include "engine/columns/batch.h"
#include "engine/expr/expression.h"

#include "tests/engine/expr/sample_rows.h"
#include "tests/support/test_main.h"

namespace sluice::expr {

class CompileTest : public QObject
{
    Q_OBJECT

private slots:
    void initTestCase() { initializeColumns(); }
    void errorsPointIntoTheExpression_data()
    {
        QTest::addColumn<QString>("text");
        QTest::addColumn<int>("column"); // of the text, from 1
        QTest::addColumn<QString>("message");
        QTest::addColumn<QString>("suggestion");
        const auto row
            = [](const char* text, int column, const char* message, const char* suggestion = "") {
                  QTest::newRow(text) << text << column << message << suggestion;
              };
        row("1 + amuont", 5, "column \"amuont\" does not exist", "did you mean \"amount\"?");
        row("amount > 0 AND contry = 'DE'", 16, "column \"contry\" does not exist",
            "did you mean \"country\"?");
        row("'ü' || amuont", 8, "column \"amuont\" does not exist", "did you mean \"amount\"?");
        row("country = \"DE\"", 11, "column \"DE\" does not exist",
            "double quotes name a column; text stands in single quotes: 'DE'");
        row("lowr(country)", 1, "unknown function lowr", "did you mean \"lower\"?");
        row("1 + sum(amount)", 5, "sum is an aggregate and has no value for a single row",
            "aggregates belong to a window_aggregate node");
        row("lower(country, 1)", 1, "lower takes 1 argument, not 2",
            "Write lower(text) -> string.");
        row("1 + lower(amount)", 11, "argument 1 of lower must be a string, not decimal(12,2)",
            "Write lower(text) -> string.");
        row("substring(country)", 1, "substring takes 2 to 3 arguments, not 1",
            "Write substring(text, start[, length]) -> string.");
        row("country + 1", 9, "cannot add string and integer", "Write || to join strings.");
        row("country > 5", 9, "cannot compare string with integer", "Write CAST(... AS integer).");
        row("amount IN (1, 'x')", 15, "\"x\" is not a decimal(12,2)");
        row("NOT amount", 5, "a condition is expected, not decimal(12,2)",
            "compare it with a value");
        row("CAST(ts AS INTEGER)", 1, "cannot convert timestamp to integer");
        row("CAST('x' AS INTEGER)", 1, "\"x\" is not an integer");
        row("CAST(amount AS dollar)", 1, "unknown type \"dollar\"",
            "Use boolean, byte, short, integer, long, float, double, decimal(p,s), string, binary, "
            "date, "
            "timestamp, json, struct<...>, list<...> or map<string, ...>.");
        row("date_trunc('fortnight', ts)", 12, "unknown part \"fortnight\" of date_trunc",
            "Write one of year, quarter, month, week, day, hour, minute, second, millisecond, "
            "microsecond, dow, "
            "isodow, doy, isoyear, yearweek, epoch, decade, century, millennium.");
        row("regexp_matches(country, '(')", 25, "Invalid regular expression: missing ): (");
        row("address.cty", 1, "the struct has no field \"cty\"", "did you mean \"city\"?");
        row("country.x", 1, "string has no field \"x\"", "only a struct has fields");
        row("CASE WHEN amount > 1 THEN country ELSE amount > 2 END", 1,
            "the branches of CASE have different types: string and boolean",
            "Write CAST(... AS ...).");
        row("ts - ts", 4, "an interval cannot be the value of a column",
            "use date_diff or epoch to have a number");
        row("amount +", 9, "syntax error at end of input");
        row("amount > (1", 12, "syntax error at end of input");
        row("amount amount", 1, "unexpected \"amount\" after the expression");
        row("amount, ts", 9, "one expression is expected, not a list");
        row("1; SELECT 2", 1, "one expression is expected, not several statements");
        row("(SELECT 1)", 1, "a subquery is not a scalar expression");
        row("*", 1, "* stands for columns, not for a value");
        row("amount FROM t", 1, "a scalar expression has no FROM, WHERE or GROUP BY");
        row("", 1, "the expression is empty");
        row("now()", 1, "now depends on when it runs, so a replay would give other values",
            "use a time that is in the record");
        row("amount +* 2", 8, "operator +* is not supported");
    }
    void errorsPointIntoTheExpression()
    {
        QFETCH(QString, text);
        QFETCH(int, column);
        QFETCH(QString, message);
        QFETCH(QString, suggestion);
        Diagnostics diagnostics("orders.yaml");
        QVERIFY(!compileExpression(text.toStdString(), {23, 14}, m_schema, "checked.rules.r",
                                   diagnostics));
        QCOMPARE(diagnostics.items().size(), std::size_t(1));
        const Diagnostic& item = diagnostics.items()[0];
        QCOMPARE(QString::fromStdString(item.message), message);
        QCOMPARE(QString::fromStdString(item.suggestion), suggestion);
        QCOMPARE(item.at.line, 23);
        QCOMPARE(item.at.column, 13 + column);
        QCOMPARE(item.path, std::string("checked.rules.r"));
    }

    void allErrorsAtOnce()
    {
        Diagnostics diagnostics;
        QVERIFY(
            !compileExpression("amuont + contry + lowr(x)", {1, 1}, m_schema, "p", diagnostics));
        QCOMPARE(diagnostics.items().size(), std::size_t(3));
    }

    void scalarsOfADocumentKnowTheirPlace()
    {
        Diagnostics diagnostics("x.yaml");
        const DocumentNode root = parseDocument("plain: amuont > 1\nquoted: \"amuont > 1\"\n"
                                                "block: |\n  amount > 1\n  AND amuont < 5\n",
                                                diagnostics);
        for (const char* key : {"plain", "quoted", "block"})
            QVERIFY(!compileExpression(*root.find(key), m_schema, key, diagnostics));
        QCOMPARE(diagnostics.items()[0].at.line, 1);
        QCOMPARE(diagnostics.items()[0].at.column, 8);
        QCOMPARE(diagnostics.items()[1].at.line, 2);
        QCOMPARE(diagnostics.items()[1].at.column, 10);
        QCOMPARE(diagnostics.items()[2].at.line, 5);
        QVERIFY(!compileExpression(DocumentNode{}, m_schema, "x", diagnostics));
    }

    void conditionsAreBoolean()
    {
        Diagnostics diagnostics;
        DocumentNode node{.kind = DocumentNode::Kind::Scalar, .at = {1, 1}, .text = "amount > 1"};
        QVERIFY(compileCondition(node, m_schema, "x", diagnostics));
        node.text = "amount + 1";
        QVERIFY(!compileCondition(node, m_schema, "x", diagnostics));
        QCOMPARE(diagnostics.items()[0].message,
                 std::string("the condition is decimal(13,2), not boolean"));
    }

    void callsAreTakenApart()
    {
        Diagnostics diagnostics;
        const auto call = [&](const char* text) {
            const DocumentNode node{.kind = DocumentNode::Kind::Scalar, .at = {1, 1}, .text = text};
            return compileCall(node, m_schema, "x", diagnostics);
        };
        const auto count = call("count(*)");
        QVERIFY(count && count->isStar && count->arguments.empty());
        QCOMPARE(count->function, std::string("count"));
        const auto quantile
            = call("approx_quantile(amount * 2, 0.95) FILTER (WHERE country = 'DE')");
        QVERIFY(quantile && quantile->filter);
        QCOMPARE(quantile->arguments.size(), std::size_t(2));
        QCOMPARE(quantile->arguments[0].columns(), std::vector<int>{0});
        QCOMPARE(quantile->arguments[1].constant()->ToString(), std::string("0.95"));
        const auto distinct = call("COUNT(DISTINCT country)");
        QVERIFY(distinct && distinct->isDistinct);
        QVERIFY(diagnostics.items().empty());
        QVERIFY(!call("amount + 1"));
        QVERIFY(!call("sum(amuont)"));
        QCOMPARE(diagnostics.items()[1].at.column, 5);
    }

    void columnsAreMentioned()
    {
        const std::vector<std::string> expected{"a", "b", "c"};
        QCOMPARE(mentionedColumns("a.x + b * sum(c) FILTER (WHERE a > 1)"), expected);
        QVERIFY(mentionedColumns("a +").empty());
        Diagnostics diagnostics;
        const auto expression = compileExpression("lower(country) || amount || Country", {1, 1},
                                                  m_schema, "x", diagnostics);
        const std::vector<int> columns{0, 1};
        QCOMPARE(expression->columns(), columns);
    }

    void deepExpressionsAreRefusedNotCrashed()
    {
        Diagnostics diagnostics;
        std::string text = "amount";
        for (int i = 0; i < 20000; ++i)
            text = "(" + text + ")";
        compileExpression(text, {1, 1}, m_schema, "x", diagnostics);
        std::string sum = "amount";
        for (int i = 0; i < 3000; ++i)
            sum += " + 1";
        QVERIFY(!compileExpression(sum, {1, 1}, m_schema, "x", diagnostics));
        QVERIFY(diagnostics.hasErrors());
    }

private:
    const arrow::Schema m_schema{
        {arrow::field("amount", arrow::decimal128(12, 2)), arrow::field("country", arrow::utf8()),
         arrow::field("ts", arrow::timestamp(arrow::TimeUnit::MICRO, "UTC")),
         arrow::field("address", arrow::struct_({arrow::field("city", arrow::utf8())}))}};
};

} // namespace sluice::expr

SLUICE_TEST(sluice::expr::CompileTest)
#include "compile_test.moc"
