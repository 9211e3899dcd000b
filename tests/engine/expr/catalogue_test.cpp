// SPDX-License-Identifier: Apache-2.0
#include "engine/expr/catalogue.h"

#include "tests/support/test_main.h"

#include <algorithm>
#include <set>

namespace sluice::expr {

class CatalogueTest : public QObject
{
    Q_OBJECT

private slots:
    void everyEntryIsComplete()
    {
        std::set<std::string> names;
        for (const CatalogueEntry& entry : catalogue()) {
            QVERIFY2(names.insert(entry.name).second, entry.name.c_str());
            QVERIFY2(!entry.category.empty(), entry.name.c_str());
            QVERIFY2(!entry.signature.empty(), entry.name.c_str());
            QVERIFY2(entry.help.ends_with('.'), entry.name.c_str());
            QVERIFY2(!entry.spark.empty(), entry.name.c_str());
            QVERIFY(!entry.isAggregate);
        }
    }
    void namesAndAliasesAreFoundInAnyCase()
    {
        QVERIFY(findEntry("LOWER"));
        QCOMPARE(findEntry("substr")->name, std::string("substring"));
        QCOMPARE(findEntry("Between")->name, std::string("BETWEEN"));
        QCOMPARE(findEntry("->>")->name, std::string("json_extract_string"));
        QVERIFY(!findEntry("sum"));
    }
    void functionNamesAreSortedAndHoldNoOperators()
    {
        const auto& names = functionNames();
        QVERIFY(std::ranges::is_sorted(names));
        QVERIFY(std::ranges::find(names, "date_trunc") != names.end());
        QVERIFY(std::ranges::find(names, "BETWEEN") == names.end());
        QVERIFY(std::ranges::find(names, "+") == names.end());
    }
    void categoriesStandTogether()
    {
        std::set<std::string> seen;
        std::string last;
        for (const CatalogueEntry& entry : catalogue()) {
            if (entry.category != last)
                QVERIFY2(seen.insert(entry.category).second, entry.category.c_str());
            last = entry.category;
        }
        QCOMPARE(seen.size(), std::size_t(11));
    }
};

} // namespace sluice::expr

SLUICE_TEST(sluice::expr::CatalogueTest)
#include "catalogue_test.moc"
