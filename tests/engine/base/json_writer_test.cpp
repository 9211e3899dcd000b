// SPDX-License-Identifier: Apache-2.0
#include "engine/base/json_writer.h"

#include "tests/support/test_main.h"

#include <QJsonDocument>
#include <QJsonObject>

#include <limits>

namespace sluice {

class JsonWriterTest : public QObject
{
    Q_OBJECT

private slots:
    void writesNestedValues()
    {
        JsonWriter json;
        json.beginObject().key("a").beginArray().value(1).value(-2.5).value(true).null();
        json.beginObject().endObject().endArray().key("b").value("x").endObject();
        QCOMPARE(json.take(), std::string("{\"a\":[1,-2.5,true,null,{}],\"b\":\"x\"}"));
    }
    void textSurvivesAnotherReader_data()
    {
        QTest::addColumn<QString>("text");
        QTest::newRow("quotes") << QStringLiteral("say \"hi\" \\ there");
        QTest::newRow("control") << QString(QChar(1)) + QStringLiteral("\n\r\t");
        QTest::newRow("unicode") << QString::fromUtf8("caf\u00e9 \u20ac \U0001F600");
    }
    void textSurvivesAnotherReader()
    {
        QFETCH(QString, text);
        JsonWriter json;
        json.beginObject().key("t").value(text.toStdString()).endObject();
        const QJsonDocument read = QJsonDocument::fromJson(QByteArray::fromStdString(json.text()));
        QCOMPARE(read.object().value(QStringLiteral("t")).toString(), text);
    }
    void bytesThatAreNoTextAreReplaced()
    {
        std::string out;
        appendJsonString(out,
                         "a\xff\xc0\xaf"
                         "b");
        QCOMPARE(out,
                 std::string("\"a\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD"
                             "b\""));
    }
    void infinityIsNull()
    {
        JsonWriter json;
        json.value(std::numeric_limits<double>::infinity());
        QCOMPARE(json.take(), std::string("null"));
    }
};

} // namespace sluice

SLUICE_TEST(sluice::JsonWriterTest)
#include "json_writer_test.moc"
