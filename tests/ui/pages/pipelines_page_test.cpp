// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/pages/pipelines_page.h"

#include "tests/ui/pages/page_fixture.h"
#include "ui/widgets/empty_state.h"

#include <QSignalSpy>

namespace sluice::ui {

class PipelinesPageTest : public QObject
{
    Q_OBJECT

    static api::EngineSnapshot plant()
    {
        api::EngineSnapshot out = test::plantSnapshot();
        out.historySeconds = 900;
        api::PipelineSnapshot& orders = out.pipelines.front();
        orders.edges[0] = {.from = "orders_raw",
                           .to = "checked",
                           .rowsPerSecond = 121'000,
                           .bytesPerSecond = 20'600'000,
                           .rows = 5'000'000,
                           .queuedRows = 51'604,
                           .fillShare = 0.86};
        orders.nodes[0].blockedShare = 0.71;
        orders.nodes[1].busyShare = 0.96;
        orders.nodes[1].typeTitle = "Expectations";
        orders.nodes[1].summary = "4 rules";
        orders.nodes[3].typeTitle = "Window aggregate";
        orders.nodes[3].summary = "Window, 1 min";
        orders.nodes[3].stateKeys = 40'212;
        orders.nodes[3].stateBytes = 3 << 20;
        orders.nodes[4].trouble = "gold.orders is 74 s old";
        api::PipelineSnapshot stopped = orders;
        stopped.name = "payments";
        stopped.state = api::RunState::Stopped;
        out.pipelines.push_back(stopped);
        out.events = {{.timeUs = out.timeUs, .object = "orders", .text = "version 4 starts"},
                      {.timeUs = out.timeUs, .object = "payments", .text = "stopped"},
                      {.timeUs = out.timeUs + 1,
                       .level = api::EventSnapshot::Level::Warning,
                       .object = "orders/gold",
                       .text = "gold.orders is 74 s old"}};
        return out;
    }
    static api::AnswerBody answer(const api::Query& query)
    {
        if (const auto* series = std::get_if<api::SeriesQuery>(&query))
            return wave(*series, series->metric == "fill" ? 0.86 : 121'000);
        if (const auto* records = std::get_if<api::RecentRecordsQuery>(&query))
            return api::RecentRecordsAnswer{smallGrid(records->to == "checked" ? 40 : 3)};
        if (const auto* document = std::get_if<api::DocumentQuery>(&query))
            return api::DocumentAnswer{"pipeline: " + document->pipeline + "\nnodes:\n"};
        return Error{};
    }

private slots:
    void anEmptyWorkspaceOffersToOpenADocument()
    {
        PageFixture<PipelinesPage> fixture({});
        fixture.show();
        QSignalSpy spy(fixture.page.get(), &PipelinesPage::openDocumentWanted);
        QVERIFY(fixture.says("No pipelines yet"));
        fixture.button("Open a document")->click();
        QCOMPARE(spy.count(), 1);
    }
    void theButtonStartsOrStopsTheChosenPipeline()
    {
        PageFixture<PipelinesPage> fixture(plant());
        fixture.show();
        QCOMPARE(cellOf(*fixture.table("Pipelines"), "orders", 1), QStringLiteral("12.3k/s"));
        QCOMPARE(cellOf(*fixture.table("Pipelines"), "payments", 1), QStringLiteral("stopped"));
        fixture.button("Stop")->click();
        QCOMPARE(std::get<api::StopPipeline>(fixture.engine.commands.at(0)).pipeline,
                 std::string("orders"));
        fixture.now.pipelines[0].state = api::RunState::Stopping;
        fixture.publish();
        QVERIFY(!fixture.button("Stop")->isEnabled());
        fixture.page->showPipeline(QStringLiteral("payments"));
        fixture.button("Start")->click();
        QCOMPARE(std::get<api::StartPipeline>(fixture.engine.commands.at(1)).pipeline,
                 std::string("payments"));
    }
    void aFailureSaysWhy()
    {
        PageFixture<PipelinesPage> fixture(plant());
        fixture.show();
        fixture.now.pipelines[0].state = api::RunState::Failed;
        fixture.now.pipelines[0].stateReason = "silver: the disk is full. Free some space.";
        fixture.publish();
        QVERIFY(fixture.says("the disk is full"));
    }
    void theInspectorShowsWhatIsChosen()
    {
        PageFixture<PipelinesPage> fixture(plant());
        fixture.engine.onAsk = answer;
        fixture.show();
        const RowsTable& facts = *fixture.table("Facts");
        QCOMPARE(cellOf(facts, "Rate", 1), QStringLiteral("12.3k/s"));
        fixture.page->graph()->selectNode(QStringLiteral("per_minute"));
        QCOMPARE(cellOf(facts, "State keys", 1), QStringLiteral("40,212"));
        QCOMPARE(cellOf(facts, "State size", 1), QStringLiteral("3") + QChar(0x2009) + "MiB");
        fixture.page->graph()->selectEdge(QStringLiteral("orders_raw"), QStringLiteral("checked"));
        QCOMPARE(cellOf(facts, "Rate", 1), QStringLiteral("121k/s"));
        QCOMPARE(cellOf(facts, "Queued", 1), QStringLiteral("51,604 rows"));
        QCOMPARE(cellOf(facts, "Queue full", 1), QStringLiteral("86") + QChar(0x2009) + "%");
        QCOMPARE(cellOf(facts, "Writer blocked", 1), QStringLiteral("71") + QChar(0x2009) + "%");
        fixture.publish();
        QCOMPARE(fixture.page->graph()->selectedTo(), QStringLiteral("checked"));
        QCOMPARE(fixture.asked<api::SeriesQuery>()->object,
                 std::string("orders/orders_raw->checked"));
        fixture.shoot("pipelines-edge");
    }
    void theNewestRecordsOfTheChosenEdgeAreShownAndHeldWhileRead()
    {
        PageFixture<PipelinesPage> fixture(plant());
        fixture.engine.onAsk = answer;
        fixture.show();
        fixture.page->activateWindow();
        QVERIFY(QTest::qWaitForWindowActive(fixture.page.get()));
        fixture.page->graph()->selectEdge(QStringLiteral("checked"), QStringLiteral("silver"));
        fixture.publish();
        const auto* asked = fixture.asked<api::RecentRecordsQuery>();
        QCOMPARE(asked->pipeline + " " + asked->from + " " + asked->to,
                 std::string("orders checked silver"));
        auto* grid = fixture.page->findChild<GridTable*>();
        QCOMPARE(grid->gridModel().rowCount(), 4);
        grid->selectRow(1);
        fixture.publish(2'000'000);
        QCOMPARE(grid->selectionModel()->selectedRows().size(), 1);
        QVERIFY(fixture.says("held while you read"));
        grid->setFocus();
        QTest::keyClick(grid, Qt::Key_Escape);
        fixture.publish(2'000'000);
        QVERIFY(fixture.says("the newest 4 records"));
        // A node shows what comes into it.
        fixture.page->graph()->selectNode(QStringLiteral("checked"));
        fixture.publish();
        QCOMPARE(grid->gridModel().rowCount(), 41);
    }
    void theDocumentAndTheEventsOfThePipelineAreShown()
    {
        PageFixture<PipelinesPage> fixture(plant());
        fixture.engine.onAsk = answer;
        fixture.show();
        auto* document = fixture.page->findChild<QPlainTextEdit*>();
        QCOMPARE(document->toPlainText(), QStringLiteral("pipeline: orders\nnodes:\n"));
        const auto& events = fixture.table("Events")->rowsModel().rows();
        QCOMPARE(events.size(), std::size_t(2)); // not those of payments
        QCOMPARE(events[0].cells[2].text, QStringLiteral("gold.orders is 74 s old"));
        fixture.page->showPipeline(QStringLiteral("payments"));
        fixture.publish();
        QCOMPARE(document->toPlainText(), QStringLiteral("pipeline: payments\nnodes:\n"));
    }
    void aHiddenPageAsksNothing()
    {
        PageFixture<PipelinesPage> fixture(plant());
        fixture.publish(5'000'000);
        QVERIFY(fixture.engine.queries.empty());
        fixture.show();
        QVERIFY(!fixture.engine.queries.empty());
        fixture.page->hide();
        const std::size_t before = fixture.engine.queries.size();
        fixture.publish(5'000'000);
        QCOMPARE(fixture.engine.queries.size(), before);
    }
};

} // namespace sluice::ui

SLUICE_TEST(sluice::ui::PipelinesPageTest)
#include "pipelines_page_test.moc"
