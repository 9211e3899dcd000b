// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/pages/overview_page.h"

#include "tests/support/fake_engine.h"
#include "tests/support/test_main.h"

#include <QLabel>

#include <algorithm>

namespace sluice::ui {

class OverviewPageTest : public QObject
{
    Q_OBJECT

    // What a figure shows, with plain spaces.
    static QString figure(const OverviewPage& page, const char* name)
    {
        for (const StatTile* tile : page.findChildren<StatTile*>())
            if (tile->accessibleName() == QLatin1String(name))
                return tile->accessibleDescription().replace(QChar(0x2009), QLatin1Char(' '));
        return QStringLiteral("no such figure");
    }
    static QString tip(const OverviewPage& page, const char* name)
    {
        for (const StatTile* tile : page.findChildren<StatTile*>())
            if (tile->accessibleName() == QLatin1String(name))
                return tile->toolTip();
        return {};
    }
    static api::EngineSnapshot twoPipelines()
    {
        api::EngineSnapshot out = test::plantSnapshot();
        out.pipelines.push_back(out.pipelines[0]);
        api::PipelineSnapshot& first = out.pipelines[0];
        api::PipelineSnapshot& second = out.pipelines[1];
        second.name = "payments";
        first.lagRows = 20;
        second.lagRows = 70;
        first.rejectedPerSecond = 3;
        second.rejectedPerSecond = 4;
        first.rejects = {.late = 5, .deadLetter = 10, .quarantined = 1'000};
        second.rejects = {.dropped = 30};
        second.latency.p99Us = 2'000'000;
        first.nodes[4].freshnessUs = 3'000'000;
        second.nodes[4].freshnessUs = 9'000'000;
        second.nodes[2].freshnessUs = 50'000'000; // silver does not count
        return out;
    }

private slots:
    void theFiguresAreThoseOfTheWorstOrTheSum()
    {
        test::FakeEngine engine;
        engine.publish(twoPipelines());
        EngineBridge bridge(engine);
        OverviewPage page(bridge);
        page.show();
        QCOMPARE(figure(page, "Ingest"), QStringLiteral("24.7k rec/s"));
        QCOMPARE(figure(page, "Completion latency p99"), QStringLiteral("2 s"));
        QCOMPARE(figure(page, "Oldest gold table"), QStringLiteral("9 s"));
        QCOMPARE(figure(page, "Lag"), QStringLiteral("70 rec"));
        QCOMPARE(figure(page, "Rejected, not lost"), QStringLiteral("7 rec/s"));
        QCOMPARE(tip(page, "Rejected, not lost"),
                 QStringLiteral(
                     "since the start: 1,000 quarantined · 10 dead letter · 5 late · 30 dropped"));
        QCOMPARE(tip(page, "Lag"), QStringLiteral("not read yet, most in payments"));
    }
    void nothingThatRunsIsNoFigure()
    {
        api::EngineSnapshot snapshot = twoPipelines();
        for (api::PipelineSnapshot& pipeline : snapshot.pipelines)
            pipeline.state = api::RunState::Stopped;
        test::FakeEngine engine;
        engine.publish(snapshot);
        EngineBridge bridge(engine);
        OverviewPage page(bridge);
        page.show();
        for (const char* name :
             {"Ingest", "Completion latency p99", "Oldest gold table", "Lag", "Rejected, not lost"})
            QCOMPARE(figure(page, name), dash());
    }
    void aFailedPipelineIsNotCalledStopped()
    {
        api::EngineSnapshot snapshot = twoPipelines();
        snapshot.pipelines[1].state = api::RunState::Failed;
        test::FakeEngine engine;
        engine.publish(snapshot);
        EngineBridge bridge(engine);
        OverviewPage page(bridge);
        page.show();
        bool isFound = false;
        for (const QLabel* label : page.findChildren<QLabel*>())
            isFound
                = isFound || label->text() == QStringLiteral("1 running · 0 stopped · 1 failed");
        QVERIFY(isFound);
    }
    void oneObjectiveIsNoWiderThanAQuarter()
    {
        test::FakeEngine engine;
        engine.publish(test::plantSnapshot());
        EngineBridge bridge(engine);
        OverviewPage page(bridge);
        page.resize(1520, 900);
        page.show();
        QCOMPARE(figure(page, "Objectives met"), QStringLiteral("1 of 1"));
        const QList<ObjectiveTile*> tiles = page.findChildren<ObjectiveTile*>();
        QCOMPARE(tiles.size(), 1);
        QVERIFY2(tiles[0]->width() < 400, qPrintable(QString::number(tiles[0]->width())));
    }
    void onlyAPageThatIsSeenAsks()
    {
        test::FakeEngine engine;
        engine.publish(twoPipelines());
        EngineBridge bridge(engine);
        OverviewPage page(bridge);
        const QList<SeriesFeed*> feeds = page.findChildren<SeriesFeed*>();
        QVERIFY(feeds.size() > 6); // the lines of the figures and of the plots
        const auto active = [&] { return std::ranges::count_if(feeds, &SeriesFeed::isActive); };
        QCOMPARE(active(), 0);
        QCOMPARE(engine.queries.size(), std::size_t(0));
        page.show();
        QCOMPARE(active(), feeds.size());
        page.hide();
        QCOMPARE(active(), 0);
    }
};

} // namespace sluice::ui

SLUICE_TEST(sluice::ui::OverviewPageTest)
#include "overview_page_test.moc"
