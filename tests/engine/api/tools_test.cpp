// SPDX-License-Identifier: Apache-2.0
#include "engine/api/tools.h"

#include "engine/api/engine.h"
#include "tests/support/test_main.h"

#include <fstream>

#include <QTemporaryDir>

namespace sluice::api {

class ToolsTest : public QObject
{
    Q_OBJECT

    QTemporaryDir m_folder;
    std::string write(const char* name, const std::string& text)
    {
        const std::string path = m_folder.path().toStdString() + "/" + name;
        std::ofstream(path) << text;
        return path;
    }

private slots:
    void aSampleBecomesAValidDocument_data()
    {
        QTest::addColumn<QString>("name");
        QTest::addColumn<QString>("sample");
        QTest::addColumn<QStringList>("expected");
        QString json, csv = QStringLiteral("id,price,when\n");
        for (int i = 0; i < 50; ++i) {
            json += QStringLiteral("{\"order_id\":\"o-%1\",\"amount\":%2.5,\"user\":{\"id\":%1},"
                                   "\"odd name\":null,\"ts\":%3}\n")
                        .arg(i)
                        .arg(i * 3)
                        .arg(1700000000000ll + i * 1000);
            csv += QStringLiteral("%1,%2.25,2026-01-01 00:00:%3\n")
                       .arg(i)
                       .arg(i % 7)
                       .arg(i, 2, 10, QLatin1Char('0'));
        }
        QTest::newRow("json") << "orders.jsonl" << json
                              << QStringList{QStringLiteral("ts: \"timestamp(ms) not null\""),
                                             QStringLiteral("user: \"json\""),
                                             QStringLiteral("event_time: {column: ts"),
                                             QStringLiteral("keys: [order_id]"),
                                             QStringLiteral("odd_name: {type:")};
        QTest::newRow("csv") << "prices.csv" << csv
                             << QStringList{QStringLiteral("format: csv"),
                                            QStringLiteral("when: \"timestamp not null\""),
                                            QStringLiteral("price: \"double\"")};
    }
    void aSampleBecomesAValidDocument()
    {
        QFETCH(QString, name);
        QFETCH(QString, sample);
        QFETCH(QStringList, expected);
        const auto document
            = documentFromSample(write(name.toUtf8().constData(), sample.toStdString()));
        QVERIFY2(document, document ? "" : document.error().text().c_str());
        for (const QString& part : expected)
            QVERIFY2(QString::fromStdString(*document).contains(part),
                     (part + QLatin1Char('\n') + QString::fromStdString(*document))
                         .toUtf8()
                         .constData());
        const Validation validation
            = validateDocument(*document, m_folder.path().toStdString() + "/p.yaml", {});
        QVERIFY2(validation.isValid,
                 validation.findings.empty() ? "" : validation.findings.front().c_str());
    }
    void anEmptyOrMissingSampleIsAClearError()
    {
        const auto empty = documentFromSample(write("empty.jsonl", ""));
        QVERIFY(!empty && empty.error().message.find("empty") != std::string::npos);
        const auto missing = documentFromSample("/nowhere/x.jsonl");
        QVERIFY(!missing);
        QCOMPARE(missing.error().code, ErrorCode::NotFound);
    }
};

} // namespace sluice::api

SLUICE_TEST(sluice::api::ToolsTest)
#include "tools_test.moc"
