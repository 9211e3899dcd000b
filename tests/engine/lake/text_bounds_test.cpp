// SPDX-License-Identifier: Apache-2.0
#include "engine/lake/text_bounds.h"

#include "tests/support/test_main.h"

#include <random>

#include <arrow/builder.h>

namespace sluice::lake {
namespace {

std::shared_ptr<arrow::StringArray> arrayOf(const std::vector<std::optional<std::string>>& values)
{
    arrow::StringBuilder builder;
    for (const auto& value : values)
        if (!(value ? builder.Append(*value) : builder.AppendNull()).ok())
            return nullptr;
    return std::static_pointer_cast<arrow::StringArray>(builder.Finish().ValueOrDie());
}

} // namespace

class TextBoundsTest : public QObject
{
    Q_OBJECT

private slots:
    void bounds_data()
    {
        using Values = std::vector<std::optional<std::string>>;
        QTest::addColumn<Values>("values");
        QTest::addColumn<QString>("least");
        QTest::addColumn<QString>("greatest");
        const auto row = [](const char* name, Values values, const char* least, const char* most) {
            QTest::newRow(name) << std::move(values) << QString::fromUtf8(least)
                                << QString::fromUtf8(most);
        };
        row("one", {"b"}, "b", "b");
        row("empty is least", {"b", "", "a"}, "", "b");
        row("a prefix is less", {"order-10", "order-1", "order-100"}, "order-1", "order-100");
        row("alike in eight bytes", {"12345678b", "12345678", "12345678a"}, "12345678",
            "12345678b");
        row("alike in sixteen bytes", {"123456789012345b", "123456789012345", "1234567890123456a"},
            "123456789012345", "123456789012345b");
        row("bytes above 127", {"z", "\xC3\xA4", "a"}, "a", "\xC3\xA4");
        row("nulls do not count", {std::nullopt, "m", std::nullopt}, "m", "m");
    }
    void bounds()
    {
        using Values = std::vector<std::optional<std::string>>;
        QFETCH(Values, values);
        QFETCH(QString, least);
        QFETCH(QString, greatest);
        TextBounds bounds;
        bounds.observe(*arrayOf(values));
        QCOMPARE(QString::fromStdString(bounds.least().value()), least);
        QCOMPARE(QString::fromStdString(bounds.greatest().value()), greatest);
    }
    void nothingHasNone()
    {
        TextBounds bounds;
        bounds.observe(*arrayOf({}));
        bounds.observe(*arrayOf({std::nullopt}));
        QVERIFY(!bounds.least() && !bounds.greatest());
    }
    void randomValuesInSlices()
    {
        std::mt19937 random(7);
        for (int round = 0; round < 200; ++round) {
            std::vector<std::optional<std::string>> values;
            std::optional<std::string> least, greatest;
            for (int i = 0; i < 60; ++i) {
                std::string value(random() % 19, 'a');
                for (char& c : value)
                    c = "\0\x01"
                        "ab\xFF"[random() % 5];
                values.push_back(value);
                if (i < 20)
                    continue;
                least = least ? std::min(*least, value) : value;
                greatest = greatest ? std::max(*greatest, value) : value;
            }
            const auto array = arrayOf(values);
            TextBounds bounds;
            for (int at = 20; at < 60; at += 20)
                bounds.observe(static_cast<const arrow::StringArray&>(*array->Slice(at, 20)));
            QVERIFY(bounds.least() == least && bounds.greatest() == greatest);
            TextBounds singly;
            for (int at = 20; at < 60; ++at)
                singly.observe(*values[std::size_t(at)]);
            QVERIFY(singly.least() == least && singly.greatest() == greatest);
        }
    }
};

} // namespace sluice::lake

SLUICE_TEST(sluice::lake::TextBoundsTest)
#include "text_bounds_test.moc"
