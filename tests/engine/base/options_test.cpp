// SPDX-License-Identifier: Apache-2.0
#include "engine/base/options.h"

#include "tests/support/test_main.h"

namespace sluice {
namespace {

const std::vector<OptionSpec>& specs()
{
    static const std::vector<OptionSpec> all{
        {.name = "topic", .type = OptionType::Text, .isRequired = true, .help = "The topic."},
        {.name = "rate", .type = OptionType::Integer, .defaultValue = "5", .min = "0", .max = "10"},
        {.name = "within", .type = OptionType::Duration, .defaultValue = "10m", .min = "1s"},
        {.name = "start", .type = OptionType::Choice, .choices = {"earliest", "latest"}},
        {.name = "rules",
         .type = OptionType::ListOf,
         .fields = {{.name = "check", .type = OptionType::Expression, .isRequired = true}}}};
    return all;
}

} // namespace

class OptionsTest : public QObject
{
    Q_OBJECT

private slots:
    void everyFindingHasItsPlace_data()
    {
        QTest::addColumn<QString>("text");
        QTest::addColumn<QString>("finding");
        QTest::newRow("unknown name")
            << "{topic: a, rat: 3}"
            << "x:1:12: n: unknown parameter \"rat\" (did you mean \"rate\"?)\n";
        QTest::newRow("missing") << "{rate: 3}"
                                 << "x:1:1: n: parameter \"topic\" is missing (The topic.)\n";
        QTest::newRow("no number") << "{topic: a, rate: fast}"
                                   << "x:1:18: n.rate: expected a whole number, found \"fast\"\n";
        QTest::newRow("too large") << "{topic: a, rate: 11}"
                                   << "x:1:18: n.rate: 11 is above the most, 10\n";
        QTest::newRow("too short") << "{topic: a, within: 5ms}"
                                   << "x:1:20: n.within: 5ms is below the least, 1s\n";
        QTest::newRow("not a choice")
            << "{topic: a, start: lastest}"
            << "x:1:19: n.start: \"lastest\" is not a choice here (did you mean \"latest\"?)\n";
        QTest::newRow("inside a list")
            << "{topic: a, rules: [{chek: b}]}"
            << "x:1:21: n.rules[0]: unknown parameter \"chek\" (did you mean \"check\"?)\n"
               "x:1:20: n.rules[0]: parameter \"check\" is missing\n";
        QTest::newRow("right") << "{topic: a, rate: 0, within: 1h}"
                               << "";
    }
    void everyFindingHasItsPlace()
    {
        QFETCH(QString, text);
        QFETCH(QString, finding);
        Diagnostics diagnostics("x");
        const DocumentNode map = parseDocument(text.toStdString(), diagnostics);
        checkOptions(map, specs(), {}, "n", diagnostics);
        QCOMPARE(QString::fromStdString(diagnostics.text()), finding);
    }
    void defaultsAreRead()
    {
        Diagnostics diagnostics;
        const DocumentNode map = parseDocument("{topic: a, within: 90s}", diagnostics);
        const Options options(map, specs());
        QCOMPARE(options.integer("rate"), std::int64_t(5));
        QVERIFY(options.duration("within") == std::chrono::seconds(90));
        QVERIFY(!options.textIfSet("start"));
    }
    void sizesAndBooleans()
    {
        std::int64_t bytes = 0;
        QVERIFY(parseSize("1.5KiB", bytes));
        QCOMPARE(bytes, std::int64_t(1536));
        QVERIFY(parseSize("64MB", bytes));
        QCOMPARE(bytes, std::int64_t(64000000));
        QVERIFY(!parseSize("64 apples", bytes));
        bool flag = true;
        QVERIFY(parseBoolean("false", flag));
        QVERIFY(!flag);
        QVERIFY(!parseBoolean("maybe", flag));
    }
};

} // namespace sluice

SLUICE_TEST(sluice::OptionsTest)
#include "options_test.moc"
