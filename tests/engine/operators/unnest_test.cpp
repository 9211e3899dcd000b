// SPDX-License-Identifier: Apache-2.0
#include "engine/operators/unnest.h"

#include "tests/engine/operators/operator_harness.h"
#include "tests/support/test_main.h"

namespace sluice::operators {

using test::OperatorHarness;

class UnnestTest : public QObject
{
    Q_OBJECT

private slots:
    void itemsBecomeRows_data()
    {
        QTest::addColumn<QString>("yaml");
        QTest::addColumn<QString>("expected");
        QTest::newRow("plain")
            << "{column: l, as: item}"
            << "{\"k\":\"a\",\"item\":1}\n{\"k\":\"a\",\"item\":2}\n{\"k\":\"d\",\"item\":null}\n";
        QTest::newRow("keeping empty")
            << "{column: l, keep_empty: true}"
            << "{\"k\":\"a\",\"l\":1}\n{\"k\":\"a\",\"l\":2}\n{\"k\":\"b\",\"l\":null}\n{\"k\":"
               "\"c\",\"l\":null}\n{\"k\":\"d\",\"l\":null}\n";
    }
    void itemsBecomeRows()
    {
        QFETCH(QString, yaml);
        QFETCH(QString, expected);
        OperatorHarness h(Unnest::kind(), yaml.toStdString(), "{k: string, l: 'list<long>'}");
        QVERIFY2(h.start(), h.diagnostics.text().c_str());
        QVERIFY(h.feed({"{\"k\":\"a\",\"l\":[1,2]}", "{\"k\":\"b\",\"l\":[]}", "{\"k\":\"c\"}",
                        "{\"k\":\"d\",\"l\":[null]}"}));
        QCOMPARE(QString::fromStdString(h.takeRows()), expected);
    }
    void onlyAListCanBeUnnested()
    {
        OperatorHarness h(Unnest::kind(), "{column: k}", "{k: string}");
        QVERIFY(!h.start());
        QVERIFY(h.diagnostics.text().find("not a list") != std::string::npos);
    }
};

} // namespace sluice::operators

SLUICE_TEST(sluice::operators::UnnestTest)
#include "unnest_test.moc"
