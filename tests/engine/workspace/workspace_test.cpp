// SPDX-License-Identifier: Apache-2.0
#include "engine/workspace/workspace.h"

#include "engine/base/durable_file.h"
#include "tests/support/test_main.h"

#include <SQLiteCpp/SQLiteCpp.h>

#include <QTemporaryDir>

namespace sluice::workspace {

class WorkspaceTest : public QObject
{
    Q_OBJECT

    std::unique_ptr<QTemporaryDir> m_folder;
    std::string folder() const { return m_folder->path().toStdString() + "/w"; }

private slots:
    void init() { m_folder = std::make_unique<QTemporaryDir>(); }

    void versionsOfAPipelineAreKept()
    {
        auto workspace = Workspace::open(folder(), false);
        QVERIFY(workspace);
        QCOMPARE(*workspace->savePipeline("orders", "one", "/a.yaml", 10), 1);
        QCOMPARE(*workspace->savePipeline("orders", "one", "/a.yaml", 11), 1); // the same text
        QCOMPARE(*workspace->savePipeline("orders", "two", "/a.yaml", 12), 2);
        QVERIFY(workspace->savePipeline("other", "x", "", 13));
        QVERIFY(workspace->removePipeline("other"));
        const auto all = workspace->pipelines();
        QVERIFY(all);
        QCOMPARE(all->size(), std::size_t(1));
        QCOMPARE(all->front().text, std::string("two"));
        QCOMPARE(all->front().savedUs, std::int64_t(12));
    }
    void whatWasWrittenIsThereAfterReopening()
    {
        {
            auto workspace = Workspace::open(folder(), false);
            QVERIFY(workspace);
            const auto run = workspace->beginRun("orders", 3, 100);
            QVERIFY(run && workspace->endRun(*run, "failed", "broker away", 200));
            QVERIFY(workspace->saveConnection(
                {"prod",
                 "kafka",
                 {{"bootstrap.servers", "a:9092"}, {"sasl.password", "secret:prod"}}}));
            QVERIFY(workspace->appendPoints({{"orders/rows_in", 1'000'000, 1, 3, 2, 6, 3},
                                             {"orders/rows_in", 2'000'000, 4, 4, 4, 4, 1}}));
            QVERIFY(workspace->addRuleResults({{"orders", "checked", "rule", 60, 5, 1}}));
            QVERIFY(workspace->addRuleResults({{"orders", "checked", "rule", 60, 2, 1}}));
        }
        const auto workspace = Workspace::open(folder(), true);
        QVERIFY(workspace);
        const auto runs = workspace->runs("orders", 10);
        QVERIFY(runs && runs->size() == 1);
        QCOMPARE(runs->front().reason, std::string("broker away"));
        const auto connections = workspace->connections();
        QCOMPARE(connections->front().options.at("sasl.password"), std::string("secret:prod"));
        const auto points = workspace->points(1'500'000);
        QCOMPARE(points->size(), std::size_t(1));
        QCOMPARE(points->front().last, 4.0);
        const auto rules = workspace->ruleResults(0);
        QCOMPARE(rules->front().passed, std::int64_t(7));
        QCOMPARE(rules->front().failed, std::int64_t(2));
    }
    void aSecretWrittenOutIsRefused()
    {
        auto workspace = Workspace::open(folder(), false);
        const Status refused
            = workspace->saveConnection({"prod", "kafka", {{"sasl.password", "hunter2"}}});
        QVERIFY(!refused);
        QVERIFY(refused.error().text().find("hunter2") == std::string::npos);
        QVERIFY(workspace->connections()->empty());
    }
    void twoProcessesCannotHoldIt()
    {
        const auto first = Workspace::open(folder(), false);
        QVERIFY(first);
        const auto second = Workspace::open(folder(), false);
        QVERIFY(!second);
        QCOMPARE(second.error().code, ErrorCode::Conflict);
        QVERIFY(second.error().message.find(std::to_string(QCoreApplication::applicationPid()))
                != std::string::npos);
        QVERIFY(Workspace::open(folder(), true)); // looking is allowed
    }
    void aNewerSchemaIsRefused()
    {
        {
            QVERIFY(Workspace::open(folder(), false));
            SQLite::Database raw(folder() + "/workspace.db", SQLite::OPEN_READWRITE);
            raw.exec("PRAGMA user_version = 999");
        }
        const auto newer = Workspace::open(folder(), false);
        QVERIFY(!newer);
        QCOMPARE(newer.error().code, ErrorCode::Unsupported);
        QVERIFY(newer.error().message.find("999") != std::string::npos);
    }
    void aDamagedDatabaseIsAClearError()
    {
        QVERIFY(makeFolder(folder()));
        QVERIFY(writeFileDurably(folder() + "/workspace.db", std::string(8192, 'x')));
        const auto damaged = Workspace::open(folder(), false);
        QVERIFY(!damaged);
        QCOMPARE(damaged.error().code, ErrorCode::DecodeFailed);
    }
};

} // namespace sluice::workspace

SLUICE_TEST(sluice::workspace::WorkspaceTest)
#include "workspace_test.moc"
