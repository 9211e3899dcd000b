// SPDX-License-Identifier: Apache-2.0
#include "engine/lake/pages/prefixed_texts.h"

#include "tests/support/test_main.h"

namespace sluice::lake {

class PrefixedTextsTest : public QObject
{
    Q_OBJECT

private slots:
    void sharedPrefixes_data()
    {
        QTest::addColumn<QByteArray>("a");
        QTest::addColumn<QByteArray>("b");
        QTest::addColumn<int>("shared");
        const auto row = [](const char* a, const char* b, int shared) {
            QTest::addRow("%s and %s", a, b) << QByteArray(a) << QByteArray(b) << shared;
        };
        row("", "", 0);
        row("", "a", 0);
        row("abc", "abc", 3);
        row("abc", "abd", 2);
        row("abcdefg", "abcdefgh", 7);
        row("abcdefgh", "abcdefgh", 8);
        row("abcdefgh", "abcdefgi", 7);
        row("abcdefghi", "abcdefghj", 8);
        row("abcdefghijkl", "abcdefghijkl", 12);
        row("abcdefghijkl", "abcdefghijkm", 11);
        row("abcdefghijklmnop", "abcdefghXjklmnop", 8);
        row("abcdefghijklmnopq", "abcdefghijklmnopqrstuvwxyz", 17);
    }
    void sharedPrefixes()
    {
        QFETCH(QByteArray, a);
        QFETCH(QByteArray, b);
        QFETCH(int, shared);
        const std::string_view left(a.constData(), std::size_t(a.size()));
        const std::string_view right(b.constData(), std::size_t(b.size()));
        QCOMPARE(sharedPrefix(left, right), std::size_t(shared));
        QCOMPARE(sharedPrefix(right, left), std::size_t(shared));
    }
};

} // namespace sluice::lake

SLUICE_TEST(sluice::lake::PrefixedTextsTest)
#include "prefixed_texts_test.moc"
