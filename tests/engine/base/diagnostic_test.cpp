// SPDX-License-Identifier: Apache-2.0
#include "engine/base/diagnostic.h"

#include "tests/support/test_main.h"

namespace sluice {

class DiagnosticTest : public QObject
{
    Q_OBJECT

private slots:
    void suggestsTheNearestName_data()
    {
        QTest::addColumn<QString>("typed");
        QTest::addColumn<QString>("suggestion");
        QTest::newRow("one letter swapped") << "amuont"
                                            << "did you mean \"amount\"?";
        QTest::newRow("one letter missing") << "contry"
                                            << "did you mean \"country\"?";
        QTest::newRow("nothing is near") << "zebra"
                                         << "";
    }
    void suggestsTheNearestName()
    {
        QFETCH(QString, typed);
        QFETCH(QString, suggestion);
        const std::vector<std::string> names{"order_id", "amount", "country"};
        QCOMPARE(QString::fromStdString(suggestionFor(typed.toStdString(), names)), suggestion);
    }
    void findingsComeInTheOrderOfTheText()
    {
        Diagnostics diagnostics("orders.yaml");
        diagnostics.error({9, 2}, "b", "second");
        diagnostics.warning({3, 7}, "a", "first", "do this");
        diagnostics.sort();
        QCOMPARE(diagnostics.text(),
                 std::string("orders.yaml:3:7: warning: a: first (do this)\n"
                             "orders.yaml:9:2: b: second\n"));
        QVERIFY(diagnostics.hasErrors());
    }
};

} // namespace sluice

SLUICE_TEST(sluice::DiagnosticTest)
#include "diagnostic_test.moc"
