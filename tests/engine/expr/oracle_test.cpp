// SPDX-License-Identifier: Apache-2.0
#include "tests/engine/expr/oracle.h"

#include "engine/columns/batch.h"
#include "engine/expr/catalogue.h"
#include "engine/expr/expression.h"

#include "tests/engine/expr/oracle_cases.h"
#include "tests/engine/expr/sample_rows.h"
#include "tests/support/test_main.h"

#include <cctype>

namespace sluice::expr {
namespace {

std::vector<test::OracleCase> allCases()
{
    std::vector<test::OracleCase> all;
    for (const auto& part : {test::numberCases(), test::logicCases(), test::textCases(),
                             test::timeCases(), test::nestedCases()})
        all.insert(all.end(), part.begin(), part.end());
    return all;
}

// Whether an expression uses a name of the catalogue.
bool uses(const std::string& expression, const CatalogueEntry& entry)
{
    std::vector<std::string> names = entry.aliases;
    names.push_back(entry.name);
    for (const std::string& name : names) {
        const bool isCall = std::islower(static_cast<unsigned char>(name.front())) != 0;
        const std::string wanted = isCall ? name + "(" : name == "[]" ? "[" : name;
        if (expression.find(wanted) != std::string::npos)
            return true;
    }
    return false;
}

QString listText(const std::vector<std::string>& values)
{
    QStringList out;
    for (const std::string& value : values)
        out += QString::fromStdString(value);
    return out.join(QStringLiteral(" | "));
}

} // namespace

class OracleTest : public QObject
{
    Q_OBJECT

private slots:
    void initTestCase() { initializeColumns(); }
    void valuesAreThoseOfDuckDb_data()
    {
        QTest::addColumn<QString>("expression");
        QTest::addColumn<QString>("sql");
        QTest::addColumn<QString>("type");
        for (const test::OracleCase& row : allCases())
            QTest::newRow(row.expression) << row.expression << (row.sql ? row.sql : row.expression)
                                          << (row.type ? row.type : "");
    }
    void valuesAreThoseOfDuckDb()
    {
        QFETCH(QString, expression);
        QFETCH(QString, sql);
        QFETCH(QString, type);
        Diagnostics diagnostics;
        const auto compiled = compileExpression(expression.toStdString(), {1, 1}, *m_rows->schema(),
                                                "x", diagnostics);
        QVERIFY2(compiled, diagnostics.text().c_str());
        EvalErrors errors;
        const auto array = compiled->evaluate(*m_rows, errors);
        QVERIFY2(array, array ? "" : array.error().text().c_str());
        QCOMPARE((*array)->length(), m_rows->num_rows());
        QVERIFY((*array)->ValidateFull().ok());

        std::vector<std::string> ours;
        for (std::int64_t row = 0; row < m_rows->num_rows(); ++row)
            ours.push_back(test::valueText(**array, row));
        for (const RowError& error : errors.rows()) {
            QCOMPARE(ours[std::size_t(error.row)], std::string("null"));
            ours[std::size_t(error.row)] = "error";
        }
        const test::Answers theirs = m_oracle.evaluate(sql.toStdString(), ours.size());
        QCOMPARE(theirs.failure, std::string());
        QCOMPARE(test::sqlName(*compiled->type()),
                 type.isEmpty() ? theirs.type : type.toStdString());
        bool areSame = ours.size() == theirs.values.size();
        for (std::size_t i = 0; areSame && i < ours.size(); ++i)
            areSame = test::isSameValue(ours[i], theirs.values[i]);
        if (!areSame)
            QCOMPARE(listText(ours), listText(theirs.values));
    }

    // Rows that stand elsewhere in their arrays, and an empty batch.
    void slicesAreTheSame_data() { valuesAreThoseOfDuckDb_data(); }
    void slicesAreTheSame()
    {
        QFETCH(QString, expression);
        Diagnostics diagnostics;
        const auto compiled = compileExpression(expression.toStdString(), {1, 1}, *m_rows->schema(),
                                                "x", diagnostics);
        QVERIFY(compiled);
        EvalErrors wholeErrors;
        const auto whole = compiled->evaluate(*m_rows, wholeErrors);
        EvalErrors partErrors;
        const auto part = compiled->evaluate(*m_rows->Slice(3, 4), partErrors);
        QVERIFY(whole && part);
        for (std::int64_t row = 0; row < 4; ++row)
            QCOMPARE(test::valueText(**part, row), test::valueText(**whole, row + 3));
        EvalErrors noErrors;
        const auto none = compiled->evaluate(*m_rows->Slice(2, 0), noErrors);
        QVERIFY(none);
        QCOMPARE((*none)->length(), std::int64_t(0));
        QVERIFY(noErrors.empty());
    }

    void everyEntryIsExercised()
    {
        const std::vector<test::OracleCase> cases = allCases();
        QVERIFY(catalogue().size() >= 60);
        QVERIFY(cases.size() >= 150);
        for (const CatalogueEntry& entry : catalogue()) {
            bool isUsed = false;
            for (const test::OracleCase& row : cases)
                isUsed = isUsed || uses(row.expression, entry);
            QVERIFY2(isUsed, entry.name.c_str());
        }
    }

private:
    std::shared_ptr<arrow::RecordBatch> m_rows = test::sampleRows();
    test::Oracle m_oracle;
};

} // namespace sluice::expr

SLUICE_TEST(sluice::expr::OracleTest)
#include "oracle_test.moc"
