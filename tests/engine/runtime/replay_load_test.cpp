// SPDX-License-Identifier: Apache-2.0
#include "engine/runtime/replay_load.h"

#include "engine/base/durable_file.h"
#include "tests/support/test_main.h"

#include <filesystem>

#include <QTemporaryDir>

namespace sluice::runtime {
namespace {

PlannedNode node(std::string name, std::vector<std::size_t> inputs,
                 flow::Repeat repeat = flow::Repeat::Runs, bool hasRaw = true)
{
    PlannedNode out;
    out.name = std::move(name);
    out.inputs = std::move(inputs);
    out.bound.repeat = repeat;
    out.bound.output.hasRaw = hasRaw;
    return out;
}

// in -> unique -> checked -> parts (unnest) -> late check
//            \-> sums (merged) -> last
Plan plan()
{
    Plan out;
    out.pipeline = "p";
    out.nodes = {node("in", {}),          node("unique", {0}, flow::Repeat::PassedOver),
                 node("checked", {1}),    node("parts", {2}, flow::Repeat::Refused),
                 node("part_check", {3}), node("sums", {1}, flow::Repeat::Runs, false),
                 node("last", {5})};
    out.nodes[0].bound.createSource =
        [](const flow::CreateContext&) -> Result<std::unique_ptr<flow::Source>> { return Error{}; };
    out.nodes[2].was = "verified";
    return out;
}

ReplayLoad load()
{
    ReplayLoad out{.id = "r1", .key = "r1/5", .records = {}};
    out.records.push_back({.verdict = "quarantined",
                           .node = "checked",
                           .source = "in",
                           .partition = "a.jsonl",
                           .position = 17,
                           .attempt = 2,
                           .into = "checked",
                           .eventTimeUs = 5,
                           .ingestTimeUs = 7,
                           .isEdited = true,
                           .data = std::string("{\"a\":\0}", 7)});
    out.records.push_back({.verdict = "dead_letter", .node = "in", .source = "in"});
    return out;
}

} // namespace

class ReplayLoadTest : public QObject
{
    Q_OBJECT

private slots:
    void aRecordComesBackOnlyWhereItMayPassTwice_data()
    {
        QTest::addColumn<QString>("source");
        QTest::addColumn<QString>("node");
        QTest::addColumn<QString>("into"); // or a part of the error
        QTest::newRow("the source itself") << "in"
                                           << "in"
                                           << "";
        QTest::newRow("behind a node that knows it") << "in"
                                                     << "checked"
                                                     << "checked";
        QTest::newRow("by its former name") << "in"
                                            << "verified"
                                            << "checked";
        QTest::newRow("the node that multiplies") << "in"
                                                  << "parts"
                                                  << "parts";
        QTest::newRow("behind it") << "in"
                                   << "part_check"
                                   << "! pass parts again";
        QTest::newRow("behind merged rows") << "in"
                                            << "last"
                                            << "! pass sums again";
        QTest::newRow("no such source") << "gone"
                                        << "checked"
                                        << "! source";
        QTest::newRow("no such node") << "in"
                                      << "gone"
                                      << "! no longer in the pipeline";
    }
    void aRecordComesBackOnlyWhereItMayPassTwice()
    {
        QFETCH(QString, source);
        QFETCH(QString, node);
        QFETCH(QString, into);
        const auto way = wayBack(plan(), source.toStdString(), node.toStdString());
        if (!into.startsWith(QLatin1Char('!'))) {
            QVERIFY2(bool(way), way ? "" : way.error().text().c_str());
            QCOMPARE(*way, into.toStdString());
            return;
        }
        QVERIFY(!way);
        QVERIFY2(way.error().message.find(into.mid(2).toStdString()) != std::string::npos,
                 way.error().message.c_str());
    }

    void aLoadIsKeptWholeUntilItIsRemoved()
    {
        const QTemporaryDir folder;
        const ReplayStore store(folder.path().toStdString());
        QVERIFY(!*store.waiting());
        QVERIFY(store.keep(load()));
        QVERIFY(store.holds("r1/5") && !store.holds("r1"));
        const auto kept = store.waiting();
        QVERIFY(kept && *kept);
        QCOMPARE((*kept)->id, std::string("r1"));
        QCOMPARE((*kept)->records.size(), std::size_t(2));
        const KeptRecord& first = (*kept)->records[0];
        QCOMPARE(first.partition, std::string("a.jsonl"));
        QCOMPARE(first.position, std::int64_t(17));
        QCOMPARE(first.attempt, std::int64_t(2));
        QCOMPARE(*first.eventTimeUs, std::int64_t(5));
        QVERIFY(first.isEdited && !(*kept)->records[1].eventTimeUs);
        QCOMPARE(first.data, std::string("{\"a\":\0}", 7));
        store.remove("r1/5");
        QVERIFY(!*store.waiting());
    }

    void aDamagedLoadIsNotRead_data()
    {
        QTest::addColumn<int>("at");
        QTest::addColumn<bool>("isTorn");
        QTest::newRow("magic") << 0 << false;
        QTest::newRow("data") << 40 << false;
        QTest::newRow("torn") << 40 << true;
        QTest::newRow("empty") << 0 << true;
    }
    void aDamagedLoadIsNotRead()
    {
        QFETCH(int, at);
        QFETCH(bool, isTorn);
        const QTemporaryDir folder;
        const ReplayStore store(folder.path().toStdString());
        QVERIFY(store.keep(load()));
        const auto file = std::filesystem::directory_iterator(folder.path().toStdString())->path();
        std::string bytes = *readFile(file.string());
        if (isTorn)
            bytes.resize(std::size_t(at));
        else
            bytes[std::size_t(at)] ^= 1;
        QVERIFY(writeFileDurably(file.string(), bytes));
        const auto read = store.waiting();
        QVERIFY(!read);
        QCOMPARE(read.error().code, ErrorCode::DecodeFailed);
    }
};

} // namespace sluice::runtime

SLUICE_TEST(sluice::runtime::ReplayLoadTest)
#include "replay_load_test.moc"
