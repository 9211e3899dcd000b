// SPDX-License-Identifier: Apache-2.0
#include "engine/state/key_codec.h"

#include "engine/columns/types.h"
#include "tests/support/test_main.h"

#include <set>

#include <arrow/array.h>
#include <arrow/json/from_string.h>

namespace sluice::state {

class KeyCodecTest : public QObject
{
    Q_OBJECT

    static std::shared_ptr<arrow::Array> column(const char* type, const char* json)
    {
        return *arrow::json::ArrayFromJSONString(*parseType(type), json);
    }

private slots:
    void keysComeBackAsTheyWent_data()
    {
        QTest::addColumn<QString>("type");
        QTest::addColumn<QString>("values");
        QTest::newRow("long") << "long"
                              << "[1, -1, null, 9223372036854775807]";
        QTest::newRow("byte") << "byte"
                              << "[1, -128, null]";
        QTest::newRow("boolean") << "boolean"
                                 << "[true, false, null]";
        QTest::newRow("string") << "string"
                                << "[\"\", \"a\", null, \"\\u00e9\"]";
        QTest::newRow("decimal") << "decimal(12,2)"
                                 << "[\"-0.05\", null]";
        QTest::newRow("date") << "date"
                              << "[19782, null]";
        QTest::newRow("timestamp") << "timestamp"
                                   << "[1709208000123000]";
        QTest::newRow("double") << "double"
                                << "[0.5, null, -1e300]";
    }
    void keysComeBackAsTheyWent()
    {
        QFETCH(QString, type);
        QFETCH(QString, values);
        const auto array = column(type.toUtf8().constData(), values.toUtf8().constData());
        const auto codec = KeyCodec::make({arrow::field("k", array->type())});
        QVERIFY(codec);
        EncodedKeys keys;
        codec->encode({array}, keys);
        std::vector<std::string_view> texts;
        for (std::size_t i = 0; i < keys.rows(); ++i)
            texts.push_back(keys.key(i));
        const auto back = codec->decode(texts);
        QVERIFY(back);
        QVERIFY2(back->front()->Equals(array), back->front()->ToString().c_str());
    }
    void differentKeysDiffer()
    {
        // The boundary between columns must count: ("a","bc") is not ("ab","c"), null is not "".
        const auto a = column("string", "[\"a\", \"ab\", null, \"\", \"a\"]");
        const auto b = column("string", "[\"bc\", \"c\", \"\", null, \"bc\"]");
        const auto codec
            = KeyCodec::make({arrow::field("a", a->type()), arrow::field("b", b->type())});
        EncodedKeys keys;
        codec->encode({a, b}, keys);
        std::set<std::string> texts;
        for (std::size_t i = 0; i < keys.rows(); ++i)
            texts.insert(std::string(keys.key(i)));
        QCOMPARE(texts.size(), std::size_t(4)); // the last is the first again
        QCOMPARE(keys.hashes[0], keys.hashes[4]);
    }
    void aTextIsTheSameKeyBesideANullAndNot()
    {
        const auto both = column("string", "[\"one\", \"\", null]");
        const auto codec = KeyCodec::make({arrow::field("k", both->type())});
        EncodedKeys with, without;
        codec->encode({both}, with);
        codec->encode({both->Slice(1, 1)}, without);
        QCOMPARE(without.rows(), std::size_t(1));
        QCOMPARE(without.key(0), with.key(1));
        QCOMPARE(without.hashes[0], with.hashes[1]);
    }
    // Saved states hold hashes, so they must stay as they are. The expected ones were computed with
    // the definition in Python: fold(a, b) = low and high half of a * b by XOR.
    void hashesStayAsTheyAre_data()
    {
        QTest::addColumn<QByteArray>("bytes");
        QTest::addColumn<quint64>("hash");
        QTest::newRow("0 bytes") << QByteArray("") << quint64(0x42bc986dc5eec4d3ULL);
        QTest::newRow("1 bytes") << QByteArray("a") << quint64(0x218cac7ef932012fULL);
        QTest::newRow("2 bytes") << QByteArray("ab") << quint64(0x99edee4a2c9787a4ULL);
        QTest::newRow("3 bytes") << QByteArray("abc") << quint64(0x61efa08f0974da88ULL);
        QTest::newRow("4 bytes") << QByteArray("abcd") << quint64(0xce923e5b55e84914ULL);
        QTest::newRow("7 bytes") << QByteArray("abcdefg") << quint64(0x69a72af062855874ULL);
        QTest::newRow("8 bytes") << QByteArray("abcdefgh") << quint64(0xcefefebe7ffa57b6ULL);
        QTest::newRow("16 bytes") << QByteArray("abcdefghijklmnop")
                                  << quint64(0x4ff3b52ca1e858d2ULL);
        QTest::newRow("19 bytes") << QByteArray("abcdefghijklmnopqrs")
                                  << quint64(0x008e6e03eda8f054ULL);
        QTest::newRow("28 bytes") << QByteArray("o-000000000001 and some more")
                                  << quint64(0x79a5e8fc738bf06dULL);
    }
    void hashesStayAsTheyAre()
    {
        QFETCH(QByteArray, bytes);
        QFETCH(quint64, hash);
        QCOMPARE(quint64(hashBytes({bytes.constData(), std::size_t(bytes.size())})), hash);
    }
    void zerosAreOneKey()
    {
        const auto array = column("double", "[0.0, -0.0]");
        const auto codec = KeyCodec::make({arrow::field("k", array->type())});
        EncodedKeys keys;
        codec->encode({array}, keys);
        QCOMPARE(keys.key(0), keys.key(1));
    }
    void damagedBytesAreRefused()
    {
        const auto codec = KeyCodec::make({arrow::field("k", arrow::int64())});
        QVERIFY(!codec->decode({std::string_view("\1abc", 4)}));
        QVERIFY(!codec->decode({std::string_view("\0x", 2)}));
        QVERIFY(!KeyCodec::make({arrow::field("k", arrow::list(arrow::int64()))}));
    }
};

} // namespace sluice::state

SLUICE_TEST(sluice::state::KeyCodecTest)
#include "key_codec_test.moc"
