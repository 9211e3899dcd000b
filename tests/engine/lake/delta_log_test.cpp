// SPDX-License-Identifier: Apache-2.0
#include "engine/lake/delta_log.h"

#include "engine/lake/checkpoint_writer.h"
#include "engine/lake/commit_file.h"
#include "engine/lake/committer.h"
#include "engine/lake/delta_table.h"

#include "tests/engine/lake/lake_fixture.h"
#include "tests/support/test_main.h"

#include <filesystem>

namespace sluice::lake {
namespace {

const std::string kSchema
    = R"(\"type\":\"struct\",\"fields\":[{\"name\":\"id\",\"type\":\"long\",\"nullable\":true,\"metadata\":{}}])";

std::string firstCommit(const std::string& protocol, const std::string& configuration = "{}")
{
    return "{\"protocol\":" + protocol
        + "}\n{\"metaData\":{\"id\":\"u\",\"format\":{\"provider\":"
          "\"parquet\",\"options\":{}},\"schemaString\":\"{"
        + kSchema + "}\",\"partitionColumns\":[],\"configuration\":" + configuration + "}}\n";
}

std::string addLine(const std::string& path)
{
    return "{\"add\":{\"path\":\"" + path
        + "\",\"partitionValues\":{},\"size\":1,\"modificationTime\":1,\"dataChange\":true}}\n";
}

} // namespace

class DeltaLogTest : public QObject
{
    Q_OBJECT

private slots:
    void init()
    {
        m_fixture = std::make_unique<LakeFixture>();
        m_log = std::make_unique<DeltaLog>(m_fixture->folder("silver", "t"));
        std::filesystem::create_directories(m_log->logFolder());
    }
    void replaysCommitsInOrder()
    {
        put(0, firstCommit(R"({"minReaderVersion":1,"minWriterVersion":2})") + addLine("a"));
        put(1, addLine("b") + R"({"txn":{"appId":"x","version":7}})" + "\n");
        put(2, R"({"remove":{"path":"a","deletionTimestamp":5,"dataChange":true}})");
        const auto head = m_log->load();
        QVERIFY2(head, head ? "" : head.error().text().c_str());
        QCOMPARE(head->version, std::int64_t(2));
        QVERIFY(head->files.contains("b") && !head->files.contains("a"));
        QCOMPARE(*head->transactionVersion("x"), std::int64_t(7));
        QVERIFY(m_log->load(1)->files.contains("a")); // time travel
        QCOMPARE(m_log->load(7).error().message,
                 std::string("there is no version 7, the newest is 2"));
    }
    void strangeButHarmlessTextIsRead()
    {
        put(0, firstCommit(R"({"minReaderVersion":1,"minWriterVersion":2})"));
        put(1, "{\"unknownAction\":{\"x\":1}}\r\n\r\n" + addLine("a") + "\n\n");
        put(2, ""); // an empty commit is a version without actions
        writeText(m_log->logFolder() + "/.tmp-x", "{");
        writeText(m_log->logFolder() + "/00000000000000000003.json.tmp", "{");
        writeText(m_log->logFolder() + "/_last_checkpoint", "garbage");
        const auto head = m_log->load();
        QVERIFY2(head, head ? "" : head.error().text().c_str());
        QCOMPARE(head->version, std::int64_t(2));
        QCOMPARE(head->files.size(), std::size_t(1));
    }
    void damageIsNamedWithItsCure_data()
    {
        QTest::addColumn<int>("version");
        QTest::addColumn<QString>("text"); // "-" removes the file
        QTest::addColumn<QString>("object");
        QTest::addColumn<QString>("message");
        QTest::newRow("gap") << 1 << "-"
                             << "00000000000000000001.json"
                             << "the log has a gap: version 1 is missing";
        QTest::newRow("beginning") << 0 << "-"
                                   << "_delta_log"
                                   << "the log begins at version 1 without a checkpoint";
        QTest::newRow("torn") << 2 << "{\"add\":{\"path\":\"a"
                              << "00000000000000000002.json:1"
                              << "the commit is damaged";
    }
    void damageIsNamedWithItsCure()
    {
        QFETCH(int, version);
        QFETCH(QString, text);
        QFETCH(QString, object);
        QFETCH(QString, message);
        put(0, firstCommit(R"({"minReaderVersion":1,"minWriterVersion":2})"));
        put(1, addLine("a"));
        put(2, addLine("b"));
        if (text == "-")
            std::filesystem::remove(m_log->logFolder() + "/" + commitName(version));
        else
            put(version, text.toStdString());
        const auto head = m_log->load();
        QVERIFY(!head);
        QVERIFY(head.error().object.ends_with(object.toStdString()));
        QVERIFY2(head.error().message.starts_with(message.toStdString()),
                 head.error().text().c_str());
        QVERIFY(!head.error().hint.empty());
    }
    void foreignFeatures_data()
    {
        QTest::addColumn<QString>("protocol");
        QTest::addColumn<QString>("configuration");
        QTest::addColumn<QString>("unreadable"); // the feature named; "" = can be read
        QTest::addColumn<QString>("unwritable");
        const QString plain = R"({"minReaderVersion":1,"minWriterVersion":2})";
        QTest::newRow("plain") << plain << "{}"
                               << ""
                               << "";
        QTest::newRow("deletion vectors")
            << R"({"minReaderVersion":3,"minWriterVersion":7,"readerFeatures":["deletionVectors"],"writerFeatures":["deletionVectors"]})"
            << "{}"
            << "deletionVectors"
            << "deletionVectors";
        QTest::newRow("v2 checkpoint")
            << R"({"minReaderVersion":3,"minWriterVersion":7,"readerFeatures":["v2Checkpoint"],"writerFeatures":[]})"
            << "{}"
            << "v2Checkpoint"
            << "v2Checkpoint";
        QTest::newRow("timestamp without zone")
            << R"({"minReaderVersion":3,"minWriterVersion":7,"readerFeatures":["timestampNtz"],"writerFeatures":["timestampNtz"]})"
            << "{}"
            << ""
            << "";
        QTest::newRow("newer reader") << R"({"minReaderVersion":4,"minWriterVersion":7})"
                                      << "{}"
                                      << "version 4"
                                      << "version 4";
        QTest::newRow("column mapping on") << R"({"minReaderVersion":2,"minWriterVersion":5})"
                                           << R"({"delta.columnMapping.mode":"name"})"
                                           << "columnMapping"
                                           << "columnMapping";
        QTest::newRow("column mapping possible") << R"({"minReaderVersion":2,"minWriterVersion":5})"
                                                 << "{}"
                                                 << ""
                                                 << "";
        QTest::newRow("row tracking")
            << R"({"minReaderVersion":1,"minWriterVersion":7,"writerFeatures":["rowTracking"]})"
            << "{}"
            << ""
            << "rowTracking";
        QTest::newRow("constraint") << R"({"minReaderVersion":1,"minWriterVersion":3})"
                                    << R"({"delta.constraints.c":"id > 0"})"
                                    << ""
                                    << "checkConstraints";
    }
    void foreignFeatures()
    {
        QFETCH(QString, protocol);
        QFETCH(QString, configuration);
        QFETCH(QString, unreadable);
        QFETCH(QString, unwritable);
        put(0, firstCommit(protocol.toStdString(), configuration.toStdString()));
        const auto head = m_log->load();
        QCOMPARE(head.hasValue(), unreadable.isEmpty());
        if (!head) {
            QVERIFY(head.error().code == ErrorCode::Unsupported);
            QVERIFY(head.error().message.find(unreadable.toStdString()) != std::string::npos);
            return;
        }
        const Status writable = checkWritable(*head, "t");
        QCOMPARE(writable.hasValue(), unwritable.isEmpty());
        if (!writable)
            QVERIFY(writable.error().message.find(unwritable.toStdString()) != std::string::npos);
    }
    void refreshReadsOnlyWhatIsNew()
    {
        put(0, firstCommit(R"({"minReaderVersion":1,"minWriterVersion":2})"));
        Snapshot head = *m_log->load();
        QVERIFY(m_log->refresh(head));
        QCOMPARE(head.version, std::int64_t(0));
        put(1, addLine("a"));
        put(2, addLine("b"));
        QVERIFY(m_log->refresh(head));
        QCOMPARE(head.version, std::int64_t(2));
        QCOMPARE(head.files.size(), std::size_t(2));
    }
    void historyAndTimeTravel()
    {
        for (int version = 0; version < 3; ++version)
            put(version,
                R"({"commitInfo":{"timestamp":)" + std::to_string(1000 + version)
                    + R"(,"operation":"WRITE","engineInfo":"x","inCommitTimestamp":)"
                    + std::to_string(1000 + version * 10) + "}}\n"
                    + (version == 0 ? firstCommit(R"({"minReaderVersion":1,"minWriterVersion":2})")
                                    : addLine(std::to_string(version))));
        const auto history = m_log->history(2);
        QVERIFY(history);
        QCOMPARE(history->size(), std::size_t(2));
        QCOMPARE(history->front().version, std::int64_t(2));
        QCOMPARE(history->front().timeMs, std::int64_t(1020));
        QCOMPARE(history->front().addedFiles, std::int64_t(1));
        QCOMPARE(*m_log->versionAt(1019), std::int64_t(1));
        QCOMPARE(*m_log->versionAt(99'999), std::int64_t(2));
        QVERIFY(!m_log->versionAt(999));
    }
    void thereIsNoTable()
    {
        QVERIFY(!m_log->exists());
        QVERIFY(m_log->load().error().code == ErrorCode::NotFound);
        QVERIFY(DeltaLog("/nowhere/at/all").load().error().code == ErrorCode::NotFound);
    }

private:
    void put(std::int64_t version, const std::string& text)
    {
        writeText(m_log->logFolder() + "/" + commitName(version), text);
    }
    std::unique_ptr<LakeFixture> m_fixture;
    std::unique_ptr<DeltaLog> m_log;
};

} // namespace sluice::lake

SLUICE_TEST(sluice::lake::DeltaLogTest)
#include "delta_log_test.moc"
