// SPDX-License-Identifier: Apache-2.0
#include "engine/connectors/kafka_sink.h"

#include "engine/connectors/kafka_source.h"
#include "engine/connectors/mock_cluster.h"
#include "tests/engine/connectors/bound_source.h"
#include "tests/engine/connectors/fixed_connections.h"
#include "tests/support/collecting_context.h"
#include "tests/support/test_main.h"
#include "tests/support/wait_for.h"

#include <arrow/builder.h>

#include <QFile>
#include <QTemporaryDir>

namespace sluice::connectors {

class KafkaSinkTest : public QObject
{
    Q_OBJECT

    static Batch words(std::initializer_list<const char*> all)
    {
        arrow::StringBuilder builder;
        for (const char* word : all)
            if (!builder.Append(word).ok())
                qFatal("no memory");
        Batch out;
        out.columns = arrow::RecordBatch::Make(arrow::schema({arrow::field("w", arrow::utf8())}),
                                               std::int64_t(all.size()), {*builder.Finish()});
        return out;
    }

private slots:
    void aCoordinatorThatIsNotReadyIsAskedAgain()
    {
        const QTemporaryDir folder;
        const auto cluster = MockCluster::start();
        QVERIFY(cluster && (*cluster)->createTopic("out", 1));
        KafkaSink sink({.pipeline = "p",
                        .node = "sink",
                        .connection = "mock",
                        .topic = "out",
                        .keyColumn = "",
                        .folder = folder.path().toStdString()},
                       (*cluster)->connection("mock"));
        (*cluster)->refuseOffsets(3);
        const Status opened = sink.open();
        QVERIFY2(opened, opened ? "" : opened.error().text().c_str());
        QCOMPARE(sink.committedEpoch(), flow::Epoch(0));
    }
    void anEpochIsThereOnceHoweverOftenItIsCommitted()
    {
        const QTemporaryDir folder;
        const auto cluster = MockCluster::start();
        QVERIFY(cluster && (*cluster)->createTopic("out", 1));
        const flow::Connection connection = (*cluster)->connection("mock");
        const KafkaSinkConfig config{.pipeline = "p",
                                     .node = "sink",
                                     .connection = "mock",
                                     .topic = "out",
                                     .keyColumn = "w",
                                     .folder = folder.path().toStdString()};
        test::CollectingContext context;
        // That a new process learns the committed epoch from the broker needs a real one: the mock
        // accepts offsets of a transaction but does not keep them (see tests/interop).
        KafkaSink sink(config, connection);
        const Status opened = sink.open();
        QVERIFY2(opened, opened ? "" : opened.error().text().c_str());
        QCOMPARE(sink.committedEpoch(), flow::Epoch(0));
        QVERIFY(sink.write(words({"one", "two"}), context));
        const auto sealed = sink.seal(1);
        QVERIFY(sealed && sink.makeDurable(*sealed));
        const Status committed = sink.commit(*sealed);
        QVERIFY2(committed, committed ? "" : committed.error().text().c_str());
        QCOMPARE(sink.committedEpoch(), flow::Epoch(1));
        QVERIFY(sink.commit(*sealed)); // again, as after a crash: nothing changes
        QVERIFY(sink.write(words({"three"}), context));
        const auto next = sink.seal(2);
        QVERIFY(next && sink.makeDurable(*next) && sink.commit(*next));
        const test::FixedConnections connections(connection);
        const test::BoundSource bound(KafkaSource::kind(),
                                      "{connection: mock, topic: out, schema: {w: string}}", {},
                                      &connections);
        const auto source = bound.make();
        QVERIFY(source->open(std::nullopt));
        QVERIFY(
            test::waitFor([&] { return source->poll({}, context) && context.rows.size() >= 3; }));
        QVERIFY(source->poll({}, context));
        QCOMPARE(context.joined(),
                 std::string("{\"w\":\"one\"}\n{\"w\":\"two\"}\n{\"w\":\"three\"}\n"));
    }
    // The transaction in which it was found ends too: the next one can begin.
    void aTornFileIsNamedAndTheNextEpochGoesOn()
    {
        const QTemporaryDir folder;
        const auto cluster = MockCluster::start();
        QVERIFY(cluster && (*cluster)->createTopic("out", 1));
        KafkaSink sink({.pipeline = "p",
                        .node = "sink",
                        .connection = "mock",
                        .topic = "out",
                        .keyColumn = "",
                        .folder = folder.path().toStdString()},
                       (*cluster)->connection("mock"));
        const Status opened = sink.open();
        QVERIFY2(opened, opened ? "" : opened.error().text().c_str());
        test::CollectingContext context;
        QVERIFY(sink.write(words({"one", "two"}), context));
        const auto torn = sink.seal(1);
        QVERIFY(torn && sink.makeDurable(*torn));
        QFile file(folder.filePath("sink-1.records"));
        QVERIFY(file.size() > 2 && file.resize(file.size() - 2));
        const Status committed = sink.commit(*torn);
        QVERIFY(!committed);
        QVERIFY2(committed.error().text().find("sink-1.records") != std::string::npos,
                 committed.error().text().c_str());
        QCOMPARE(sink.committedEpoch(), flow::Epoch(0));
        QVERIFY(sink.write(words({"three"}), context));
        const auto next = sink.seal(2);
        QVERIFY(next && sink.makeDurable(*next));
        const Status after = sink.commit(*next);
        QVERIFY2(after, after ? "" : after.error().text().c_str());
        QCOMPARE(sink.committedEpoch(), flow::Epoch(2));
    }
};

} // namespace sluice::connectors

SLUICE_TEST(sluice::connectors::KafkaSinkTest)
#include "kafka_sink_test.moc"
